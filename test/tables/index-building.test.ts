import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import type { Item } from '../../src/tables/attribute.ts';
import { retryMs } from '../../src/tables/index-building.ts';
import type { IndexDefinition } from '../../src/tables/index-definition.ts';
import type { OpenTable } from '../../src/tables/table.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { key, openT, tableArn } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, newKey, openTables } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { item, N, S } from './support.ts';

const byPages: IndexDefinition = {
  kind: 'global',
  name: 'by-pages',
  keySchema: [{ AttributeName: 'pages', KeyType: 'HASH' }],
  projection: { ProjectionType: 'ALL' },
};
const created = {
  definition: byPages,
  attributeDefinitions: [{ AttributeName: 'pages', AttributeType: 'N' }],
} as const;

const book = (id: string, pages?: number): Item =>
  item({ id: S(id), text: S('x'.repeat(100)), ...(pages !== undefined && { pages: N(pages) }) });
const put = (table: OpenTable, next: Item, id: string) =>
  table.write(key(id), () => ({ next, result: undefined }));
const remove = (table: OpenTable, id: string) =>
  table.write(key(id), () => ({ next: undefined, result: undefined }));

async function fill(tables: Tables, count: number): Promise<void> {
  const table = await openT(tables);
  const writes = Array.from({ length: count }, (_, n) => put(table, book(`b${n}`, n % 7), `b${n}`));
  await Promise.all(writes);
}

/** The ids that the index has, in order, and each as often as it has it. */
async function indexed(tables: Tables, name = 'by-pages'): Promise<string[]> {
  const ids: string[] = [];
  const cursor = (await openT(tables)).index(name).items({});
  for (let found = await cursor.next(); found !== undefined; found = await cursor.next()) {
    const id = found.item.get('id');
    ids.push(id !== undefined && 'S' in id ? id.S : '');
  }
  return ids.toSorted();
}

const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `b${n}`).toSorted();
const statusOf = async (tables: Tables) =>
  (await tables.describe(user, 'T')).indexes?.map(({ status }) => status);

/** As on a busy disk: the loop goes round a few times before a commit is there. */
function withSlowCommits(store: PageStore): PageStore {
  return {
    ...store,
    commit: async (change) => {
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      return store.commit(change);
    },
  };
}

/** Fails every commit once so many have been made. */
function failingAfter(commits: number): { left: number; wrap: (store: PageStore) => PageStore } {
  const state = {
    left: commits,
    wrap: (store: PageStore): PageStore => ({
      ...store,
      commit: async (change) => {
        if (state.left-- <= 0) throw new Outage('StoreUnavailable');
        return store.commit(change);
      },
    }),
  };
  return state;
}

