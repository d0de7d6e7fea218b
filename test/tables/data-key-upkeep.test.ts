import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { dataKeyLimits } from '../../src/keys/data-key-use.ts';
import { takeCensus } from '../../src/pages/census.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import { firstTableTree } from '../../src/tables/catalog-root.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { book, key, openProtected, openT, putBook, readBook } from '../support/book-tables.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import { definitionOf, newKey, openTables, type TablesForTest } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { CommitCount } from '../support/wrapped-stores.ts';

const tree = firstTableTree;
const limits = { ...dataKeyLimits, rotateSeals: 1000, blockSeals: 100, blockBytes: 1_000_000 };

function idOf({ dataKeys }: Tables, name = 'T'): string {
  return dataKeys.find({ account, region, name }).id;
}

async function withT(options: Parameters<typeof openTables>[0] = {}): Promise<TablesForTest> {
  const opened = await openTables({ dataKeyLimits: limits, ...options });
  await opened.tables.create(user, definitionOf('T'));
  return opened;
}

function countOf({ keys, tables }: TablesForTest) {
  const [state] = keys.dataKeys(idOf(tables));
  return { seals: state?.seals, unused: state?.unused.seals };
}

/** So many commits of two pages each: a leaf and a head. */
async function putTimes(tables: Tables, times: number): Promise<void> {
  const table = await openT(tables);
  for (let i = 0; i < times; i++) await putBook(table, book('a', i));
}

describe('R-LIM-1: what a data key has sealed', () => {
  test('is known to the page over a clean restart', async () => {
    const first = await withT();
    await putTimes(first.tables, 10);
    // The leaf and the head of the empty tree come before.
    expect(countOf(first).seals).toBe(22);
    const second = await first.restart();
    expect(countOf(second)).toEqual({ seals: 22, unused: 0 });
    await putTimes(second.tables, 3);
    expect(countOf(second)).toEqual({ seals: 28, unused: 94 });
    expect(countOf(await second.restart())).toEqual({ seals: 28, unused: 0 });
  });

  test('is over-approximated after a crash, by a block at most, and never under it', async () => {
    let running = await withT();
    let sealed = 2;
    for (let crash = 1; crash <= 5; crash++) {
      await putTimes(running.tables, 7);
      sealed += 14;
      running = await running.restart({ crash: true });
      const { seals } = countOf(running);
      expect(seals).toBeGreaterThanOrEqual(sealed);
      expect(seals).toBe(crash * limits.blockSeals);
    }
  });

  test('a store that is only described, listed and closed writes nothing down', async () => {
    const commits = new CommitCount();
    const first = await withT({ wrapStore: commits.wrap });
    await putTimes(first.tables, 1);
    const second = await first.restart();
    const before = commits.value;
    await second.tables.describe(user, 'T');
    await second.restart();
    expect(commits.value).toBe(before);
  });

  test('is written down a block ahead, as soon as half of one is left', async () => {
    let tables: Tables | undefined;
    const running = await withT({ onDataKeyNotice: ({ id }) => void tables?.dataKeys.allowMore(id) });
    tables = running.tables;
    for (let round = 0; round < 30; round++) {
      await putTimes(tables, 10);
      await tables.dataKeys.allowMore(idOf(tables));
      expect(countOf(running).unused).toBeGreaterThan(limits.blockSeals / 2);
    }
    expect(countOf(running).seals).toBe(602);
    const again = await running.restart({ crash: true });
    expect(countOf(again).seals).toBeLessThanOrEqual(602 + 2 * limits.blockSeals);
    expect(countOf(again).seals).toBeGreaterThanOrEqual(602);
  });

  test('stops writes, and no reads, where it cannot be written down', async () => {
    const running = await withT();
    await expect(putTimes(running.tables, 60)).rejects.toMatchObject({ code: 'DataKeyUsedUp' });
    expect(await readBook(running.tables)).toEqual(book('a', 48));
    await running.tables.dataKeys.allowMore(idOf(running.tables));
    await putTimes(running.tables, 1);
  });

  test('is written down after all when the store takes commits again: one write is refused, the next is not', async () => {
    let tables: Tables | undefined;
    const running = await withT({
      onDataKeyNotice: ({ id }) => {
        // Not the first time, half a block before.
        if (countOf(running).unused === 0) void tables?.dataKeys.allowMore(id);
      },
    });
    tables = running.tables;
    await putTimes(tables, 49);
    await expect(putTimes(tables, 1)).rejects.toMatchObject({ code: 'DataKeyUsedUp' });
    await tables.dataKeys.allowMore(idOf(tables));
    await putTimes(tables, 40);
  });

  test('a table opens for reading where the store takes no commit', async () => {
    let isFull = false;
    const wrapStore = (store: PageStore): PageStore => ({
      readHeads: (trees) => store.readHeads(trees),
      readPages: (of, ids) => store.readPages(of, ids),
      commit: (change) => (isFull ? Promise.reject(new Outage('StoreUnavailable')) : store.commit(change)),
      listPages: (of, after, limit) => store.listPages(of, after, limit),
      listTrees: (after, limit) => store.listTrees(after, limit),
      close: () => store.close(),
    });
    const first = await withT({ wrapStore });
    await putTimes(first.tables, 1);
    const { tables } = await first.restart({ crash: true });
    isFull = true;
    expect(await readBook(tables)).toEqual(book('a', 0));
    await expect(putTimes(tables, 1)).rejects.toThrow(Outage);
    isFull = false;
    await putTimes(tables, 1);
  });
});

