import { describe, expect, test } from 'vitest';
import { IntegrityFault, Outage } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { TableKeys } from '../../src/keys/table-keys.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import type { PageStore, StoreChange } from '../../src/store/page-store.ts';
import { Catalog, tablesMax } from '../../src/tables/catalog.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { catalogTree, rootTree } from '../../src/tables/catalog-root.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { book, openT, putBook } from '../support/book-tables.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import { definitionOf, newConnection, newKey, openTables, startTables } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { item, S } from './support.ts';

/** What the next commits do: nothing, or all, and both times they fail. */
type Mishap = 'nothing stored' | 'all stored';

function failing() {
  const mishaps: Mishap[] = [];
  const wrapStore = (memory: PageStore): PageStore => ({
    ...memory,
    commit: async (change: StoreChange) => {
      const mishap = mishaps.shift();
      if (mishap === undefined || mishap === 'all stored') await memory.commit(change);
      if (mishap !== undefined) throw new Outage('StoreUnavailable');
    },
  });
  return { mishaps, wrapStore };
}

async function treesOf(memory: MemoryStore): Promise<readonly number[]> {
  return memory.listTrees(-1, 100);
}

const key = encodeKey({ hash: { name: 'id', type: 'S' } }, item({ id: S('a') }));

describe('a store remembers its tables', () => {
  for (const crash of [false, true]) {
    test(`over ${crash ? 'a crash' : 'a restart'}`, async () => {
      const first = await openTables();
      const made = await first.tables.create(
        user,
        definitionOf('T', { kind: 'managed' }, { tags: [{ Key: 'k', Value: 'v' }] }),
      );
      const second = await first.restart({ crash });
      expect(await second.tables.describe(user, 'T')).toEqual({ ...made, status: 'ACTIVE' });
      expect(await second.tables.list(user, undefined, 10)).toEqual(['T']);
      await second.close();
    });
  }

  test('with the counts of its last clean end, until the table is opened again', async () => {
    const first = await openTables();
    await first.tables.create(user, definitionOf('T'));
    await putBook(await openT(first.tables), book('a'));
    const second = await first.restart();
    const closed = await second.tables.describe(user, 'T');
    expect(closed).toMatchObject({ itemCount: 1 });
    await putBook(await openT(second.tables), book('b'));
    expect(await second.tables.describe(user, 'T')).toMatchObject({ itemCount: 2 });
    const third = await second.restart({ crash: true });
    expect(await third.tables.describe(user, 'T')).toEqual(closed);
    await openT(third.tables);
    expect(await third.tables.describe(user, 'T')).toMatchObject({ itemCount: 2 });
  });

  test('a crash between the root and the first tree leaves a store that opens', async () => {
    const { mishaps, wrapStore } = failing();
    const { kms, clock, memory } = await openTables();
    const fresh = { kms, clock, memory };
    // A store as the crash leaves it: the root alone.
    for (const tree of (await treesOf(memory)).filter((id) => id !== rootTree)) {
      const [head] = await memory.readHeads([tree]);
      const drop = { tree, expected: head?.version ?? 0 };
      await memory.commit({ puts: [], deletes: [], heads: [], drops: [drop] });
    }
    mishaps.push('nothing stored');
    await expect(startTables({ ...fresh, wrapStore })).rejects.toThrow(Outage);
    const { tables } = await startTables(fresh);
    await tables.create(user, definitionOf('T'));
    expect(await tables.list(user, undefined, 10)).toEqual(['T']);
  });
});

