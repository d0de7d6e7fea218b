import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import { dataKeyLimits } from '../../src/keys/data-key-use.ts';
import {
  ReEncryption,
  type ReEncryptionOptions,
  reEncryptionIntervalMs,
} from '../../src/lifecycle/re-encryption.ts';
import { takeCensus } from '../../src/pages/census.ts';
import type { PageStore, StoreChange } from '../../src/store/page-store.ts';
import { firstTableTree } from '../../src/tables/catalog-root.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { book, key, openT, putBook, readBook } from '../support/book-tables.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import { definitionOf, newKey, openTables, type TablesForTest } from '../support/open-tables.ts';
import { item, S } from '../tables/support.ts';

const tree = firstTableTree;
/** Long enough that a leaf has few of them. */
const long = 'x'.repeat(1500);

function recordingLog() {
  const lines: string[] = [];
  const line = (level: string) => (_: object, sentence: string) => lines.push(`${level}: ${sentence}`);
  const log: Log = { info: line('info'), warn: line('warn'), error: line('error') };
  return { log, lines };
}

function identityOf({ dataKeys }: Tables) {
  return dataKeys.find({ account, region, name: 'T' });
}

function reEncryptionOf(running: TablesForTest, more: Partial<ReEncryptionOptions> = {}): ReEncryption {
  return new ReEncryption({
    ...running,
    upkeep: running.tables.dataKeys,
    pagesPerSecond: Number.POSITIVE_INFINITY,
    ...more,
  });
}

/** T with so many items, all under data keys that were just replaced. */
async function rotated(
  items: number,
  options: Parameters<typeof openTables>[0] = {},
): Promise<TablesForTest> {
  const running = await openTables(options);
  const { tables } = running;
  await tables.create(user, definitionOf('T', { kind: 'customer', keyId: await newKey(running.kms) }));
  const table = await openT(tables);
  const puts = Array.from({ length: items }, (_, i) => putBook(table, longBook(i)));
  await Promise.all(puts);
  await tables.dataKeys.rotate(identityOf(tables).id);
  return running;
}

function longBook(number: number) {
  const text = number % 10 === 0 ? long.repeat(8) : long;
  return item({ id: S(`book ${number}`), text: S(text) });
}

async function expectAll(tables: Tables, items: number): Promise<void> {
  const table = await openT(tables);
  for (let i = 0; i < items; i++) expect((await table.get(key(`book ${i}`)))?.item).toEqual(longBook(i));
}

function dataKeyIds({ dataKeys }: Tables): readonly number[] | undefined {
  return dataKeys.dataKeys()[0]?.trees[0]?.dataKeyIds;
}

describe('a look', () => {
  test('moves every page and drops the older data key, after which all is there', async () => {
    const running = await rotated(100);
    const { log, lines } = recordingLog();
    await reEncryptionOf(running, { log }).look();
    expect(lines).toEqual([]);
    expect([...(await takeCensus(running.memory, tree)).pages.keys()]).toEqual([2]);
    expect(dataKeyIds(running.tables)).toEqual([2]);
    await expectAll(running.tables, 100);
    const again = await running.restart({ crash: true });
    expect(dataKeyIds(again.tables)).toEqual([2]);
    await expectAll(again.tables, 100);
  });

  test('touches no table that has nothing to move', async () => {
    const running = await rotated(10);
    await reEncryptionOf(running).look();
    const { sealedPages } = running.engine.meter;
    await reEncryptionOf(running).look();
    expect(running.engine.meter.sealedPages).toBe(sealedPages);
  });

  test('gives a table whose data key is 90 days old another one, and moves it', async () => {
    const running = await rotated(10);
    await reEncryptionOf(running).look();
    running.clock.advance(dataKeyLimits.rotateMs);
    await reEncryptionOf(running).look();
    expect(dataKeyIds(running.tables)).toEqual([3]);
    await expectAll(running.tables, 10);
  });

  test('leaves a table whose key is disabled for later, and does not keep others from theirs', async () => {
    const running = await rotated(10);
    const { tables, kms } = running;
    const keyArn = tables.summaries()[0]?.keyArn ?? '';
    await tables.create(user, definitionOf('U'));
    await tables.dataKeys.rotate(tables.dataKeys.find({ account, region, name: 'U' }).id);
    await kms.keys.disable(user, keyArn);
    const { log, lines } = recordingLog();
    await reEncryptionOf(running, { log }).look();
    expect(lines).toEqual(['warn: A table keeps its older data keys for now; this is tried again.']);
    expect(tables.dataKeys.dataKeys().map(({ trees }) => trees[0]?.dataKeyIds)).toEqual([[1, 2], [2]]);
    await kms.keys.enable(user, keyArn);
    await reEncryptionOf(running, { log }).look();
    expect(dataKeyIds(tables)).toEqual([2]);
    await expectAll(tables, 10);
  });

  test('never drops a data key while a page or the head alone is under it', async () => {
    const running = await rotated(30);
    const { engine } = running;
    // A walk that finds nothing to do, however often it is asked.
    const blind = {
      store: engine.store,
      openTree: engine.openTree.bind(engine),
      transact: engine.transact.bind(engine),
      reseal: async () => ({ pages: 0, leaves: 0, next: undefined }),
    } as const;
    const { log, lines } = recordingLog();
    await reEncryptionOf(running, { engine: blind, log }).look();
    expect(dataKeyIds(running.tables)).toEqual([1, 2]);
    expect(lines).toEqual(['warn: Pages are still under an older data key.']);
  });

  test('passes over a table that is deleted meanwhile without a word', async () => {
    const running = await rotated(200);
    const { log, lines } = recordingLog();
    const looking = reEncryptionOf(running, { log }).look();
    await running.tables.delete(user, 'T');
    await looking;
    expect(lines).toEqual([]);
  });

  test('goes on while items are written', async () => {
    const running = await rotated(150);
    const looking = reEncryptionOf(running).look();
    const table = await openT(running.tables);
    for (let i = 150; i < 260; i++) await putBook(table, longBook(i));
    await looking;
    expect(dataKeyIds(running.tables)).toEqual([2]);
    await expectAll(running.tables, 260);
  });
});

