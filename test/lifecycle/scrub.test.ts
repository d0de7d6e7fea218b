import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import { roundMsMin, Scrub, type ScrubOptions, slicePages } from '../../src/lifecycle/scrub.ts';
import { open } from '../../src/open.ts';
import type { SliceOptions, SliceReport } from '../../src/pages/verify.ts';
import { openDatabase } from '../../src/store/sqlite-driver.ts';
import { SmallStore } from '../support/damaged-store.ts';
import { item } from '../support/item-load.ts';
import { inProcessCall } from '../support/json-call.ts';
import { nullCipher } from '../support/null-cipher.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const pageBytes = 8000;

function summary(name: string, tree: number) {
  const place = { account: '123456789012', region: 'us-east-1' };
  return { id: `id-${name}`, name, ...place, arn: '', status: 'ACTIVE' as const, keyArn: '', trees: [tree] };
}

/** A catalogue and two tables whose trees have so many slices. */
function setting(more: Partial<ScrubOptions> = {}) {
  const clock = new VirtualClock();
  const slices = new Map([
    [1, 1],
    [2, 3],
    [3, 2],
  ]);
  const all = {
    clock,
    slices,
    tables: [summary('one', 2), summary('two', 3)],
    asked: [] as string[],
    held: [] as string[],
    errors: [] as object[],
    warnings: 0,
    faultsAt: new Map<string, SliceReport['faults']>(),
    keyFaults: new Map<string, Error>(),
  };
  const verifySlice = async ({ tree: { id }, from, pagesMax }: SliceOptions): Promise<SliceReport> => {
    const at = from?.[0] ?? 0;
    expect(pagesMax).toBe(slicePages);
    all.asked.push(`${id}.${at}`);
    const next = at + 1 < (slices.get(id) ?? 0) ? { next: Uint8Array.of(at + 1) } : {};
    const faults = all.faultsAt.get(`${id}.${at}`) ?? [];
    return { pages: slicePages, bytes: slicePages * pageBytes, faults, ...next };
  };
  const scrub = new Scrub({
    engine: { verifySlice },
    keys: {
      cipher: () => nullCipher(),
      async withService(table, work) {
        const fault = all.keyFaults.get(table.id);
        if (fault !== undefined) throw fault;
        all.held.push(table.name);
        return work();
      },
    },
    tables: { summaries: () => all.tables, deletedSummaries: () => [] },
    clock,
    log: {
      info() {},
      warn: () => {
        all.warnings++;
      },
      error: (fields) => void all.errors.push(fields),
    },
    bytesPerSecond: slicePages * pageBytes,
    ...more,
  });
  return Object.assign(all, { scrub });
}

