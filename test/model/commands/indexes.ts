/** Commands on the indexes of `events`: what they hold is what the items of the table say, at every moment. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Attributes, type Change, canonical, indexed, indexName } from '../../support/naive-items.ts';
import { inAnyOrder, itemsOf, type Model, noTable, only, settled } from '../../support/naive-tables.ts';
import { pk, sk } from './places.ts';
import { pagesOf } from './reads.ts';
import { type Step, step } from './real.ts';
import { updates } from './writes.ts';

const TableName = 'events';

/** The items that have the index's key. */
function indexedItems(model: Model): readonly Attributes[] {
  return itemsOf(model.get(TableName) ?? new Map()).filter((item) => item[indexName] !== undefined);
}

const limit = fc.constantFrom({}, { Limit: 1 }, { Limit: 2 });

const globalQueries = fc.tuple(indexed, limit, fc.boolean()).map(([key, limit, ScanIndexForward]) =>
  step('Query on a global index', async (model, real) => {
    const pages = await pagesOf(real, 'Query', {
      TableName,
      IndexName: 'by-g',
      KeyConditionExpression: 'g = :g',
      ExpressionAttributeValues: { ':g': key },
      ScanIndexForward,
      ...limit,
    });
    if (!model.has(TableName)) {
      expect(pages).toBe(noTable);
      return;
    }
    if (typeof pages === 'string') throw new TypeError(pages);
    const asked = indexedItems(model).filter((item) => canonical(item[indexName]) === canonical(key));
    const inOrder = ScanIndexForward ? asked : [...asked].reverse();
    expect(inAnyOrder(pages.items)).toEqual(inAnyOrder(asked.map(settled)));
    // Entries with equal keys have an order of no meaning.
    const sorts = (items: readonly unknown[]) => items.map((item) => (item as Attributes).sk);
    expect(sorts(pages.items)).toEqual(sorts(inOrder));
  }),
);

const localQueries = fc.tuple(pk, indexed, limit).map(([hash, key, limit]) =>
  step('Query on a local index', async (model, real) => {
    const pages = await pagesOf(real, 'Query', {
      TableName,
      IndexName: 'own-g',
      KeyConditionExpression: 'pk = :pk AND g = :g',
      ExpressionAttributeValues: { ':pk': { S: hash }, ':g': key },
      ConsistentRead: true,
      ...limit,
    });
    const asked = indexedItems(model).filter(
      (item) =>
        canonical(item[indexName]) === canonical(key) && canonical(item.pk) === canonical({ S: hash }),
    );
    const expected = asked.map((item) => settled(only(item, ['pk', 'sk', indexName])));
    if (typeof pages === 'string') expect([pages, model.has(TableName)]).toEqual([noTable, false]);
    else expect(inAnyOrder(pages.items)).toEqual(inAnyOrder(expected));
  }),
);

const scans = limit.map((limit) =>
  step('Scan of an index', async (model, real) => {
    const pages = await pagesOf(real, 'Scan', { TableName, IndexName: 'by-g', ...limit });
    if (typeof pages === 'string') expect([pages, model.has(TableName)]).toEqual([noTable, false]);
    else expect(inAnyOrder(pages.items)).toEqual(inAnyOrder(indexedItems(model).map(settled)));
  }),
);

const keyChange: fc.Arbitrary<Change> = fc.option(indexed, { nil: undefined }).map((value) => ({
  name: indexName,
  creates: value !== undefined,
  input:
    value === undefined
      ? { UpdateExpression: 'REMOVE g' }
      : { UpdateExpression: 'SET g = :g', ExpressionAttributeValues: { ':g': value } },
  next: ({ [indexName]: _, ...others }) => (value === undefined ? others : { ...others, [indexName]: value }),
}));

const wrongTypes = fc.tuple(pk, sk).map(([hash, sort]) =>
  step('PutItem of a wrong index key', async (model, { api }) => {
    const Item = { pk: { S: hash }, sk: { N: String(sort) }, g: { N: '1' } };
    const said = await api.refusal('PutItem', { TableName, Item });
    if (model.has(TableName)) expect(said).toMatch(/Type mismatch for Index Key g Expected: S Actual: N/);
    else expect(said).toBe(noTable);
  }),
);

export const indexSteps: readonly fc.Arbitrary<Step>[] = [
  globalQueries,
  localQueries,
  scans,
  updates('UpdateItem of an index key', keyChange),
  wrongTypes,
];
