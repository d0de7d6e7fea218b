import { describe, expect, test } from 'vitest';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { book, openProtected, openT, putBook, readBook, tableArn } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, newConnection, openTables } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

const inaccessible = (record: TableRecord): TableRecord => ({
  ...record,
  status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
  inaccessibleSinceMs: 1,
});

describe('the states of tables', () => {
  test('are those of every table, whatever key it is under', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    await tables.create(user, definitionOf('U', { kind: 'managed' }));
    const { statuses } = tables;
    expect(statuses.all().map(({ definition }) => definition.name)).toEqual(['T', 'U']);
    for (const record of statuses.all()) expect(statuses.find(record.id)).toEqual(record);
    expect(statuses.find('nobody')).toBeUndefined();
  });

  test('are changed in a commit that a restart finds, and a record given back is not written', async () => {
    const { tables, restart } = await openProtected();
    const id = tables.protectedTables()[0]?.identity.id ?? '';
    await tables.statuses.change(id, inaccessible);
    let seen: TableRecord | undefined;
    await tables.statuses.change(id, (record) => {
      seen = record;
      return record;
    });
    expect(seen).toMatchObject({ status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', inaccessibleSinceMs: 1 });
    await tables.statuses.change('nobody', inaccessible);
    const again = await restart({ crash: true });
    expect(again.tables.statuses.find(id)).toEqual(seen);
  });

  test('that come back let an index be filled that waited for its key', async () => {
    const { tables, kms, keyArn } = await openProtected();
    const id = tables.protectedTables()[0]?.identity.id ?? '';
    const keySchema = [{ AttributeName: 'id', KeyType: 'HASH' as const }];
    await tables.createIndex(user, 'T', {
      definition: { kind: 'global', name: 'by-id', keySchema, projection: { ProjectionType: 'ALL' } },
      attributeDefinitions: [],
    });
    await kms.keys.disable(user, keyArn);
    await tables.indexesSettled();
    await tables.statuses.change(id, inaccessible);
    expect((await tables.describe(user, 'T')).indexes?.[0]?.status).toBe('CREATING');
    await kms.keys.enable(user, keyArn);
    await tables.statuses.change(id, (record) => ({ ...record, status: 'ACTIVE' }));
    await tables.indexesSettled();
    expect((await tables.describe(user, 'T')).indexes?.[0]?.status).toBe('ACTIVE');
  });
});

describe('archiving', () => {
  test('takes what a replica keeps for others along: it is none any more', async () => {
    const { tables, memory } = await openProtected();
    const before = await memory.listTrees(-1, 99);
    const id = tables.protectedTables()[0]?.identity.id ?? '';
    await tables.replicas.begin(id, { groupId: 'group', members: [] });
    expect((await memory.listTrees(-1, 99)).length).toBe(before.length + 1);
    const archival = { atMs: 2, backupArn: 'arn' };
    await tables.statuses.archive(id, (record) => ({ ...record, status: 'ARCHIVED', archival }));
    expect((await memory.listTrees(-1, 99)).length).toBe(before.length - 1);
    expect(tables.replicas.all()).toEqual([]);
    expect(tables.statuses.find(id)?.replication).toBeUndefined();
  });

  test('takes the data only along with the word on where it went', async () => {
    const { tables, memory, engine } = await openProtected();
    const table = await openT(tables);
    const id = tables.protectedTables()[0]?.identity.id ?? '';
    await tables.statuses.archive(id, (record) => ({ ...record }));
    await tables.statuses.archive('nobody', (record) => record);
    expect(await readBook(tables)).toEqual(book('a'));
    await putBook(table, book('b'));
    const cachedBytes = engine.cachedBytes;
    await tables.statuses.archive(id, (record) => ({
      ...record,
      status: 'ARCHIVED',
      archival: { atMs: 1, backupArn: 'arn' },
    }));
    expect(await memory.listTrees(1, 10)).toEqual([]);
    expect(engine.cachedBytes).toBeLessThan(cachedBytes);
    expect(tables.summaries()).toMatchObject([{ status: 'ARCHIVED', trees: [] }]);
    expect((await tables.show(user, 'T')).itemCount).toBe(2);
  });
});

describe('an archived table', () => {
  test('has nothing to be looked after: no items to expire, no stream, no data keys, over a restart', async () => {
    const opened = await openProtected();
    const { tables, keyArn } = opened;
    const asker = { caller: user, connection: newConnection() };
    await tables.changeStream(user, 'T', { view: 'KEYS_ONLY' });
    await tables.changeTimeToLive(asker, 'T', { attribute: 'until', isEnabled: true });
    const [stream] = tables.streams.list(user);
    const id = tables.protectedTables()[0]?.identity.id ?? '';
    const name = { account: user.account, region: user.region, name: 'T' };
    expect(tables.dataKeys.tables()).toHaveLength(1);
    await tables.statuses.archive(id, (record) => ({
      ...record,
      status: 'ARCHIVED',
      archival: { atMs: 1, backupArn: 'arn' },
    }));
    const check = async (each: typeof tables) => {
      expect(each.dataKeys.tables()).toEqual([]);
      expect(each.dataKeys.dataKeys().flatMap(({ trees }) => trees)).toEqual([]);
      expect([each.dataKeys.due(id), each.dataKeys.unfinished(id)]).toEqual([[], []]);
      expect(() => each.dataKeys.find(name)).toThrow('Table: T not found');
      expect(each.streams.list(user)).toEqual([]);
      const opening = () => each.streams.open(user, asker.connection, stream?.arn ?? '');
      expect(await refusalOf(opening)).toMatch(/^StreamNotFound/);
      await each.expiry.sweep();
      await each.streams.trim();
      const tags = () => each.annotations.tags(user, tableArn);
      expect(await refusalOf(tags)).toMatch(/^ResourceNotFound/);
      expect((await each.show(user, 'T')).sse?.keyArn).toBe(keyArn);
    };
    await check(tables);
    await check((await opened.restart()).tables);
  });
});
