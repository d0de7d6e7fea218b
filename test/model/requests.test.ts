import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Catalogue, TableName } from '../sdk/bad-inputs.ts';

/** Requests of every shape, sound or not: each is answered or refused, and none is our fault. */
const runs = Number(process.env.CRYPTABLE_MODEL_RUNS ?? 30) * 10;
const seed = Number(process.env.CRYPTABLE_SEED ?? Math.floor(Math.random() * 2 ** 31));

const name = fc.constantFrom('a', 'b', 'city', 'year', 'size', '#n', '#m', '__proto__', '');
const words = fc.constantFrom(
  ...['a', 'b', 'm.a', 'l[0]', 'city', '#n', '#m', ':v', ':w', '(', ')', ',', '=', '<>', '<', '>=', '+', '-'],
  ...[
    'AND',
    'OR',
    'NOT',
    'BETWEEN',
    'IN',
    'SET',
    'REMOVE',
    'ADD',
    'DELETE',
    'size',
    'contains',
    'begins_with',
  ],
  ...['attribute_exists', 'attribute_not_exists', 'attribute_type', 'if_not_exists', 'list_append', '[', '.'],
);
const soup = fc.array(words, { maxLength: 12 }).map((list) => list.join(' '));
const expression = fc.oneof(
  soup,
  fc.constantFrom(
    'a = :v',
    'city = :v AND year > :w',
    'SET a = :v',
    'ADD a :v',
    'REMOVE #n',
    'a, #n',
    '#n = :v',
  ),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('', 'a', 'Bern').map((S) => ({ S })),
    fc.constantFrom('1', '-0', '1e125', 'x', '', '9'.repeat(39)).map((N) => ({ N })),
    fc.constantFrom('', 'AAE=', '!').map((B) => ({ B })),
    fc.constantFrom<object>({ BOOL: true }, { NULL: true }, { NULL: false }, {}, { S: 'a', N: '1' }),
    fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }).map((SS) => ({ SS })),
    fc.array(fc.constantFrom('1', '1.0', 'x'), { maxLength: 3 }).map((NS) => ({ NS })),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }).map((M) => ({ M: { ...M } })),
  ),
}));
const valuesBy = (key: fc.Arbitrary<string>) =>
  fc.dictionary(key, value, { maxKeys: 3 }).map((map) => ({ ...map }));
const key = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ city: { S: 'Bern' }, year: { N: '1' } }) },
  { weight: 1, arbitrary: valuesBy(name) },
);
const operator = fc.constantFrom(
  ...[
    'EQ',
    'NE',
    'LE',
    'LT',
    'GE',
    'GT',
    'NULL',
    'NOT_NULL',
    'CONTAINS',
    'NOT_CONTAINS',
    'BEGINS_WITH',
    'IN',
  ],
  ...['BETWEEN', 'eq'],
);
const list = fc.array(value, { maxLength: 3 });
const conditions = fc.dictionary(
  name,
  fc.record(
    { ComparisonOperator: operator, AttributeValueList: list },
    { requiredKeys: ['ComparisonOperator'] },
  ),
  { maxKeys: 3 },
);
const expected = fc.dictionary(
  name,
  fc.record(
    { Value: value, Exists: fc.boolean(), ComparisonOperator: operator, AttributeValueList: list },
    { requiredKeys: [] },
  ),
  { maxKeys: 2 },
);
const changes = fc.dictionary(
  name,
  fc.record({ Value: value, Action: fc.constantFrom('PUT', 'ADD', 'DELETE') }, { requiredKeys: [] }),
  { maxKeys: 3 },
);

const placeholders = {
  ExpressionAttributeNames: fc.dictionary(fc.constantFrom('#n', '#m', 'n'), name, { maxKeys: 2 }),
  ExpressionAttributeValues: valuesBy(fc.constantFrom(':v', ':w', 'v')),
};
const write = {
  ...placeholders,
  ConditionExpression: expression,
  Expected: expected,
  ConditionalOperator: fc.constantFrom('AND', 'OR', 'and'),
  ReturnValues: fc.constantFrom('NONE', 'ALL_OLD', 'UPDATED_NEW', 'ALL_NEW', 'none'),
  ReturnConsumedCapacity: fc.constantFrom('TOTAL', 'INDEXES'),
};
const read = {
  ...placeholders,
  ProjectionExpression: expression,
  AttributesToGet: fc.array(name, { maxLength: 3 }),
  ConsistentRead: fc.boolean(),
};
const pages = {
  ...read,
  FilterExpression: expression,
  ConditionalOperator: fc.constantFrom('AND', 'OR'),
  ExclusiveStartKey: key,
  Limit: fc.integer({ min: -1, max: 3 }),
  Select: fc.constantFrom('COUNT', 'ALL_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'),
};

/** The members that each operation may have; a request has any of them. */
const members: Readonly<Record<string, Record<string, fc.Arbitrary<unknown>>>> = {
  PutItem: { Item: fc.tuple(key, valuesBy(name)).map(([own, more]) => ({ ...more, ...own })), ...write },
  DeleteItem: { Key: key, ...write },
  UpdateItem: { Key: key, UpdateExpression: expression, AttributeUpdates: changes, ...write },
  GetItem: { Key: key, ...read },
  Query: { KeyConditionExpression: expression, KeyConditions: conditions, QueryFilter: conditions, ...pages },
  Scan: { ScanFilter: conditions, Segment: fc.nat(2), TotalSegments: fc.nat(3), ...pages },
};

describe(`whatever a request holds (CRYPTABLE_SEED=${seed})`, () => {
  let catalogue: Catalogue;
  beforeAll(async () => {
    catalogue = await Catalogue.open();
  });
  afterAll(() => catalogue.end());

  for (const [operation, record] of Object.entries(members)) {
    test(
      `${operation} answers or refuses it`,
      async () => {
        const requests = fc.tuple(
          fc.record(record, { requiredKeys: Object.keys(record).slice(0, 1) }),
          fc.subarray(Object.keys(record)),
        );
        await fc.assert(
          fc.asyncProperty(requests, async ([input, kept]) => {
            // Fewer members at a time are more often sound.
            const [first = ''] = Object.keys(record);
            const some = Object.entries(input).filter(
              ([member]) => member === first || kept.includes(member),
            );
            const { status, type, message } = await catalogue.call(operation, {
              TableName,
              ...Object.fromEntries(some),
            });
            expect([200, 400], `${status} ${type}: ${message}`).toContain(status);
          }),
          { numRuns: runs, seed },
        );
        expect(await catalogue.everything()).toMatchObject({ Count: expect.any(Number) });
      },
      60_000 + runs * 100,
    );
  }
});
