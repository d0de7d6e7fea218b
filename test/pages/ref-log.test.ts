import { describe, expect, test } from 'vitest';
import {
  logEntriesMax,
  logPageBytes,
  readU48,
  refBytes,
  refVersionAt,
  writeU16,
} from '../../src/pages/layout.ts';
import { cellAt } from '../../src/pages/node.ts';
import {
  type LogChange,
  type LoggedRef,
  type LogPlan,
  noLogChange,
  RefLog,
} from '../../src/pages/ref-log.ts';
import { innerOf, refTo } from './nodes.ts';
import { key } from './support.ts';

/** Of each version with another tag. */
const refOf = (page: number, version: number) => refTo(page, version, version);

const logged = (parent: number, child: number, version: number): LoggedRef => ({
  parent,
  ref: refOf(child, version),
  refAt: 0,
});

/** What a plan comes to whose new pages have these ids. */
function changeOf(plan: LogPlan, ids: readonly number[], settled: readonly number[] = []): LogChange {
  const fresh = plan.fresh.map((plain, i) => ({ id: ids[i] ?? 0, plain }));
  const pages = plan.extended === undefined ? fresh : [plan.extended, ...fresh];
  return { pages, dropped: plan.dropped, settled };
}

function logOf(refs: readonly LoggedRef[], ids: readonly number[]): RefLog {
  const log = new RefLog();
  log.apply(changeOf(log.plan([], refs), ids));
  return log;
}

/** Node 5 over pages 6 and 7, both of version 3. */
const node = () =>
  innerOf(1, [
    [new Uint8Array(), refOf(6, 3)],
    [key(9), refOf(7, 3)],
  ]);
const refsIn = (of: Uint8Array) =>
  [0, 1].map((index) => of.slice(cellAt(of, index) + 2, cellAt(of, index) + 2 + refBytes));

describe('a log of references', () => {
  test('tells a node of the children that were written since it was', () => {
    const log = logOf([logged(5, 7, 8), logged(4, 6, 9)], [20]);
    const read = node();
    expect([log.has(5), log.has(4), log.has(7)]).toEqual([true, true, false]);
    expect(log.patch(5, 3, read)).toBe(true);
    expect(refsIn(read)).toEqual([refOf(6, 3), refOf(7, 8)]);
  });

  test('leaves a node alone that was written later, or that it knows nothing of', () => {
    const log = logOf([logged(5, 7, 8)], [20]);
    const read = node();
    expect([log.patch(5, 8, read), log.patch(6, 3, read)]).toEqual([true, true]);
    expect(read).toEqual(node());
  });

  test('finds a node that has not the children it should have', () => {
    const log = logOf([logged(5, 7, 8), logged(5, 66, 8)], [20]);
    expect(log.patch(5, 3, node())).toBe(false);
    expect(log.patch(5, 8, node())).toBe(true);
  });

  test('goes on in its last page until that is full, then in another', () => {
    const log = new RefLog();
    let version = 10;
    const commits: [pages: number[], count: number][] = [];
    for (const [count, ids] of [
      [200, [20]],
      [37, []],
      [1, [21]],
      [500, [22, 23]],
    ] as const) {
      version++;
      const refs = Array.from({ length: count }, (_, i) => logged(1000 + version, i + 1, version));
      const change = changeOf(log.plan([], refs), ids);
      log.apply(change);
      commits.push([change.pages.map(({ id }) => id), log.pageCount]);
    }
    expect(logEntriesMax).toBe(237);
    expect(commits).toEqual([
      [[20], 1],
      [[20], 1],
      [[21], 2],
      [[21, 22, 23], 4],
    ]);
    expect(log.pages.map(({ bytes }) => bytes)).toEqual([237, 237, 237, 27].map(logPageBytes));
  });

  test('comes back from its pages, of which later ones count', () => {
    const first = new RefLog();
    const pages = new Map<number, Uint8Array>();
    for (const [version, ids] of [
      [5, [20]],
      [6, [21]],
    ] as const) {
      const refs = Array.from({ length: 237 }, (_, i) => logged(5, 7 + i, version));
      const change = changeOf(first.plan([], refs), ids);
      first.apply(change);
      for (const { id, plain } of change.pages) pages.set(id, plain);
    }
    const again = new RefLog();
    for (const [id, plain] of pages) expect(again.add(id, plain)).toBe(true);
    const read = node();
    again.patch(5, 3, read);
    expect(readU48(read, cellAt(read, 1) + 2 + refVersionAt)).toBe(6);
    // What the newer page says again needs the older one no more.
    expect(again.plan([], [logged(1, 2, 7)]).dropped).toEqual([20]);
  });

  test('lets its oldest pages go once their nodes are written or gone, and not one behind a page that counts', () => {
    const many = (parent: number, version: number) =>
      Array.from({ length: 237 }, (_, i) => logged(parent, 10 + i, version));
    const log = logOf([...many(1, 5), ...many(2, 6), ...many(3, 7)], [20, 21, 22]);
    expect(log.plan([2], []).dropped).toEqual([]);
    expect(log.plan([1], []).dropped).toEqual([20]);
    expect(log.plan([1, 2], []).dropped).toEqual([20, 21]);
    const all = log.plan([1, 2, 3], []);
    expect(all.dropped).toEqual([20, 21, 22]);
    log.apply(changeOf(all, [], [1, 2, 3]));
    expect([log.pageCount, log.has(1)]).toEqual([0, false]);
  });

  test('keeps its last page where there is more to log, full or not', () => {
    const log = logOf([logged(1, 2, 5)], [20]);
    const plan = log.plan([1], [logged(3, 4, 6)]);
    expect([plan.dropped, plan.extended?.id]).toEqual([[], 20]);
  });

  test('changes nothing by what was planned and not applied', () => {
    const log = logOf([logged(5, 7, 8)], [20]);
    log.plan([5], [logged(5, 6, 9), logged(1, 2, 9)]);
    log.apply(noLogChange);
    const read = node();
    log.patch(5, 3, read);
    expect(refsIn(read)).toEqual([refOf(6, 3), refOf(7, 8)]);
    expect([log.has(1), log.pageCount]).toEqual([false, 1]);
  });

  test('forgets what no node has taken up, once all have been looked at', () => {
    const log = logOf([logged(5, 7, 8), logged(1, 2, 9)], [20]);
    log.settle(8);
    expect([log.has(5), log.has(1)]).toEqual([false, true]);
    log.settle(9);
    expect(log.plan([], []).dropped).toEqual([20]);
  });

  test('is not read from what is no page of one', () => {
    const log = new RefLog();
    const tooMany = new Uint8Array(logPageBytes(1));
    writeU16(tooMany, refBytes, 300);
    expect(log.add(1, tooMany)).toBe(false);
    const tooLong = new Uint8Array(logPageBytes(100));
    writeU16(tooLong, refBytes, 1);
    expect(log.add(1, tooLong)).toBe(false);
    expect(log.pageCount).toBe(0);
  });
});
