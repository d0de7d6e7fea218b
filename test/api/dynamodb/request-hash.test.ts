import { expect, test } from 'vitest';
import { requestHash } from '../../../src/api/dynamodb/request-hash.ts';

const put = (item: Map<string, unknown>, more: object = {}) => [
  { Put: { TableName: 't', Item: item, ...more } },
];
const whole = put(
  new Map<string, unknown>([
    ['a', { S: '1' }],
    ['b', { B: Uint8Array.of(1, 2) }],
    ['m', { M: new Map([['x', { N: '1' }]]) }],
  ]),
);
const hex = (operation: string, parameters: readonly object[]) =>
  Buffer.from(requestHash(operation, parameters)).toString('hex');

test('a request is the same in whatever order its maps come', () => {
  const other = put(
    new Map<string, unknown>([
      ['m', { M: new Map([['x', { N: '1' }]]) }],
      ['b', { B: Uint8Array.of(1, 2) }],
      ['a', { S: '1' }],
    ]),
  );
  expect(hex('X', other)).toBe(hex('X', whole));
});

const others: Readonly<Record<string, readonly [string, readonly object[]]>> = {
  'another operation': ['Y', whole],
  'an entry more': ['X', [...whole, ...whole]],
  'another text': ['X', put(new Map([['a', { S: '2' }]]))],
  'another type': ['X', put(new Map([['a', { N: '1' }]]))],
  'an attribute less': ['X', put(new Map([['a', { S: '1' }]]))],
  'a parameter more': ['X', put(new Map([['a', { S: '1' }]]), { ConditionExpression: 'a' })],
};

for (const [difference, [operation, parameters]] of Object.entries(others)) {
  test(`a request with ${difference} is another`, () => {
    const all = [hex('X', whole), ...Object.values(others).map((other) => hex(...other))];
    expect(all.filter((hash) => hash === hex(operation, parameters))).toHaveLength(1);
  });
}

test('lists keep their order', () => {
  const one = { Delete: { TableName: 't' } };
  const other = { Delete: { TableName: 'u' } };
  expect(hex('X', [one, other])).not.toBe(hex('X', [other, one]));
});
