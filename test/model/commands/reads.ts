/** Commands that read items: by key, in batches, by Query and Scan, page by page. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { anyTest, canonical, names, testInput } from '../../support/naive-items.ts';
import { inAnyOrder, itemsOf, type Model, noTable, only, settled } from '../../support/naive-tables.ts';
import { type Place, pk, place, sk, table } from './places.ts';
import { answerOf, expectAnswer, merged, type Real, type Step, step } from './real.ts';

const wholeGets = fc.tuple(place, fc.boolean()).map(([{ TableName, Key }, ConsistentRead]) =>
  step('GetItem', (model, real) => {
    const item = found(model, { TableName, Key });
    return expectAnswer(real, 'GetItem', { TableName, Key, ConsistentRead }, item);
  }),
);

const someNames = fc.subarray([...names, 'pk'], { minLength: 1 });
const projectedGets = fc.tuple(place, someNames, fc.boolean()).map(([{ TableName, Key }, wanted, old]) =>
  step(`GetItem of ${old ? 'attributes' : 'a projection'}`, (model, real) => {
    const projection = old ? { AttributesToGet: wanted } : { ProjectionExpression: wanted.join(', ') };
    return expectAnswer(
      real,
      'GetItem',
      { TableName, Key, ...projection },
      found(model, { TableName, Key }, wanted),
    );
  }),
);

/** The answer to a GetItem. */
function found(model: Model, { TableName, Key }: Place, wanted?: readonly string[]): unknown {
  const items = model.get(TableName);
  if (items === undefined) return noTable;
  const item = items.get(canonical(Key));
  if (item === undefined) return {};
  return { Item: wanted === undefined ? item : only(item, wanted) };
}

const readsOfBatch = fc
  .uniqueArray(place, { selector: canonical, minLength: 1, maxLength: 8 })
  .map((places) =>
    step(`BatchGetItem of ${places.length}`, async (model, real) => {
      const RequestItems: Record<string, { Keys: object[] }> = {};
      const Responses: Record<string, unknown[]> = {};
      for (const { TableName, Key } of places) {
        RequestItems[TableName] ??= { Keys: [] };
        RequestItems[TableName].Keys.push(Key);
        Responses[TableName] ??= [];
        const item = model.get(TableName)?.get(canonical(Key));
        if (item !== undefined) Responses[TableName].push(item);
      }
      const lacking = places.some(({ TableName }) => !model.has(TableName));
      const expected = lacking ? noTable : { Responses, UnprocessedKeys: {} };
      await expectAnswer(real, 'BatchGetItem', { RequestItems }, expected);
    }),
  );

export interface Pages {
  readonly items: readonly unknown[];
  readonly scanned: number;
}

/** All pages of a Query or Scan, or the sentence of its refusal. */
export async function pagesOf(real: Real, operation: string, input: object): Promise<Pages | string> {
  const items: unknown[] = [];
  let scanned = 0;
  let start: object = {};
  for (;;) {
    const page = await answerOf(real, operation, { ...input, ...start });
    if (typeof page === 'string') return page;
    const {
      Items = [],
      Count,
      ScannedCount,
      LastEvaluatedKey,
    } = page as {
      Items?: unknown[];
      Count: number;
      ScannedCount: number;
      LastEvaluatedKey?: object;
    };
    expect(Count).toBe(Items.length);
    items.push(...Items);
    scanned += ScannedCount;
    if (LastEvaluatedKey === undefined) return { items, scanned };
    start = { ExclusiveStartKey: LastEvaluatedKey };
  }
}

const limit = fc.constantFrom({}, { Limit: 1 }, { Limit: 2 }, { Limit: 100 });