describe('a new index', () => {
  test('is filled in the background with every item that was there, and can then be read', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    await fill(tables, 350);
    const info = await tables.createIndex(user, 'T', created);
    expect(info).toMatchObject({
      status: 'UPDATING',
      indexes: [
        { name: 'by-pages', status: 'CREATING', isFilling: false, arn: `${tableArn}/index/by-pages` },
      ],
      definition: {
        attributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'pages', AttributeType: 'N' },
        ],
      },
    });
    expect(await refusalOf(async () => (await openT(tables)).index('by-pages'))).toBe(
      'Validation: Cannot read from backfilling global secondary index: by-pages',
    );
    await tables.indexesSettled();
    expect(await tables.describe(user, 'T')).toMatchObject({
      status: 'ACTIVE',
      indexes: [{ status: 'ACTIVE', itemCount: 350 }],
    });
    expect(await indexed(tables)).toEqual(idsOf(350));
  });

  test('can be read by whoever is told that it is there', async () => {
    const { tables } = await openTables({ wrapStore: withSlowCommits });
    await tables.create(user, definitionOf('T'));
    await fill(tables, 150);
    await tables.createIndex(user, 'T', created);
    while ((await statusOf(tables))?.[0] === 'CREATING') await new Promise(setImmediate);
    expect((await openT(tables)).index('by-pages').name).toBe('by-pages');
  });

  test('skips what has no key for it, or one of another type, an empty or a too long one', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    const table = await openT(tables);
    const at = { AttributeName: 'at', AttributeType: 'S' } as const;
    const odd = { number: N(1), empty: S(''), long: S('x'.repeat(2049)), longest: S('y'.repeat(2048)) };
    for (const [id, value] of Object.entries(odd)) await put(table, item({ id: S(id), at: value }), id);
    await put(table, item({ id: S('none') }), 'none');
    const keySchema = [{ AttributeName: 'at', KeyType: 'HASH' }] as const;
    await tables.createIndex(user, 'T', {
      definition: { ...byPages, keySchema },
      attributeDefinitions: [at],
    });
    await tables.indexesSettled();
    expect(await indexed(tables)).toEqual(['longest']);
    // What has no entry is changed and removed like any other.
    await put(table, item({ id: S('number'), at: S('a') }), 'number');
    await remove(table, 'empty');
    expect(await indexed(tables)).toEqual(['longest', 'number']);
  });

  test('follows writes from the moment it is there, before and behind what is filled', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    await fill(tables, 300);
    await tables.createIndex(user, 'T', created);
    const table = await openT(tables);
    const writes: Promise<unknown>[] = [];
    for (let n = 0; n < 300; n += 3) {
      writes.push(n % 2 === 0 ? remove(table, `b${n}`) : put(table, book(`b${n}`), `b${n}`));
      writes.push(put(table, book(`c${n}`, 1), `c${n}`));
      if (n % 30 === 0) await Promise.all(writes.splice(0));
    }
    await Promise.all(writes);
    await tables.indexesSettled();
    const kept = idsOf(300).filter((id) => Number(id.slice(1)) % 3 !== 0);
    const added = Array.from({ length: 100 }, (_, n) => `c${3 * n}`);
    expect(await indexed(tables)).toEqual([...kept, ...added].toSorted());
  });

  test('goes on where it was after a crash at any step, and is the same in the end', async () => {
    for (let commits = 0; ; commits++) {
      const failing = failingAfter(Number.POSITIVE_INFINITY);
      const first = await openTables({ wrapStore: failing.wrap });
      await first.tables.create(user, definitionOf('T'));
      await fill(first.tables, 250);
      failing.left = commits;
      const text = await refusalOf(() => first.tables.createIndex(user, 'T', created)).catch(String);
      await first.tables.indexesSettled();
      const isDone = failing.left > 0;
      failing.left = Number.POSITIVE_INFINITY;
      const { tables } = await first.restart({ crash: true });
      await tables.indexesSettled();
      if (text === 'answered') {
        expect(await statusOf(tables), `after ${commits} commits`).toEqual(['ACTIVE']);
        expect(await indexed(tables), `after ${commits} commits`).toEqual(idsOf(250));
      } else {
        expect(await statusOf(tables), `after ${commits} commits`).toBeUndefined();
      }
      if (isDone) {
        expect(commits).toBeGreaterThan(3);
        return;
      }
    }
  });

  test('is there in the end for one who asks without a pause', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    await fill(tables, 250);
    await tables.createIndex(user, 'T', created);
    let asked = 0;
    while ((await statusOf(tables))?.[0] !== 'ACTIVE' && asked < 10_000) asked++;
    expect(asked).toBeLessThan(10_000);
  });

  test('of a table that is deleted meanwhile goes with it', async () => {
    const opened = await openTables();
    const { tables, memory } = opened;
    await tables.create(user, definitionOf('T'));
    await fill(tables, 300);
    await tables.createIndex(user, 'T', created);
    const trees = tables.summaries()[0]?.trees ?? [];
    await tables.delete(user, 'T');
    await tables.indexesSettled();
    for (const tree of trees) expect(await memory.listPages(tree, 0, 1)).toEqual([]);
    expect(await opened.restart().then((again) => again.tables.summaries())).toEqual([]);
  });

  test('waits for the key of its table, and goes on once it is back', async () => {
    const opened = await openTables();
    const keyArn = await newKey(opened.kms);
    await opened.tables.create(user, definitionOf('T', { kind: 'customer', keyId: keyArn }));
    await fill(opened.tables, 250);
    await opened.tables.createIndex(user, 'T', created);
    await opened.tables.close();
    await opened.kms.keys.disable(user, keyArn);
    const { tables, clock } = await opened.restart();
    await tables.indexesSettled();
    expect(await statusOf(tables)).toEqual(['CREATING']);
    await opened.kms.keys.enable(user, keyArn);
    await clock.advanceAndSettle(retryMs);
    await tables.indexesSettled();
    expect(await statusOf(tables)).toEqual(['ACTIVE']);
    expect(await indexed(tables)).toEqual(idsOf(250));
  });

  test('goes on while its table is put under another key, and when that key was gone for a while', async () => {
    const opened = await openTables();
    const { tables, kms, clock } = opened;
    const keyArn = await newKey(kms);
    await tables.create(user, definitionOf('T'));
    await fill(tables, 350);
    await tables.createIndex(user, 'T', created);
    await tables.changeEncryption(user, 'T', { kind: 'customer', keyId: keyArn });
    await kms.keys.disable(user, keyArn);
    await tables.indexesSettled();
    await kms.keys.enable(user, keyArn);
    await clock.advanceAndSettle(retryMs);
    await tables.indexesSettled();
    expect(await statusOf(tables)).toEqual(['ACTIVE']);
    expect(await indexed((await opened.restart({ crash: true })).tables)).toEqual(idsOf(350));
  });

  const refused: [string, Parameters<Tables['createIndex']>[2], string][] = [
    ['of a name that there is', created, 'Validation: Attempting to create an index which already exists'],
    [
      'with another type for an attribute',
      {
        definition: { ...byPages, name: 'two' },
        attributeDefinitions: [{ AttributeName: 'pages', AttributeType: 'S' }],
      },
      'Validation: Attributes cannot be redefined. Please check that your attribute has the same type as previously defined.',
    ],
  ];
  for (const [title, index, text] of refused) {
    test(`${title} is refused`, async () => {
      const { tables } = await openTables();
      await tables.create(user, definitionOf('T'));
      await tables.createIndex(user, 'T', created);
      await tables.indexesSettled();
      expect(await refusalOf(() => tables.createIndex(user, 'T', index))).toBe(text);
      expect(await statusOf(tables)).toEqual(['ACTIVE']);
    });
  }

  test('is refused beside another that is being made, and so is the removal of a third', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    await tables.createIndex(user, 'T', created);
    await tables.indexesSettled();
    await fill(tables, 300);
    const second = { ...created, definition: { ...byPages, name: 'two' } };
    await tables.createIndex(user, 'T', second);
    const text =
      'LimitExceeded: Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table';
    const third = { ...created, definition: { ...byPages, name: 'three' } };
    expect(await refusalOf(() => tables.createIndex(user, 'T', third))).toBe(text);
    expect(await refusalOf(() => tables.deleteIndex(user, 'T', 'by-pages'))).toBe(text);
  });

  test('that was filled is described with its items after a crash, before anybody opens the table', async () => {
    const opened = await openTables();
    await opened.tables.create(user, definitionOf('T'));
    await fill(opened.tables, 250);
    await opened.tables.createIndex(user, 'T', created);
    await opened.tables.indexesSettled();
    const { tables } = await opened.restart({ crash: true });
    const { itemCount, indexes } = await tables.describe(user, 'T');
    expect([itemCount, indexes?.[0]?.itemCount]).toEqual([250, 250]);
  });

  test('beside a change of the key of its table: one of the two is refused, and nothing is lost', async () => {
    const opened = await openTables();
    const { tables, kms } = opened;
    const keyArn = await newKey(kms);
    await tables.create(user, definitionOf('T'));
    await fill(tables, 20);
    const [rekeyed, made] = await Promise.all([
      refusalOf(() => tables.changeEncryption(user, 'T', { kind: 'customer', keyId: keyArn })),
      refusalOf(() => tables.createIndex(user, 'T', created)),
    ]);
    const inUse =
      'TableInUse: Attempt to change a resource which is still in use: Table: T is in the process of being updated.';
    expect([rekeyed, made].toSorted()).toEqual([inUse, 'answered']);
    if (made !== 'answered') await tables.createIndex(user, 'T', created);
    else await tables.changeEncryption(user, 'T', { kind: 'customer', keyId: keyArn });
    await tables.indexesSettled();
    const again = await opened.restart();
    expect(await indexed(again.tables)).toEqual(idsOf(20));
  });
});

