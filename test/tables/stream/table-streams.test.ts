import { beforeEach, describe, expect, test } from 'vitest';
import { encodeKey } from '../../../src/tables/tree-key.ts';
import { user } from '../../support/embedded-kms.ts';
import { definitionOf, newConnection, newKey } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';
import { item, S } from '../support.ts';
import { hourMs, StreamedTable } from './support.ts';

let orders: StreamedTable;
beforeEach(async () => {
  orders = await StreamedTable.open();
});

const change = (choice: 'off' | { readonly view: 'NEW_IMAGE' }, table = 'orders') =>
  orders.opened.tables.changeStream(user, table, choice);

describe('a stream', () => {
  test('begins and ends with UpdateTable, and each has a tree and a key of its own', async () => {
    const first = await orders.arn();
    expect(await refusalOf(() => change({ view: 'NEW_IMAGE' }))).toBe(
      'Validation: Table already has an enabled stream: TableName: orders',
    );
    await change('off');
    expect(await refusalOf(() => change('off'))).toBe(
      'Validation: Table has no stream to disable: TableName: orders',
    );
    await change({ view: 'NEW_IMAGE' });
    expect(await orders.arn()).not.toBe(first);
    const trees = orders.opened.tables.streams.list(user).map(({ tree }) => tree);
    expect(new Set(trees).size).toBe(2);
  });

  test('that is enabled twice at once is enabled once', async () => {
    await change('off');
    const outcomes = await Promise.all([1, 2].map(() => refusalOf(() => change({ view: 'NEW_IMAGE' }))));
    expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(1);
    await orders.put('a', 1);
    expect((await orders.ids()).join('')).toBe('a');
  });

  test('has every write after it was enabled, whether or not the table was open', async () => {
    await change('off');
    await orders.restart();
    await change({ view: 'NEW_IMAGE' });
    await orders.put('a', 1);
    await change('off');
    await orders.put('unseen', 1);
    await change({ view: 'NEW_IMAGE' });
    await orders.put('b', 1);
    expect(await orders.ids()).toEqual(['b']);
  });

  test('is there after a restart, also after a crash', async () => {
    await orders.put('a', 1);
    orders.opened = await orders.opened.restart({ crash: true });
    await orders.put('b', 1);
    expect(await orders.ids()).toEqual(['a,b']);
  });

  test('under a key that is gone is listed, ended and begun, but not read', async () => {
    const { kms, tables } = orders.opened;
    const keyArn = await newKey(kms);
    const encryption = { kind: 'customer', keyId: keyArn } as const;
    await tables.create(user, definitionOf('kept', encryption, { stream: 'KEYS_ONLY' }));
    const [{ arn } = { arn: '' }] = tables.streams.list(user, 'kept');
    await kms.keys.disable(user, keyArn);
    const refused = /^TableKeyRefused: KMS key disabled error/;
    expect(await refusalOf(() => tables.streams.open(user, newConnection(), arn))).toMatch(refused);
    await change('off', 'kept');
    orders.opened.clock.advance(1);
    await change({ view: 'NEW_IMAGE' }, 'kept');
    expect(tables.streams.list(user, 'kept')).toHaveLength(2);
    const newest = (await tables.describe(user, 'kept')).stream?.arn ?? '';
    expect(await refusalOf(() => tables.streams.open(user, newConnection(), newest))).toMatch(refused);
  });

  for (const isOpen of [true, false]) {
    test(`begun without the key has every write once the key is back, the table ${isOpen ? '' : 'not '}open`, async () => {
      const { kms } = orders.opened;
      const keyArn = await newKey(kms);
      const encryption = { kind: 'customer', keyId: keyArn } as const;
      await orders.opened.tables.create(user, definitionOf('kept', encryption));
      const put = async (id: string) => {
        const table = await orders.opened.tables.open(user, newConnection(), 'kept');
        const next = item({ id: S(id) });
        return table.write(encodeKey(table.keySchema, next), () => ({ next, result: undefined }));
      };
      if (isOpen) await put('unseen');
      await kms.keys.disable(user, keyArn);
      await change({ view: 'NEW_IMAGE' }, 'kept');
      if (!isOpen) await orders.restart();
      await kms.keys.enable(user, keyArn);
      await Promise.all(['a', 'b'].map(put));
      const arn = (await orders.opened.tables.describe(user, 'kept')).stream?.arn ?? '';
      expect((await orders.ids(arn)).join().split(',').toSorted()).toEqual(['a', 'b']);
    });
  }

  test('begun and ended without the key never had a record', async () => {
    const { kms, tables } = orders.opened;
    const keyArn = await newKey(kms);
    await tables.create(user, definitionOf('kept', { kind: 'customer', keyId: keyArn }));
    await kms.keys.disable(user, keyArn);
    await change({ view: 'NEW_IMAGE' }, 'kept');
    await change('off', 'kept');
    await kms.keys.enable(user, keyArn);
    const [{ arn } = { arn: '' }] = tables.streams.list(user, 'kept');
    expect(await orders.ids(arn)).toEqual(['']);
    orders.opened.clock.advance(24 * hourMs);
    await tables.streams.trim();
    expect(tables.streams.list(user, 'kept')).toEqual([]);
  });
});

