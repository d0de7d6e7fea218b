import { describe, expect, test } from 'vitest';
import { compileExpressions } from '../../../src/tables/expression/compile.ts';
import { checkExpressionKeys, checkIndexExpressionKeys } from '../../../src/tables/expression/key-use.ts';
import type { ExpressionName } from '../../../src/tables/expression/refusal.ts';
import type { IndexKey, IndexKeySchema, KeySchema } from '../../../src/tables/key-schema.ts';
import { refusal } from '../support.ts';
import { parameters } from './support.ts';

const schema: KeySchema = { hash: { name: 'pk', type: 'S' }, range: { name: 'sk', type: 'S' } };

function checked(
  use: 'query' | 'other',
  expressions: Partial<Record<ExpressionName, string>>,
  indexKeys: readonly IndexKey[] = [],
): string {
  const valued = JSON.stringify(expressions).includes(':v');
  const compiled = compileExpressions(parameters(expressions, valued ? { v: 1 } : {}));
  return refusal(() => checkExpressionKeys(compiled, { keySchema: schema, indexKeys }, use));
}

const update = (name: string) =>
  `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`;
const nested = (name: string) =>
  `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: ${name}`;
const inFilter = (name: string) =>
  `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`;

describe('expressions that misuse key attributes are refused', () => {
  const cases: ['query' | 'other', Partial<Record<ExpressionName, string>>, string][] = [
    ['other', { UpdateExpression: 'SET pk = :v' }, update('pk')],
    ['other', { UpdateExpression: 'SET a = :v REMOVE sk' }, update('sk')],
    ['other', { UpdateExpression: 'ADD pk :v' }, update('pk')],
    ['other', { UpdateExpression: 'SET sk.a = :v, pk = :v' }, update('pk')],
    ['other', { UpdateExpression: 'SET a = pk.b' }, nested('pk')],
    ['other', { UpdateExpression: 'SET a = pk, b = :v' }, 'not refused'],
    ['other', { ProjectionExpression: 'pk, sk, a.b' }, 'not refused'],
    ['other', { ProjectionExpression: 'pk.a' }, nested('pk')],
    ['query', { ProjectionExpression: 'sk[0]' }, nested('sk')],
    ['query', { FilterExpression: 'a = :v AND pk = :v' }, inFilter('pk')],
    ['query', { FilterExpression: 'size(sk.a) > :v' }, inFilter('sk')],
    ['query', { FilterExpression: 'a = :v' }, 'not refused'],
    ['query', { FilterExpression: 'pk = :v', ProjectionExpression: 'sk.a' }, nested('sk')],
    ['other', { FilterExpression: 'pk = :v' }, 'not refused'],
    ['other', { FilterExpression: 'pk[1] = :v' }, nested('pk')],
    ['other', { ConditionExpression: 'pk <> :v AND attribute_not_exists(sk)' }, 'not refused'],
  ];
  for (const [use, expressions, sentence] of cases) {
    test(`${use} ${JSON.stringify(expressions)}`, () => expect(checked(use, expressions)).toBe(sentence));
  }
});

describe('the keys of indexes can be updated, but not to another type, and are scalars too', () => {
  const indexKeys: readonly IndexKey[] = [
    { index: 'by-sk', name: 'sk', type: 'S' },
    { index: 'by-a', name: 'a', type: 'S' },
    { index: 'by-n', name: 'n', type: 'N' },
    { index: 'by-n-too', name: 'n', type: 'N' },
  ];
  const nestedIndex = (name: string) => nested(name).replace(': Key:', ': IndexKey:');
  const wrongType = (name: string, types: string, index: string) =>
    `One or more parameter values were invalid: Type mismatch for Index Key ${name} ${types} IndexName: ${index}`;
  const toNumber = wrongType('a', 'Expected: S Actual: N', 'by-a');
  const cases: ['query' | 'other', Partial<Record<ExpressionName, string>>, string][] = [
    ['other', { UpdateExpression: 'SET a = :v' }, toNumber],
    ['other', { UpdateExpression: 'SET a = if_not_exists(a, :v)' }, toNumber],
    ['other', { UpdateExpression: 'SET a = b + c' }, toNumber],
    ['other', { UpdateExpression: 'ADD a :v' }, toNumber],
    [
      'other',
      { UpdateExpression: 'SET n = list_append(b, c)' },
      wrongType('n', 'Expected: N Actual: L', 'by-n'),
    ],
    ['other', { UpdateExpression: 'SET n = :v, b.a = :v' }, 'not refused'],
    ['other', { UpdateExpression: 'SET a = b REMOVE n' }, 'not refused'],
    ['other', { UpdateExpression: 'SET a = :v, pk = :v' }, update('pk')],
    ['other', { UpdateExpression: 'SET a = :v, b = n.x' }, toNumber],
    ['other', { UpdateExpression: 'SET n.x = :v' }, nestedIndex('n')],
    ['other', { UpdateExpression: 'SET b = n[0]' }, nestedIndex('n')],
    ['other', { UpdateExpression: 'REMOVE a.x' }, nestedIndex('a')],
    ['other', { ProjectionExpression: 'b, n.x' }, nestedIndex('n')],
    ['other', { ProjectionExpression: 'a.x, sk.x' }, nested('sk')],
    ['query', { FilterExpression: 'a = :v AND n[1] = :v' }, nestedIndex('n')],
    ['other', { ConditionExpression: 'n.x = :v' }, 'not refused'],
  ];
  for (const [use, expressions, sentence] of cases) {
    test(`${use} ${JSON.stringify(expressions)}: ${sentence}`, () =>
      expect(checked(use, expressions, indexKeys)).toBe(sentence));
  }
});

describe('expressions on an index are judged by the keys of the index, and then by those of the table', () => {
  const index: IndexKeySchema = { hash: [{ name: 'a', type: 'S' }], range: [{ name: 'sk', type: 'S' }] };
  const other: readonly IndexKey[] = [{ index: 'by-b', name: 'b', type: 'S' }];
  const nestedIndex = (name: string) => nested(name).replace(': Key:', ': IndexKey:');
  const cases: ['query' | 'other', Partial<Record<ExpressionName, string>>, string][] = [
    ['query', { FilterExpression: 'pk = :v' }, 'not refused'],
    ['query', { FilterExpression: 'a = :v' }, inFilter('a')],
    ['query', { FilterExpression: 'sk = :v' }, inFilter('sk')],
    ['other', { FilterExpression: 'a = :v' }, 'not refused'],
    ['query', { FilterExpression: 'pk.b = :v' }, nested('pk')],
    ['other', { FilterExpression: 'a.b = :v' }, nestedIndex('a')],
    ['query', { ProjectionExpression: 'sk[0]', FilterExpression: 'a = :v' }, nested('sk')],
    ['query', { FilterExpression: 'c = :v AND b.c = :v' }, nestedIndex('b')],
    ['query', { ProjectionExpression: 'pk[0]' }, nested('pk')],
    ['query', { ProjectionExpression: 'pk, a, sk, b, c.d' }, 'not refused'],
  ];
  for (const [use, expressions, sentence] of cases) {
    test(`${use} ${JSON.stringify(expressions)}: ${sentence}`, () => {
      const valued = JSON.stringify(expressions).includes(':v');
      const compiled = compileExpressions(parameters(expressions, valued ? { v: 1 } : {}));
      const table = { keySchema: schema, indexKeys: other };
      expect(refusal(() => checkIndexExpressionKeys(compiled, { keySchema: index }, table, use))).toBe(
        sentence,
      );
    });
  }
});