describe('trees', () => {
  test('a deleted table leaves no page, and its tree number is never used again', async () => {
    let opened = await openTables();
    for (const expected of [2, 3, 4]) {
      await opened.tables.create(user, definitionOf('T'));
      expect(opened.tables.summaries().map(({ trees }) => trees)).toEqual([[expected]]);
      expect(await opened.memory.listPages(expected, 0, 10)).not.toEqual([]);
      await opened.tables.delete(user, 'T');
      expect(await treesOf(opened.memory)).toEqual([rootTree, catalogTree]);
      opened = await opened.restart();
    }
    await opened.close();
  });

  test('a table whose creation was refused leaves nothing', async () => {
    const { tables, kms, memory } = await openTables();
    const keyId = await newKey(kms);
    await kms.keys.disable(user, keyId);
    expect(
      await refusalOf(() => tables.create(user, definitionOf('T', { kind: 'customer', keyId }))),
    ).toMatch(/^TableKeyRefused: KMS key disabled error/);
    expect(await treesOf(memory)).toEqual([rootTree, catalogTree]);
    expect(tables.summaries()).toEqual([]);
    await tables.create(user, definitionOf('T'));
    expect(tables.summaries()).toHaveLength(1);
  });
});

test('a record is changed and removed only for the table it is of, not for one that took its name', async () => {
  const opened = await openTables();
  await opened.tables.create(user, definitionOf('T'));
  await opened.tables.close();
  const keys = new TableKeys({ core: createFallbackCore(), service: opened.kms, clock: opened.clock });
  const engine = PageEngine.open({ store: opened.memory, storeId: opened.memory.storeId });
  const catalog = await Catalog.open({ engine, keys, log: silentLog, namespace: { account, region } });
  const record = catalog.find(account, region, 'T')?.record;
  if (record === undefined) expect.fail('the catalogue has the table');
  const text = 'TableNotFound: Requested resource not found: Table: T not found';
  const former = { ...record, id: 'another' };
  const touch = (each: TableRecord) => ({ ...each, itemCount: 7 });
  expect(await refusalOf(() => catalog.update(former, touch))).toBe(text);
  expect(await refusalOf(() => catalog.remove(former, () => {}))).toBe(text);
  expect(catalog.find(account, region, 'T')?.record).toEqual(record);
  await catalog.update(record, touch);
  expect(catalog.find(account, region, 'T')?.record).toEqual(touch(record));
  await catalog.remove(record, () => {});
  expect(catalog.all()).toEqual([]);
});

describe('after a commit that failed, memory says what the store says', () => {
  for (const mishap of ['nothing stored', 'all stored'] as const) {
    const isStored = mishap === 'all stored';

    test(`a table is ${isStored ? '' : 'not '}there whose creation failed with ${mishap}`, async () => {
      const { mishaps, wrapStore } = failing();
      const { tables } = await openTables({ wrapStore });
      mishaps.push(mishap);
      await expect(tables.create(user, definitionOf('T'))).rejects.toThrow(Outage);
      expect(await tables.list(user, undefined, 10)).toEqual(isStored ? ['T'] : []);
      const again = refusalOf(() => tables.create(user, definitionOf('T')));
      expect(await again).toBe(isStored ? 'TableInUse: Table already exists: T' : 'answered');
      const table = await tables.open(user, newConnection(), 'T');
      await table.write(key, () => ({ next: item({ id: S('a') }), result: undefined }));
      expect((await table.get(key))?.item).toEqual(item({ id: S('a') }));
    });

    test(`a table is ${isStored ? 'not ' : ''}there whose deletion failed with ${mishap}`, async () => {
      const { mishaps, wrapStore } = failing();
      const { tables } = await openTables({ wrapStore });
      await tables.create(user, definitionOf('T'));
      mishaps.push(mishap);
      await expect(tables.delete(user, 'T')).rejects.toThrow(Outage);
      expect(await tables.list(user, undefined, 10)).toEqual(isStored ? [] : ['T']);
      const opening = refusalOf(() => tables.open(user, newConnection(), 'T'));
      expect(await opening).toBe(isStored ? 'TableNotFound: Requested resource not found' : 'answered');
    });

    test(`a table is under the ${isStored ? 'new' : 'old'} key whose change failed with ${mishap}`, async () => {
      const { mishaps, wrapStore } = failing();
      const { tables, kms } = await openTables({ wrapStore });
      const [from, to] = [await newKey(kms), await newKey(kms)];
      await tables.create(user, definitionOf('T', { kind: 'customer', keyId: from }));
      mishaps.push(mishap);
      const change = tables.changeEncryption(user, 'T', { kind: 'customer', keyId: to });
      await expect(change).rejects.toThrow(Outage);
      const [left, kept] = isStored ? [from, to] : [to, from];
      expect((await tables.describe(user, 'T')).sse?.keyArn).toBe(kept);
      await kms.keys.disable(user, left);
      expect(await refusalOf(() => tables.open(user, newConnection(), 'T'))).toBe('answered');
      await kms.keys.disable(user, kept);
      expect(await refusalOf(() => tables.open(user, newConnection(), 'T'))).toMatch(/^TableKeyRefused/);
    });
  }

  test('where the store cannot be read either, the next change reads it first', async () => {
    const { mishaps, wrapStore } = failing();
    let isReadable = true;
    const { tables } = await openTables({
      wrapStore: (memory) => ({
        ...wrapStore(memory),
        readHeads: (trees) => {
          if (!isReadable) throw new Outage('StoreUnavailable');
          return memory.readHeads(trees);
        },
      }),
    });
    mishaps.push('all stored');
    isReadable = false;
    await expect(tables.create(user, definitionOf('T'))).rejects.toThrow(Outage);
    expect(await tables.list(user, undefined, 10)).toEqual([]);
    await expect(tables.create(user, definitionOf('U'))).rejects.toThrow(Outage);
    isReadable = true;
    // U's creation finds out about T.
    await tables.create(user, definitionOf('U'));
    expect(await tables.list(user, undefined, 10)).toEqual(['T', 'U']);
  });
});