describe('a data key is due', () => {
  test('after so many pages, and its successor is not', async () => {
    const running = await withT();
    const { dataKeys } = running.tables;
    const id = idOf(running.tables);
    while ((countOf(running).seals ?? 0) < limits.rotateSeals) {
      expect(dataKeys.due(id)).toEqual([]);
      await putTimes(running.tables, 7);
      await dataKeys.allowMore(id);
    }
    expect(dataKeys.due(id)).toEqual([tree]);
    await dataKeys.rotate(id, dataKeys.due(id));
    expect(dataKeys.due(id)).toEqual([]);
    expect(dataKeys.unfinished(id)).toEqual([tree]);
  });

  test('after 90 days and not before, also over a restart, and anew for each successor', async () => {
    const first = await withT();
    const { clock } = first;
    const id = idOf(first.tables);
    clock.advance(limits.rotateMs - 1);
    const { tables } = await first.restart();
    expect(tables.dataKeys.due(id)).toEqual([]);
    clock.advance(1);
    expect(tables.dataKeys.due(id)).toEqual([tree]);
    await tables.dataKeys.rotate(id);
    clock.advance(limits.rotateMs - 1);
    expect(tables.dataKeys.due(id)).toEqual([]);
    clock.advance(1);
    expect(tables.dataKeys.due(id)).toEqual([tree]);
  });
});