describe('an index that is removed', () => {
  test('cannot be read at once, leaves no page, and writes go on', async () => {
    const { tables, memory } = await openTables();
    await tables.create(user, definitionOf('T'));
    await fill(tables, 50);
    await tables.createIndex(user, 'T', created);
    await tables.indexesSettled();
    const tree = tables.summaries()[0]?.trees[1] ?? 0;
    expect(await memory.listPages(tree, 0, 1)).not.toEqual([]);
    const table = await openT(tables);
    const writes = Array.from({ length: 40 }, (_, n) => put(table, book(`b${n}`, 9), `b${n}`));
    expect(await tables.deleteIndex(user, 'T', 'by-pages')).toMatchObject({
      status: 'UPDATING',
      indexes: [{ status: 'DELETING' }],
    });
    expect(await refusalOf(() => table.index('by-pages'))).toBe(
      'Validation: The table does not have the specified index: by-pages',
    );
    writes.push(...Array.from({ length: 40 }, (_, n) => put(table, book(`b${n}`, 8), `b${n}`)));
    await Promise.all(writes);
    await tables.indexesSettled();
    const info = await tables.describe(user, 'T');
    expect(info).not.toHaveProperty('indexes');
    expect(info.status).toBe('ACTIVE');
    expect(info.definition.attributeDefinitions).toEqual([{ AttributeName: 'id', AttributeType: 'S' }]);
    expect(await memory.listPages(tree, 0, 1)).toEqual([]);
    expect(await refusalOf(() => tables.deleteIndex(user, 'T', 'by-pages'))).toBe(
      'TableNotFound: Requested resource not found',
    );
  });

  test('while it is filled is not filled any further', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    await fill(tables, 300);
    await tables.createIndex(user, 'T', created);
    await tables.deleteIndex(user, 'T', 'by-pages');
    await tables.indexesSettled();
    expect(await statusOf(tables)).toBeUndefined();
    await fill(tables, 10);
  });

  test('goes after a crash that came before its pages went, without the key of its table', async () => {
    const failing = failingAfter(Number.POSITIVE_INFINITY);
    const first = await openTables({ wrapStore: failing.wrap });
    const keyArn = await newKey(first.kms);
    await first.tables.create(user, definitionOf('T', { kind: 'customer', keyId: keyArn }));
    await first.tables.createIndex(user, 'T', created);
    await first.tables.indexesSettled();
    failing.left = 1;
    await first.tables.deleteIndex(user, 'T', 'by-pages');
    await first.tables.indexesSettled();
    failing.left = Number.POSITIVE_INFINITY;
    await first.kms.keys.disable(user, keyArn);
    const { tables } = await first.restart({ crash: true });
    await tables.indexesSettled();
    expect(await statusOf(tables)).toBeUndefined();
  });
});
