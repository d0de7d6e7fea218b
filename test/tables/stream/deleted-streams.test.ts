import { beforeEach, describe, expect, test } from 'vitest';
import { Outage } from '../../../src/base/errors.ts';
import { takeStoreCensus } from '../../../src/census.ts';
import type { StoreChange } from '../../../src/store/page-store.ts';
import { verifyTables } from '../../../src/verification.ts';
import { user } from '../../support/embedded-kms.ts';
import { definitionOf, newConnection, newKey } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';
import { hourMs, StreamedTable } from './support.ts';

const stream = 'KEYS_ONLY';
let orders: StreamedTable;
beforeEach(async () => {
  orders = await StreamedTable.open();
});

const notFound = (arn: string) => `StreamNotFound: Requested resource not found: Stream: ${arn} not found`;
const treesOf = () => orders.opened.memory.listTrees(1, 100);

async function deleteOrders(): Promise<string> {
  const arn = await orders.arn();
  await orders.put('a', 1);
  await orders.opened.tables.delete(user, 'orders');
  return arn;
}

describe('the stream of a deleted table', () => {
  for (const crash of [undefined, false, true]) {
    const when = crash === undefined ? 'at once' : `after a ${crash ? 'crash' : 'restart'}`;
    test(`is listed, disabled and read ${when}, and of the table nothing else is there`, async () => {
      const arn = await deleteOrders();
      if (crash !== undefined) orders.opened = await orders.opened.restart({ crash });
      const { tables } = orders.opened;
      expect(tables.streams.list(user, 'orders')).toMatchObject([{ arn, table: 'orders' }]);
      expect((await orders.stream(arn)).info.disabledAtMs).toBe(orders.opened.clock.nowMs());
      expect(await orders.ids(arn)).toEqual(['a']);
      expect(await tables.list(user, undefined, 10)).toEqual([]);
      expect(tables.summaries()).toEqual([]);
      expect(await treesOf()).toHaveLength(1);
    });
  }

  test('goes a day after the deletion, with its tree and keys, and not before', async () => {
    const arn = await deleteOrders();
    const { tables, clock, keys } = orders.opened;
    const [{ id, trees } = { id: '', trees: [] }] = tables.deletedSummaries();
    clock.advance(24 * hourMs - 1);
    await tables.streams.trim();
    expect(tables.streams.list(user)).toHaveLength(1);
    clock.advance(1);
    // Nobody sees it from the moment on; its place in the store is given back by the next round.
    expect(tables.streams.list(user)).toEqual([]);
    expect(await refusalOf(() => orders.stream(arn))).toBe(notFound(arn));
    await tables.streams.trim();
    expect(await treesOf()).toEqual([]);
    expect(tables.deletedSummaries()).toEqual([]);
    expect(await refusalOf(() => keys.cipher(id, trees[0] ?? 0))).toMatch(/^TableNotFound: /);
    await orders.restart();
    expect(orders.opened.tables.deletedSummaries()).toEqual([]);
  });

  test('that had ended before goes before the one that the deletion ended', async () => {
    const { tables, clock } = orders.opened;
    await tables.changeStream(user, 'orders', 'off');
    clock.advance(hourMs);
    await tables.changeStream(user, 'orders', { view: stream });
    const arn = await deleteOrders();
    expect(tables.streams.list(user)).toHaveLength(2);
    clock.advance(23 * hourMs);
    await tables.streams.trim();
    expect(tables.streams.list(user).map((left) => left.arn)).toEqual([arn]);
    expect(await treesOf()).toHaveLength(1);
    expect(await orders.ids(arn)).toEqual(['a']);
  });

  test('stays beside a new table of the same name, whose stream is another, though made at the same moment', async () => {
    const arn = await deleteOrders();
    const { tables } = orders.opened;
    await tables.create(user, definitionOf('orders', { kind: 'owned' }, { stream }));
    await orders.put('b', 1);
    const next = await orders.arn();
    expect(next).not.toBe(arn);
    expect([await orders.ids(arn), await orders.ids()]).toEqual([['a'], ['b']]);
    await tables.changeStream(user, 'orders', 'off');
    await tables.changeStream(user, 'orders', { view: stream });
    await tables.delete(user, 'orders');
    expect(new Set(tables.streams.list(user, 'orders').map((each) => each.arn)).size).toBe(3);
  });

  test("is another account's or region's to no one", async () => {
    const arn = await deleteOrders();
    const { streams } = orders.opened.tables;
    for (const other of [{ region: 'eu-west-1' }, { account: '999999999999' }]) {
      const caller = { ...user, ...other };
      expect(streams.list(caller)).toEqual([]);
      expect(await refusalOf(() => streams.open(caller, newConnection(), arn))).toBe(notFound(arn));
    }
  });

  test('is under the key of its table, and asks for it', async () => {
    const { kms, tables } = orders.opened;
    const keyArn = await newKey(kms);
    await tables.create(user, definitionOf('kept', { kind: 'customer', keyId: keyArn }, { stream }));
    const [{ arn } = { arn: '' }] = tables.streams.list(user, 'kept');
    await tables.delete(user, 'kept');
    const open = () => tables.streams.open(user, newConnection(), arn);
    await open();
    await kms.keys.disable(user, keyArn);
    expect(await refusalOf(open)).toMatch(/^TableKeyRefused: KMS key disabled error/);
    expect(tables.streams.list(user, 'kept')).toHaveLength(1);
    await kms.keys.enable(user, keyArn);
    expect((await (await open()).shards()).length).toBe(1);
  });

  test('leaves no opened page behind when its key goes', async () => {
    const arn = await deleteOrders();
    await orders.ids(arn);
    const { engine, keys, tables } = orders.opened;
    const before = engine.cachedBytes;
    const [{ id } = { id: '' }] = tables.deletedSummaries();
    tables.forgetPages(id);
    expect(engine.cachedBytes).toBeLessThan(before);
    expect(keys.cipher(id, tables.deletedSummaries()[0]?.trees[0] ?? 0).dataKeyId).toBe(1);
  });
});

