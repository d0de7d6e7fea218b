import { describe, expect, test } from 'vitest';
import { type ItemAsk, itemFacts } from '../../../src/server/access/item-facts.ts';
import { books } from '../../support/judged-books.ts';
import { refusalOf } from '../../support/refusal.ts';

const item = (owner: string, more: object = {}) =>
  new Map(Object.entries({ owner: { S: owner }, id: { N: '1' }, ...more }));
const values = (entries: Record<string, object>) => new Map(Object.entries(entries));

function factsOf(ask: ItemAsk, table = books) {
  const { LeadingKeys, Attributes, ...others } = Object.fromEntries(
    itemFacts(ask, table).map(([key, value]) => [key.replace('dynamodb:', ''), value]),
  );
  return { leading: LeadingKeys, attributes: Attributes, ...others };
}

describe('leading keys and attributes', () => {
  test.each<[string, ItemAsk, readonly string[], readonly string[]]>([
    ['of keys', { items: [item('a'), item('b'), item('a')] }, ['a', 'b'], ['owner', 'id']],
    ['of whole items', { items: [item('a', { n: { N: '1' } })] }, ['a'], ['owner', 'id', 'n']],
    [
      'of all expressions of a write',
      {
        items: [item('a')],
        input: {
          UpdateExpression: 'SET #x.y = z.q, w[1] = :v REMOVE r',
          ConditionExpression: 'attribute_exists(c.d)',
          ExpressionAttributeNames: new Map([['#x', 'hidden']]),
          ExpressionAttributeValues: values({ ':v': { S: 'v' } }),
        },
      },
      ['a'],
      ['owner', 'id', 'hidden', 'w', 'r', 'z', 'c'],
    ],
    [
      'of a read with parameters from before expressions',
      { items: [item('a')], input: { AttributesToGet: ['t', 'u.v'] } },
      ['a'],
      ['owner', 'id', 't', 'u.v'],
    ],
    [
      'of a key condition',
      {
        input: {
          KeyConditionExpression: '#o = :o AND id > :i',
          ExpressionAttributeNames: new Map([['#o', 'owner']]),
          FilterExpression: 'f = :i',
          ProjectionExpression: 'p',
          ExpressionAttributeValues: values({ ':o': { S: 'a' }, ':i': { N: '7' } }),
        },
      },
      ['a'],
      ['f', 'p', 'owner', 'id'],
    ],
    [
      'of a key condition of an index',
      {
        indexName: 'shelves',
        input: {
          KeyConditions: new Map([
            ['shelf', { ComparisonOperator: 'EQ', AttributeValueList: [{ N: '07.0' }] }],
          ]),
        },
      },
      ['7'],
      ['shelf'],
    ],
    ['of a scan', { input: { FilterExpression: 'attribute_exists(f)' } }, [], ['f']],
    ['of nothing', {}, [], []],
  ])('%s', (_, ask, leading, attributes) => {
    expect(factsOf(ask)).toMatchObject({ leading, attributes });
  });

  test('of numbers and bytes have one form', () => {
    const keyed = (type: 'N' | 'B') => ({
      ...books,
      keySchema: { hash: { name: 'k', type } },
    });
    expect(factsOf({ items: [new Map([['k', { N: '+1.50e1' }]])] }, keyed('N')).leading).toEqual(['15']);
    const bytes = Uint8Array.of(1, 2, 255);
    expect(factsOf({ items: [new Map([['k', { B: bytes }]])] }, keyed('B')).leading).toEqual(['AQL/']);
  });

  test('without a table, what only it tells is absent', () => {
    expect(Object.fromEntries(itemFacts({ items: [item('a')] }, undefined))).toMatchObject({
      'dynamodb:LeadingKeys': [],
      'dynamodb:Attributes': ['owner', 'id'],
    });
  });

  test('a faulty expression is refused in the words of the operation', async () => {
    expect(await refusalOf(() => itemFacts({ input: { FilterExpression: 'a =' } }, books))).toMatch(
      /^Validation: Invalid FilterExpression: Syntax error/,
    );
  });
});

test('what is wanted back is there where the operation can want it', () => {
  const ask = { select: 'COUNT', returnValues: 'ALL_OLD', returnConsumedCapacity: 'TOTAL', enclosing: 'T' };
  expect(factsOf(ask)).toMatchObject({
    Select: 'COUNT',
    ReturnValues: 'ALL_OLD',
    ReturnConsumedCapacity: 'TOTAL',
    EnclosingOperation: 'T',
    FullTableScan: undefined,
  });
});
