import { expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import type { Catalog } from '../../src/tables/catalog.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { addTable, type NewTable } from '../../src/tables/new-table.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Writes down what is asked of the catalogue and of the keys. */
function parts({ taken = false, add = async () => {} }: { taken?: boolean; add?: () => Promise<void> } = {}) {
  const added: TableRecord[] = [];
  const keyed: number[][] = [];
  let next = 7;
  const catalog = {
    find: () => (taken ? {} : undefined),
    takeTree: () => next++,
    add: async (record: TableRecord) => {
      await add();
      added.push(record);
    },
  } as unknown as Catalog;
  const keys = {
    create: async (_: unknown, __: unknown, ___: unknown, trees: number[]) => {
      keyed.push(trees);
      return {};
    },
    ownedKey: async () => 'owned',
  };
  const streams = { first: () => ({ tree: next++, label: 'label' }) };
  const made = { catalog, keys, streams, clock: new VirtualClock() } as unknown as Parameters<
    typeof addTable
  >[0];
  return { made, added, keyed };
}

const { encryption, ...definition } = definitionOf('T');
const plan: NewTable = { definition, indexes: [], encryption };

test('a table has no member for what it has not', async () => {
  const { made, added, keyed } = parts();
  const record = await addTable(made, user, plan);
  expect(added).toEqual([record]);
  expect(keyed).toEqual([[7]]);
  expect(record).toMatchObject({ tree: 7, status: 'ACTIVE', itemCount: 0, tableBytes: 0 });
  for (const absent of ['indexes', 'streams', 'collectionTree', 'replication', 'policies']) {
    expect(record).not.toHaveProperty(absent);
  }
});

test('every tree of it has a number and a key, those of what else it begins with too', async () => {
  const { made, keyed } = parts();
  const replication = { groupId: 'g', tree: 99, members: [] };
  const record = await addTable(made, user, { ...plan, stream: 'KEYS_ONLY', more: () => ({ replication }) });
  expect(record).toMatchObject({ tree: 7, streams: [{ tree: 8 }], replication });
  expect(keyed.map((trees) => trees.toSorted((one, other) => one - other))).toEqual([[7, 8, 99]]);
});

test('a name that is taken is refused before a key is made; what the catalogue refuses is told', async () => {
  const { made, keyed } = parts({ taken: true });
  expect(await refusalOf(() => addTable(made, user, plan))).toBe('TableInUse: Table already exists: T');
  expect(keyed).toEqual([]);
  const full = new Refusal('LimitExceeded', { message: 'full' });
  const refusing = parts({ add: () => Promise.reject(full) });
  expect(await refusalOf(() => addTable(refusing.made, user, plan))).toBe('LimitExceeded: full');
});