describe('who looks after the store', () => {
  test('finds its pages in the census, and whole', async () => {
    await deleteOrders();
    const { engine, keys, tables, memory } = orders.opened;
    const rows = await takeStoreCensus({ store: memory, upkeep: tables.dataKeys });
    expect(rows).toMatchObject([
      { part: 'catalogue' },
      { table: 'orders', part: 'stream, table deleted', dataKeyId: 1, isCurrent: true },
    ]);
    expect(await verifyTables({ engine, keys, tables })).toMatchObject({
      tables: 0,
      faults: [],
      skipped: [],
    });
  });

  test('finds a changed page of it, under the name of its table', async () => {
    await deleteOrders();
    const { engine, keys, tables, memory } = orders.opened;
    const [tree = 0] = tables.deletedSummaries()[0]?.trees ?? [];
    const [head] = await memory.readHeads([tree]);
    const body = head?.body.map((byte, index) => (index === 40 ? byte ^ 1 : byte)) ?? new Uint8Array();
    const changed = { tree, expected: head?.version ?? 0, version: (head?.version ?? 0) + 1, body };
    await memory.commit({ puts: [], deletes: [], heads: [changed], drops: [] });
    const { faults } = await verifyTables({ engine, keys, tables });
    expect(faults).toMatchObject([{ table: 'orders', tree }]);
  });
});

describe('a commit that fails', () => {
  for (const isStored of [false, true]) {
    test(`as the table is deleted, and ${isStored ? 'was' : 'was not'} stored, leaves the one or the other`, async () => {
      let mishaps = 0;
      const faulty = await StreamedTable.open(stream, {
        wrapStore: (memory) => ({
          ...memory,
          commit: async (change: StoreChange) => {
            const fails = mishaps-- === 1;
            if (!fails || isStored) await memory.commit(change);
            if (fails) throw new Outage('StoreUnavailable');
          },
        }),
      });
      await faulty.put('a', 1);
      const arn = await faulty.arn();
      mishaps = 1;
      await expect(faulty.opened.tables.delete(user, 'orders')).rejects.toThrow(Outage);
      expect(await faulty.opened.tables.list(user, undefined, 10)).toEqual(isStored ? [] : ['orders']);
      expect(faulty.opened.tables.deletedSummaries()).toHaveLength(isStored ? 1 : 0);
      expect(await faulty.ids(arn)).toEqual(['a']);
    });
  }
});
