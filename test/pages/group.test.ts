import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { Group, groupBytesMax, groupWorksMax, SealFault, type Work } from '../../src/pages/group.ts';
import { emptyHead } from '../../src/pages/head.ts';
import { plainPageBytes } from '../../src/pages/layout.ts';
import { PageBuffers } from '../../src/pages/page-cache.ts';
import { refLogBounds } from '../../src/pages/ref-log.ts';
import { PageSealer } from '../../src/pages/sealed-page.ts';
import { newTreeState } from '../../src/pages/tree-state.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { all, handled, held, key, newCipher, stateOf, value, waitingCommit } from './support.ts';

const one = Uint8Array.of(1);

function workWith(outcome: Work['outcome']): { work: Work; end: Promise<unknown> } {
  let work: Work | undefined;
  const end = new Promise((resolve, reject) => {
    work = { run: () => undefined, resolve, reject, touched: [], conflicts: 0, outcome };
  });
  if (work === undefined) throw new Error('a promise runs its executor');
  return { work, end: end.catch((fault) => ({ rejected: fault })) };
}

const committed = { ...emptyHead(), version: 8, nextPageId: 3, pages: 2 };

describe('a group has room', () => {
  test(`for ${groupWorksMax} works`, () => {
    const group = new Group();
    for (let i = 1; i < groupWorksMax; i++) group.works.push(workWith(undefined).work);
    expect(group.hasRoom).toBe(true);
    group.works.push(workWith(undefined).work);
    expect(group.hasRoom).toBe(false);
  });

  test('for changed pages up to a bound, nodes and overflow together', () => {
    const group = new Group();
    const change = group.changeOf(newTreeState(1, newCipher(), committed));
    const pages = Math.ceil(groupBytesMax / plainPageBytes);
    for (let id = 1; id < pages; id++) (id % 2 === 0 ? change.pages : change.overflow).set(id, value(1));
    expect(group.hasRoom).toBe(true);
    change.overflow.set(pages, value(1));
    expect(group.hasRoom).toBe(false);
  });
});

describe('the change of a tree', () => {
  test('is begun once, on the newest head, under the next version', () => {
    const group = new Group();
    const tree = newTreeState(1, newCipher(), committed);
    const change = group.changeOf(tree);
    expect(group.changeOf(tree)).toBe(change);
    expect([change.base, change.head.version, group.isEmpty]).toEqual([committed, 9, false]);
    tree.flight = change;
    tree.change = undefined;
    expect(new Group().changeOf(tree).head.version).toBe(10);
  });

  test('can be taken back: its buffers are wiped, its ids forgotten, its readers begin again', () => {
    const group = new Group();
    const buffers = new PageBuffers();
    const tree = newTreeState(1, newCipher(), committed);
    const bytes = buffers.take().fill(1);
    group.changeOf(tree).pages.set(1, bytes);
    tree.freeIds.push(2);
    group.forget(tree, buffers);
    group.forget(tree, buffers);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(tree).toMatchObject({ change: undefined, freeIds: [], epoch: 1 });
    expect(group.isEmpty).toBe(true);
  });
});

test('what cannot be sealed names its tree and the reason', () => {
  const group = new Group();
  const cipher = newCipher();
  const tree = newTreeState(1, cipher, committed);
  group.changeOf(tree);
  const gone = new Refusal('TableKeyRefused', { message: 'gone', denied: false });
  cipher.refuseWith(gone);
  const sealing = () => group.seal(new PageSealer(value(16), new VirtualClock()), refLogBounds);
  expect(sealing).toThrow(SealFault);
  expect(sealing).toThrow(expect.objectContaining({ tree, cause: gone }));
  cipher.refuseWith(undefined);
  group.drops.push({ id: 4, expected: 2, tree: undefined });
  expect(sealing()).toMatchObject({
    puts: [],
    heads: [{ tree: 1, expected: 8, version: 9 }],
    drops: [{ tree: 4, expected: 2 }],
  });
});

describe('a tree that a group has pinned', () => {
  test('has one pin, and is overtaken where its head moves once it was looked at', () => {
    const group = new Group();
    const tree = newTreeState(1, newCipher(), committed);
    group.pin(tree);
    const { pin } = tree;
    group.pin(tree);
    expect(tree.pin).toBe(pin);
    expect(tree.pin).toEqual({ isSettled: true, isOvertaken: false });
    expect(group.isOvertaken).toBe(false);
    if (pin !== undefined) pin.isOvertaken = true;
    expect(group.isOvertaken).toBe(true);
  });

  test('is to be looked at first where it is stale, and free once the group is done with it', () => {
    const group = new Group();
    const tree = { ...newTreeState(1, newCipher(), committed), stale: true };
    group.pin(tree);
    expect(tree.pin?.isSettled).toBe(false);
    group.unpin();
    expect([tree.pin, group.isOvertaken]).toEqual([undefined, false]);
  });
});

describe('many works at once', () => {
  for (const [waiting, first] of [
    [31, 31],
    [32, 16],
    [33, 17],
  ] as const) {
    test(`of ${waiting} that wait while nothing is in flight, ${first} go first`, async () => {
      const { store, engine, tree, commitsSince } = await held();
      const puts = Array.from({ length: waiting }, (_, n) =>
        handled(engine.transact((tx) => tx.put(tree, key(n), one))),
      );
      await (await waitingCommit(store)).succeed();
      expect(await stateOf(Promise.all(puts.slice(0, first)))).toBe('resolved');
      if (first < waiting) {
        expect(await stateOf(puts[first] as Promise<void>)).toBe('pending');
        await (await waitingCommit(store)).succeed();
      }
      await Promise.all(puts);
      expect(commitsSince()).toBe(first < waiting ? 2 : 1);
      expect(await all(tree.cursor())).toHaveLength(waiting);
    });
  }

  test('many leave turns of the event loop to others, and share their commits all the same', async () => {
    const { store, engine, tree, commitsSince } = await held();
    const ranAt: number[] = [];
    let turn = 0;
    let isOver = false;
    const count = () => {
      turn++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const puts = Array.from({ length: 400 }, (_, n) =>
      engine.transact((tx) => {
        ranAt.push(turn);
        return tx.put(tree, key(n), one);
      }),
    );
    await (await waitingCommit(store)).succeed();
    await Promise.all(puts.slice(0, 200));
    await (await waitingCommit(store)).succeed();
    await Promise.all(puts);
    isOver = true;
    const perTurn = new Map<number, number>();
    for (const at of ranAt) perTurn.set(at, (perTurn.get(at) ?? 0) + 1);
    // The last turn of one run may be the first of the next.
    expect(Math.max(...perTurn.values())).toBeLessThanOrEqual(128);
    expect(perTurn.size).toBeGreaterThanOrEqual(4);
    expect(commitsSince()).toBe(2);
  });
});