describe('the list', () => {
  test('is in the order of ARNs, and of one account, region or table', async () => {
    const { tables } = orders.opened;
    await tables.create(user, definitionOf('alone', { kind: 'owned' }, { stream: 'KEYS_ONLY' }));
    await tables.create(user, definitionOf('without'));
    const names = (region: string, table?: string) =>
      tables.streams.list({ ...user, region }, table).map((stream) => stream.table);
    expect(names('us-east-1')).toEqual(['alone', 'orders']);
    expect(names('us-east-1', 'orders')).toEqual(['orders']);
    expect(names('eu-west-1')).toEqual([]);
  });
});

describe('trimming', () => {
  test('takes away what is a day old', async () => {
    await orders.put('a', 1);
    orders.opened.clock.advance(24 * hourMs);
    await orders.opened.tables.streams.trim();
    await orders.put('b', 1);
    expect((await orders.ids()).join('')).toBe('b');
  });

  test('needs nobody who has opened the table since a restart', async () => {
    await orders.put('a', 1);
    await orders.restart();
    orders.opened.clock.advance(24 * hourMs);
    await orders.opened.tables.streams.trim();
    await orders.put('b', 1);
    expect((await orders.ids()).join('')).toBe('b');
  });

  test('takes a stream away a day after its end, with its tree and key', async () => {
    const { tables, clock } = orders.opened;
    const treesOf = () => tables.summaries()[0]?.trees.length;
    await change('off');
    await orders.restart();
    orders.opened.clock.advance(24 * hourMs - 1);
    await orders.opened.tables.streams.trim();
    expect(orders.opened.tables.summaries()[0]?.trees).toHaveLength(2);
    clock.advance(1);
    await orders.opened.tables.streams.trim();
    expect(orders.opened.tables.summaries()[0]?.trees).toHaveLength(1);
    expect(treesOf()).toBe(2);
  });

  test('that was stopped takes nothing away', async () => {
    await change('off');
    orders.opened.clock.advance(24 * hourMs);
    orders.opened.tables.streams.stop();
    await orders.opened.tables.streams.trim();
    expect(orders.opened.tables.summaries()[0]?.trees).toHaveLength(2);
  });

  test('passes over a table without its key, and goes on when it is back', async () => {
    const { kms, tables, clock } = orders.opened;
    const keyArn = await newKey(kms);
    const encryption = { kind: 'customer', keyId: keyArn } as const;
    await tables.create(user, definitionOf('kept', encryption, { stream: 'KEYS_ONLY' }));
    await kms.keys.disable(user, keyArn);
    clock.advance(5 * hourMs);
    await tables.streams.trim();
    await kms.keys.enable(user, keyArn);
    await tables.streams.trim();
    const [{ arn } = { arn: '' }] = tables.streams.list(user, 'kept');
    const shards = await (await tables.streams.open(user, newConnection(), arn)).shards();
    expect(shards).toHaveLength(2);
  });
});