const queries = fc
  .tuple(table, pk, fc.boolean(), limit, fc.option(anyTest))
  .map(([TableName, hash, ScanIndexForward, limit, filter]) =>
    step('Query', async (model, real) => {
      const items = model.get(TableName);
      const input = merged(
        {
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: hash } },
          ScanIndexForward,
          ...limit,
        },
        filter === null ? {} : testInput('FilterExpression', filter),
      );
      const all = itemsOf(items ?? new Map(), hash);
      const expected = {
        items: (ScanIndexForward ? all : [...all].reverse()).filter((item) => filter?.holds(item) !== false),
        scanned: all.length,
      };
      expect(await pagesOf(real, 'Query', input)).toEqual(items ? settled(expected) : noTable);
    }),
  );

const rangeTests: Readonly<Record<string, (sk: number, given: number) => boolean>> = {
  EQ: (sk, given) => sk === given,
  LT: (sk, given) => sk < given,
  LE: (sk, given) => sk <= given,
  GT: (sk, given) => sk > given,
  GE: (sk, given) => sk >= given,
};
const signs: Readonly<Record<string, string>> = { EQ: '=', LT: '<', LE: '<=', GT: '>', GE: '>=' };

const rangeQueries = fc
  .tuple(pk, fc.constantFrom(...Object.keys(rangeTests)), sk, limit, fc.boolean())
  .map(([hash, operator, given, limit, old]) =>
    step(`Query ${operator}`, async (model, real) => {
      const items = model.get('events');
      const on = (ComparisonOperator: string, value: object) => ({
        ComparisonOperator,
        AttributeValueList: [value],
      });
      const condition = old
        ? { KeyConditions: { pk: on('EQ', { S: hash }), sk: on(operator, { N: String(given) }) } }
        : {
            KeyConditionExpression: `pk = :pk AND sk ${signs[operator]} :sk`,
            ExpressionAttributeValues: { ':pk': { S: hash }, ':sk': { N: String(given) } },
          };
      const asked = itemsOf(items ?? new Map(), hash).filter(({ sk }) =>
        rangeTests[operator]?.(sk && 'N' in sk ? Number(sk.N) : Number.NaN, given),
      );
      const expected = { items: asked, scanned: asked.length };
      const input = { TableName: 'events', ...condition, ...limit };
      expect(await pagesOf(real, 'Query', input)).toEqual(items ? settled(expected) : noTable);
    }),
  );

const scans = fc
  .tuple(table, limit, fc.integer({ min: 1, max: 3 }), fc.option(anyTest))
  .map(([TableName, limit, TotalSegments, filter]) =>
    step(`Scan in ${TotalSegments}`, async (model, real) => {
      const items = model.get(TableName);
      const filtered = filter === null ? {} : testInput('FilterExpression', filter);
      const found: unknown[] = [];
      let scanned = 0;
      for (let Segment = 0; Segment < TotalSegments; Segment++) {
        const input = { TableName, ...limit, ...filtered, Segment, TotalSegments };
        const pages = await pagesOf(real, 'Scan', input);
        if (typeof pages === 'string') {
          expect([pages, items]).toEqual([noTable, undefined]);
          return;
        }
        found.push(...pages.items);
        scanned += pages.scanned;
      }
      const expected = itemsOf(items ?? new Map()).filter((item) => filter?.holds(item) !== false);
      expect(inAnyOrder(found)).toEqual(inAnyOrder(expected.map(settled)));
      expect(scanned).toBe(items?.size);
    }),
  );

const counts = fc.tuple(table, anyTest).map(([TableName, filter]) =>
  step('Scan to count', async (model, real) => {
    const items = model.get(TableName);
    const Count = itemsOf(items ?? new Map()).filter((item) => filter.holds(item)).length;
    const input = { TableName, Select: 'COUNT', ...testInput('FilterExpression', filter) };
    await expectAnswer(real, 'Scan', input, items ? { Count, ScannedCount: items.size } : noTable);
  }),
);

export const readSteps: readonly fc.Arbitrary<Step>[] = [
  wholeGets,
  projectedGets,
  readsOfBatch,
  queries,
  rangeQueries,
  scans,
  counts,
];