describe('a scrub', () => {
  test('goes through every tree from slice to slice, at its rate', async () => {
    const { scrub, clock, asked } = setting();
    scrub.start();
    const seen: number[] = [];
    for (let second = 0; second < 6; second++) {
      await clock.advanceAndSettle(second === 0 ? 0 : 1000);
      seen.push(asked.length);
    }
    expect(asked).toEqual(['1.0', '2.0', '2.1', '2.2', '3.0', '3.1']);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    await scrub.stop();
  });

  test('counts what it saw, and begins again when the time for a round is over', async () => {
    const { scrub, clock, asked } = setting();
    scrub.start();
    await clock.advanceAndSettle(roundMsMin - 1);
    expect(scrub.stats).toEqual({
      rounds: 1,
      pages: 6 * slicePages,
      bytes: 6 * slicePages * pageBytes,
      faults: 0,
    });
    await clock.advanceAndSettle(1);
    expect(asked.slice(6)).toEqual(['1.0']);
    await scrub.stop();
  });

  test('tells each fault with its table, keeps the first, and goes on', async () => {
    const { scrub, clock, asked, errors, faultsAt } = setting();
    const fault = { tree: 2, page: 7, problem: 'does not open' };
    faultsAt.set('2.1', [fault]);
    faultsAt.set('3.0', [{ tree: 3, page: 9, problem: 'is missing' }]);
    scrub.start();
    await clock.advanceAndSettle(10_000);
    expect(errors).toEqual([
      { table: 'one', ...fault },
      { table: 'two', tree: 3, page: 9, problem: 'is missing' },
    ]);
    expect(scrub.stats).toMatchObject({ faults: 2, firstFault: { table: 'one', ...fault } });
    expect(asked).toHaveLength(6);
    await scrub.stop();
  });

  test('does not miss the pages of a table that was deleted meanwhile', async () => {
    const { scrub, clock, errors, faultsAt, tables } = setting();
    faultsAt.set('2.1', [{ tree: 2, problem: 'its head is missing' }]);
    scrub.start();
    await clock.advanceAndSettle(1000);
    tables.shift();
    await clock.advanceAndSettle(10_000);
    expect([errors, scrub.stats.faults]).toEqual([[], 0]);
    await scrub.stop();
  });

  test('passes over a table whose key is refused or cannot be asked for, and tells one whose keys do not open', async () => {
    const refusal = new Refusal('TableKeyRefused', { message: 'disabled', denied: false });
    for (const [fault, expected] of [
      [refusal, { faults: 0, warnings: 0 }],
      [new Outage('KeyServiceUnavailable'), { faults: 0, warnings: 1 }],
      [new IntegrityFault(), { faults: 1, warnings: 0 }],
    ] as const) {
      const all = setting();
      all.keyFaults.set('id-one', fault);
      all.scrub.start();
      await all.clock.advanceAndSettle(10_000);
      expect(all.asked).toEqual(['1.0', '3.0', '3.1']);
      expect({ faults: all.scrub.stats.faults, warnings: all.warnings }).toEqual(expected);
      await all.scrub.stop();
    }
  });

  test('asks for the key of a large table again after a minute', async () => {
    const { scrub, clock, slices, held } = setting();
    slices.set(2, 150);
    scrub.start();
    await clock.advanceAndSettle(200_000);
    expect(held).toEqual(['one', 'one', 'one', 'two']);
    await scrub.stop();
  });

  test('stops at once, and leaves no timer', async () => {
    const { scrub, clock, asked } = setting();
    scrub.start();
    await clock.advanceAndSettle(1000);
    await scrub.stop();
    expect([asked.length, clock.timers]).toEqual([2, 0]);
    await clock.advanceAndSettle(10_000);
    expect(asked).toHaveLength(2);
  });
});

describe('a scrub of a real store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-scrub-'));
  const rootKey = { file: join(folder, 'keys', 'root.key') };
  const data = join(folder, 'data');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('lets writes go on, and finds a page that went bad', async () => {
    const small = new SmallStore(data, rootKey.file);
    await small.make();
    const clock = new VirtualClock();
    const errors: object[] = [];
    const log: Log = { info() {}, warn() {}, error: (fields) => void errors.push(fields) };
    const database = await open(data, { rootKey, clock, log, scrubBytesPerSecond: 1_000_000 });
    const call = inProcessCall(database);
    await clock.advanceAndSettle(10_000);
    const { scrub: first } = database.stats();
    expect(first).toMatchObject({ rounds: 1, faults: 0 });
    expect(first?.pages).toBeGreaterThan(6);

    const rows = openDatabase(join(data, 'store.sqlite'));
    rows.exec('UPDATE page SET body = zeroblob(length(body)) WHERE place = (SELECT max(place) FROM page)');
    rows.close();
    const writing = call('PutItem', { TableName: 'plain', Item: item('1', '2.1.40') });
    await clock.advanceAndSettle(10);
    await writing;
    await clock.advanceAndSettle(roundMsMin + 10_000);
    const { scrub: second } = database.stats();
    expect(second).toMatchObject({
      rounds: 2,
      faults: 1,
      firstFault: { table: 'customer', problem: 'does not open' },
    });
    expect(errors).toEqual([second?.firstFault]);
    await database.close();
    expect(clock.timers).toBe(0);
  });

  test.each([0, -1, Number.NaN])('has a rate, which %d is not', async (scrubBytesPerSecond) => {
    await expect(open(join(folder, 'none'), { rootKey, scrubBytesPerSecond })).rejects.toThrow(TypeError);
  });

  test('is not begun unless it is asked for', async () => {
    const database = await open(join(folder, 'other'), { rootKey, clock: new VirtualClock() });
    expect(database.stats().scrub).toBeUndefined();
    await database.close();
  });
});