describe('a rotation', () => {
  test('has every page sealed with the new data key from then on, and the older pages still open', async () => {
    const running = await withT();
    const { tables, memory } = running;
    await putTimes(tables, 1);
    expect((await takeCensus(memory, tree)).head).toBe(1);
    await tables.dataKeys.rotate(idOf(tables));
    expect(await readBook(tables)).toEqual(book('a', 0));
    await putTimes(tables, 2);
    expect(await takeCensus(memory, tree)).toEqual({ head: 2, pages: new Map([[2, 1]]) });
    const again = await running.restart({ crash: true });
    expect(await readBook(again.tables)).toEqual(book('a', 1));
    expect(again.tables.dataKeys.dataKeys()).toMatchObject([
      { table: 'T', trees: [{ tree, part: 'items', dataKeyIds: [1, 2] }] },
    ]);
  });

  test('that cannot be stored changes nothing, and the next one does not mistake its key for its own', async () => {
    let fails = false;
    const wrapStore = (store: PageStore): PageStore => ({
      readHeads: (trees) => store.readHeads(trees),
      readPages: (of, ids) => store.readPages(of, ids),
      commit: (change) => (fails ? Promise.reject(new Outage('StoreUnavailable')) : store.commit(change)),
      listPages: (of, after, limit) => store.listPages(of, after, limit),
      listTrees: (after, limit) => store.listTrees(after, limit),
      close: () => store.close(),
    });
    const running = await withT({ wrapStore });
    const { tables, memory } = running;
    await putTimes(tables, 1);
    fails = true;
    await expect(tables.dataKeys.rotate(idOf(tables))).rejects.toThrow(Outage);
    fails = false;
    await putTimes(tables, 1);
    expect((await takeCensus(memory, tree)).head).toBe(1);
    await tables.dataKeys.rotate(idOf(tables));
    await putTimes(tables, 1);
    // The number 2 is used up.
    expect((await takeCensus(memory, tree)).head).toBe(3);
    const again = await running.restart({ crash: true });
    expect(await readBook(again.tables)).toEqual(book('a', 0));
  });

  test('is refused in the words of the key service while the key is disabled, and later done', async () => {
    const opened = await openProtected();
    const { tables, kms, keyArn } = opened;
    await kms.keys.disable(user, keyArn);
    expect(await refusalOf(() => tables.dataKeys.rotate(idOf(tables)))).toContain('is disabled');
    await kms.keys.enable(user, keyArn);
    await tables.dataKeys.rotate(idOf(tables));
    expect(tables.dataKeys.unfinished(idOf(tables))).toEqual([tree]);
  });

  test('and a change of the KMS key at the same time: one is refused, and no data key is lost', async () => {
    const opened = await openProtected();
    const { tables, kms } = opened;
    const keyId = await newKey(kms);
    const id = idOf(tables);
    const both = await Promise.allSettled([
      tables.changeEncryption(user, 'T', { kind: 'customer', keyId }),
      tables.dataKeys.rotate(id),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await putBook(await openT(tables), book('b'));
    const again = await opened.restart({ crash: true });
    expect(await readBook(again.tables, 'a')).toEqual(book('a'));
    expect(await readBook(again.tables, 'b')).toEqual(book('b'));
    await again.tables.dataKeys.rotate(id);
    await again.tables.changeEncryption(user, 'T', { kind: 'owned' });
    await putBook(await openT(again.tables), book('c'));
    const last = await again.restart({ crash: true });
    for (const name of ['a', 'b', 'c']) expect(await readBook(last.tables, name)).toEqual(book(name));
  });

  test('two at once: one is refused, and the other holds', async () => {
    const running = await withT();
    const { tables } = running;
    await putTimes(tables, 1);
    const both = await Promise.allSettled([
      tables.dataKeys.rotate(idOf(tables)),
      tables.dataKeys.rotate(idOf(tables)),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await putTimes(tables, 2);
    const again = await running.restart({ crash: true });
    expect(await readBook(again.tables)).toEqual(book('a', 1));
  });

  test('of a table that is not there is refused', async () => {
    const { tables } = await withT();
    expect(await refusalOf(() => tables.dataKeys.rotate('nothing'))).toContain('TableNotFound');
    expect(await refusalOf(async () => tables.dataKeys.find({ account, region, name: 'U' }))).toContain(
      'TableNotFound',
    );
  });
});

describe('an older data key', () => {
  test('is forgotten when nothing is under it, and pages that are would not open', async () => {
    const running = await withT();
    const { tables } = running;
    const id = idOf(tables);
    await putTimes(tables, 1);
    await tables.dataKeys.rotate(id);
    // Too soon: the page is under the first one still.
    await tables.dataKeys.dropOlder(id, tree, 2);
    expect(tables.dataKeys.unfinished(id)).toEqual([]);
    const again = await running.restart();
    const table = openT(again.tables).then((opened) => opened.get(key('a')));
    await expect(table).rejects.toMatchObject({ name: 'IntegrityFault' });
  });

  test('stays where the tree has another one by now', async () => {
    const { tables } = await withT();
    const id = idOf(tables);
    await tables.dataKeys.rotate(id);
    await tables.dataKeys.rotate(id);
    expect(await refusalOf(() => tables.dataKeys.dropOlder(id, tree, 2))).toContain('TableInUse');
    expect(tables.dataKeys.dataKeys()[0]?.trees[0]?.dataKeyIds).toEqual([1, 2, 3]);
  });
});