test(`an account has at most ${tablesMax} tables in a region, and others as many of their own`, async () => {
  const { tables } = await openTables();
  const create = (index: number) => tables.create(user, definitionOf(`T${index}`));
  const outcomes = await Promise.allSettled(
    Array.from({ length: tablesMax + 3 }, (_, index) => create(index)),
  );
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(3);
  const text = `LimitExceeded: Subscriber limit exceeded: There is a limit of ${tablesMax} tables per subscriber`;
  expect(await refusalOf(() => create(tablesMax + 3))).toBe(text);
  await tables.create({ ...user, region: 'eu-north-1' }, definitionOf('T'));
  await tables.create({ ...user, account: '444455556666' }, definitionOf('T'));
  const [one = ''] = await tables.list(user, undefined, 1);
  await tables.delete(user, one);
  await tables.create(user, definitionOf(one));
  expect(await tables.list(user, undefined, tablesMax + 1)).toHaveLength(tablesMax);
});

describe('a catalogue that is not what was written is refused (R-INT-6)', () => {
  /** The bodies of the catalogue's head and pages, as they lie in memory. */
  async function catalogBodies(memory: MemoryStore): Promise<readonly (readonly [string, Uint8Array])[]> {
    const [head] = await memory.readHeads([catalogTree]);
    const ids = await memory.listPages(catalogTree, 0, 100);
    const pages = await memory.readPages(catalogTree, ids);
    const bodies = [head, ...pages].map(
      (stored, index) => [index === 0 ? 'head' : `page ${ids[index - 1]}`, stored?.body] as const,
    );
    return bodies.flatMap(([name, body]) => (body === undefined ? [] : [[name, body] as const]));
  }

  // What lies between nonce and tag is ciphertext, one byte like the other: every 13th will do.
  test('each byte flipped in turn of its head, and of header, nonce and tag of its page', async () => {
    const opened = await openTables();
    await opened.tables.create(user, definitionOf('T'));
    const bodies = await catalogBodies(opened.memory);
    expect(bodies.map(([name]) => name)).toEqual(['head', expect.stringMatching(/^page/)]);
    for (const [name, body] of bodies) {
      for (let at = 0; at < body.length; at++) {
        if (at > 200 && at < body.length - 16 && at % 13 !== 0) continue;
        body[at] = (body[at] ?? 0) ^ 0x01;
        const fault = await startTables(opened).then(
          () => 'opened',
          (thrown) => thrown,
        );
        if (!(fault instanceof IntegrityFault)) expect.fail(`${name}, byte ${at}: ${String(fault)}`);
        body[at] = (body[at] ?? 0) ^ 0x01;
      }
    }
    const { tables } = await startTables(opened);
    expect(await tables.list(user, undefined, 10)).toEqual(['T']);
  });

  test('the catalogue is gone, and tables are not', async () => {
    const opened = await openTables();
    await opened.tables.create(user, definitionOf('T'));
    const [head] = await opened.memory.readHeads([catalogTree]);
    const drop = { tree: catalogTree, expected: head?.version ?? 0 };
    await opened.memory.commit({ puts: [], deletes: [], heads: [], drops: [drop] });
    await expect(startTables(opened)).rejects.toThrow(IntegrityFault);
  });

  test('the root is that of another store under the same key service', async () => {
    const opened = await openTables();
    await opened.tables.create(user, definitionOf('T'));
    const other = createMemoryStore();
    await startTables({ ...opened, memory: other });
    const [foreign] = await other.readHeads([rootTree]);
    const [own] = await opened.memory.readHeads([rootTree]);
    const head = { tree: rootTree, expected: 1, version: 2, body: foreign?.body ?? new Uint8Array() };
    expect(head.body).not.toEqual(own?.body);
    await opened.memory.commit({ puts: [], deletes: [], heads: [head], drops: [] });
    await expect(startTables(opened)).rejects.toThrow(IntegrityFault);
  });

  test('an older state of the whole catalogue does not know a tree that is there', async () => {
    const opened = await openTables();
    const { memory } = opened;
    await opened.tables.create(user, definitionOf('T'));
    const [older] = await memory.readHeads([catalogTree]);
    const olderIds = await memory.listPages(catalogTree, 0, 100);
    const olderPages = await memory.readPages(catalogTree, olderIds);
    await opened.tables.create(user, definitionOf('U'));
    await startTables(opened);
    const [newer] = await memory.readHeads([catalogTree]);
    const head = { tree: catalogTree, expected: newer?.version ?? 0, version: older?.version ?? 0 };
    await memory.commit({
      puts: olderIds.map((id, index) => {
        const { version = 0, body = new Uint8Array() } = olderPages[index] ?? {};
        return { tree: catalogTree, id, version, body };
      }),
      deletes: [],
      heads: [{ ...head, body: older?.body ?? new Uint8Array() }],
      drops: [],
    });
    await expect(startTables(opened)).rejects.toThrow(IntegrityFault);
  });
});

test('no name, attribute or tag is in the store as it is (R-REST-1)', async () => {
  const opened = await openTables();
  await opened.tables.create(
    user,
    definitionOf(
      'CanaryTable',
      { kind: 'managed' },
      {
        keySchema: [{ AttributeName: 'CanaryAttribute', KeyType: 'HASH' }],
        attributeDefinitions: [{ AttributeName: 'CanaryAttribute', AttributeType: 'S' }],
        tags: [{ Key: 'CanaryTag', Value: 'CanaryValue' }],
      },
    ),
  );
  expect(opened.tables.summaries()).toMatchObject([{ name: 'CanaryTable', account, region }]);
  for (const tree of await treesOf(opened.memory)) {
    const [head] = await opened.memory.readHeads([tree]);
    const pages = await opened.memory.readPages(tree, await opened.memory.listPages(tree, 0, 100));
    for (const stored of [head, ...pages]) {
      const body = Buffer.from(stored?.body ?? []);
      for (const text of [
        body.toString('latin1'),
        Buffer.from(body.toString('latin1'), 'base64').toString('latin1'),
      ]) {
        expect(text.includes('Canary'), `tree ${tree}`).toBe(false);
      }
    }
  }
});
