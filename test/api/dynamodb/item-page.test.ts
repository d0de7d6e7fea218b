import { describe, expect, test } from 'vitest';
import { itemPage, type PageInput, pageBytesMax } from '../../../src/api/dynamodb/item-page.ts';
import type { MaybePromise } from '../../../src/store/page-store.ts';
import type { AttributeValue, Item } from '../../../src/tables/attribute.ts';
import { compileExpressions } from '../../../src/tables/expression/compile.ts';
import type { KeySchema } from '../../../src/tables/key-schema.ts';
import type { ItemCursor, StoredItem } from '../../../src/tables/table.ts';

const keySchema: KeySchema = { hash: { name: 'pk', type: 'S' }, range: { name: 'sk', type: 'N' } };

/** Items 1 to `count` of a partition, each of `bytes`; the odd ones have an attribute `odd`. */
function storedItems(count: number, bytes: number): StoredItem[] {
  return Array.from({ length: count }, (_, index) => {
    const odd: Record<string, AttributeValue> = index % 2 === 0 ? { odd: { BOOL: true } } : {};
    const item = { pk: { S: 'a' }, sk: { N: String(index + 1) }, ...odd };
    return { item: new Map<string, AttributeValue>(Object.entries(item)), itemBytes: bytes };
  });
}

interface Evaluated {
  readonly page: MaybePromise<object>;
  /** How many items the cursor was asked for. */
  readonly asked: () => number;
}

function evaluate(stored: readonly StoredItem[], input: Partial<PageInput>, isLater: boolean): Evaluated {
  let asked = 0;
  const cursor: ItemCursor = {
    next: () => {
      const next = stored[asked++];
      return isLater ? Promise.resolve(next) : next;
    },
  };
  const whole = { TableName: 't', ...input };
  const page = itemPage(whole, { cursor, keySchema, expressions: compileExpressions(input) });
  return { page, asked: () => asked };
}

const key = (sk: number): Item =>
  new Map<string, AttributeValue>(Object.entries({ pk: { S: 'a' }, sk: { N: String(sk) } }));
const filter = { FilterExpression: 'attribute_exists(odd)' };
const half = pageBytesMax / 2;

interface Case {
  readonly title: string;
  readonly stored: readonly StoredItem[];
  readonly input: Partial<PageInput>;
  readonly counts: readonly [count: number, scanned: number];
  readonly last?: number;
  readonly units?: number;
}

const cases: readonly Case[] = [
  { title: 'nothing', stored: [], input: {}, counts: [0, 0], units: 0.5 },
  {
    title: 'all, and no key where they end',
    stored: storedItems(3, 10),
    input: {},
    counts: [3, 3],
    units: 0.5,
  },
  { title: 'a limit of items', stored: storedItems(3, 10), input: { Limit: 2 }, counts: [2, 2], last: 2 },
  {
    title: 'exactly the items there are, and a key all the same',
    stored: storedItems(3, 10),
    input: { Limit: 3 },
    counts: [3, 3],
    last: 3,
  },
  { title: 'fewer than the limit', stored: storedItems(3, 10), input: { Limit: 4 }, counts: [3, 3] },
  {
    title: 'a limit of evaluated items, not of those the filter leaves',
    stored: storedItems(4, 10),
    input: { ...filter, Limit: 2 },
    counts: [1, 2],
    last: 2,
  },
  {
    title: 'no item and yet a key, where the filter leaves none',
    stored: storedItems(4, 10),
    input: { FilterExpression: 'attribute_exists(nowhere)', Limit: 2 },
    counts: [0, 2],
    last: 2,
  },
  { title: 'less than a megabyte', stored: storedItems(2, half - 1), input: {}, counts: [2, 2] },
  {
    title: 'a megabyte, and no more',
    stored: storedItems(3, half),
    input: {},
    counts: [2, 2],
    last: 2,
    units: 128,
  },
  {
    title: 'a megabyte before the filter',
    stored: storedItems(3, half),
    input: filter,
    counts: [1, 2],
    last: 2,
    units: 128,
  },
  {
    title: 'the sum of the bytes, rounded once, for a consistent read',
    stored: storedItems(3, 3000),
    input: { ConsistentRead: true },
    counts: [3, 3],
    units: 3,
  },
  {
    title: 'a count alone',
    stored: storedItems(3, 10),
    input: { ...filter, Select: 'COUNT' },
    counts: [2, 3],
  },
];

for (const isLater of [false, true]) {
  describe(`a page, its items ${isLater ? 'read first' : 'there at once'}, holds`, () => {
    for (const { title, stored, input, counts, last, units } of cases) {
      test(title, async () => {
        const { page, asked } = evaluate(stored, { ...input, ReturnConsumedCapacity: 'TOTAL' }, isLater);
        expect(page instanceof Promise).toBe(isLater);
        const answer = await page;
        expect(answer).toMatchObject({
          Count: counts[0],
          ScannedCount: counts[1],
          LastEvaluatedKey: last === undefined ? undefined : key(last),
        });
        if (units !== undefined) {
          expect(answer).toMatchObject({ ConsumedCapacity: { TableName: 't', CapacityUnits: units } });
        }
        const items = 'Items' in answer ? answer.Items : undefined;
        expect(items === undefined ? undefined : Array.isArray(items) && items.length).toBe(
          input.Select === 'COUNT' ? undefined : counts[0],
        );
        // Nothing is read behind the end of a page.
        expect(asked()).toBe(last === undefined ? counts[1] + 1 : counts[1]);
      });
    }
  });
}

test('a page projects what it gives, and gives an item that has nothing of it', () => {
  const { page } = evaluate(storedItems(2, 10), { ProjectionExpression: 'odd' }, false);
  expect(page).toMatchObject({ Items: [new Map([['odd', { BOOL: true }]]), new Map()], Count: 2 });
});

test('a page tells nothing of capacity to a caller who does not ask', () => {
  const { page } = evaluate(storedItems(1, 10), {}, false);
  expect(page).toMatchObject({ ConsumedCapacity: undefined });
});

test('a page over ten thousand items that all come later does not use up the stack', async () => {
  const { page } = evaluate(storedItems(10_000, 10), { Select: 'COUNT' }, true);
  expect(await page).toMatchObject({ Count: 10_000 });
});

test('a page rejects with what the cursor rejects with', async () => {
  const cursor: ItemCursor = { next: () => Promise.reject(new Error('unreadable')) };
  await expect(itemPage({ TableName: 't' }, { cursor, keySchema, expressions: {} })).rejects.toThrow(
    'unreadable',
  );
});