describe('a crash', () => {
  test('after any commit of a rotation and of what follows it loses nothing, and the next start goes on', async () => {
    let commitsLeft = Number.POSITIVE_INFINITY;
    const dead = new Outage('StoreUnavailable');
    const commit = (store: PageStore, change: StoreChange) =>
      commitsLeft-- > 0 ? store.commit(change) : Promise.reject(dead);
    const wrapStore = (store: PageStore): PageStore => ({
      readHeads: (trees) => store.readHeads(trees),
      readPages: (of, ids) => store.readPages(of, ids),
      commit: (change) => commit(store, change),
      listPages: (of, after, limit) => store.listPages(of, after, limit),
      listTrees: (after, limit) => store.listTrees(after, limit),
      close: () => store.close(),
    });
    let running = await rotated(400, { wrapStore });
    await reEncryptionOf(running).look();
    let crashes = 0;
    for (let survived = 0; survived < 8; survived++) {
      const id = identityOf(running.tables).id;
      commitsLeft = survived;
      await running.tables.dataKeys.rotate(id).catch(() => {});
      await reEncryptionOf(running).look();
      if (commitsLeft < 0) crashes++;
      commitsLeft = Number.POSITIVE_INFINITY;
      running = await running.restart({ crash: true });
      await expectAll(running.tables, 400);
      await reEncryptionOf(running).look();
      expect(dataKeyIds(running.tables)).toHaveLength(1);
      await expectAll(running.tables, 400);
    }
    expect(crashes).toBeGreaterThanOrEqual(5);
  });
});

describe('R-LIM-1: a table that is written to without end', () => {
  test('with a limit of 1,000 pages changes its data key each time, and no data key seals more', async () => {
    const limits = { ...dataKeyLimits, rotateSeals: 1000, refuseSeals: 1200, blockSeals: 200 };
    let reEncryption: ReEncryption | undefined;
    const running = await openTables({
      dataKeyLimits: limits,
      onDataKeyNotice: (table) => reEncryption?.notice(table),
    });
    const { tables, keys, clock } = running;
    await tables.create(user, definitionOf('T'));
    reEncryption = reEncryptionOf(running);
    reEncryption.start();
    const table = await openT(tables);
    const { id } = identityOf(tables);
    for (let i = 0; i < 2000; i++) {
      await putBook(table, book('a', i));
      await clock.advanceAndSettle(0);
      for (const { seals } of keys.dataKeys(id)) expect(seals).toBeLessThanOrEqual(limits.refuseSeals);
    }
    await clock.advanceAndSettle(0);
    // Two pages a write, a data key for a thousand of them.
    expect(dataKeyIds(tables)).toEqual([5]);
    await reEncryption.stop();
    expect(await readBook(tables)).toEqual(book('a', 1999));
  });
});

describe('the rate', () => {
  test('lets so many pages move in a second and no more, until it is stopped', async () => {
    const running = await rotated(600);
    const { clock, memory } = running;
    const older = async () => (await takeCensus(memory, tree)).pages.get(1) ?? 0;
    const all = await older();
    const reEncryption = reEncryptionOf(running, { pagesPerSecond: 20 });
    reEncryption.start();
    await clock.advanceAndSettle(0);
    const first = all - (await older());
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(all);
    await clock.advanceAndSettle((first / 20) * 1000 - 1);
    expect(all - (await older())).toBe(first);
    await clock.advanceAndSettle(1);
    expect(all - (await older())).toBeGreaterThan(first);
    await reEncryption.stop();
    const left = await older();
    await clock.advanceAndSettle(reEncryptionIntervalMs * 2);
    expect(await older()).toBe(left);
    expect(left).toBeGreaterThan(0);
  });

  test('is not kept for those who wait: they see the progress to its end', async () => {
    const running = await rotated(100);
    const reEncryption = reEncryptionOf(running, { pagesPerSecond: 1 });
    reEncryption.start();
    await running.clock.advanceAndSettle(0);
    const seen: number[] = [];
    await reEncryption.finish(identityOf(running.tables), (done, total) => seen.push(done / total));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(dataKeyIds(running.tables)).toEqual([2]);
    await reEncryption.stop();
  });

  test('of one who waits for a table whose key is disabled: the refusal is told', async () => {
    const running = await rotated(10);
    await running.kms.keys.disable(user, running.tables.summaries()[0]?.keyArn ?? '');
    await expect(reEncryptionOf(running).finish(identityOf(running.tables))).rejects.toMatchObject({
      code: 'TableKeyRefused',
    });
  });

  test('looks at its start and after each interval, and leaves no timer', async () => {
    const running = await rotated(5);
    const reEncryption = reEncryptionOf(running, { intervalMs: 1000 });
    reEncryption.start();
    reEncryption.start();
    await running.clock.advanceAndSettle(0);
    expect(dataKeyIds(running.tables)).toEqual([2]);
    await running.tables.dataKeys.rotate(identityOf(running.tables).id);
    await running.clock.advanceAndSettle(999);
    expect(dataKeyIds(running.tables)).toEqual([2, 3]);
    await running.clock.advanceAndSettle(1);
    expect(dataKeyIds(running.tables)).toEqual([3]);
    await reEncryption.stop();
  });
});
