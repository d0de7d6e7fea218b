import { describe, expect, test } from 'vitest';
import type { IndexKeySchema, KeySchema } from '../../../src/tables/key-schema.ts';
import { N, refusal, S } from '../support.ts';
import { compile, fault, type Shorts } from './support.ts';

const both = (type: 'S' | 'N' | 'B' = 'S'): KeySchema => ({
  hash: { name: 'pk', type: 'S' },
  range: { name: 'sk', type },
});
const hashOnly: KeySchema = { hash: { name: 'pk', type: 'S' } };

const bind = (schema: KeySchema, text: string, values?: Shorts) =>
  compile('KeyConditionExpression', text, values).keyCondition?.bind(schema);

test('no table has a key for three conditions, though an index may', () => {
  const asked = (text: string) => compile('KeyConditionExpression', text, { v: 'a' }).keyCondition;
  expect(refusal(() => asked('a = :v AND b = :v')?.checkTableLength())).toBe('not refused');
  expect(refusal(() => asked('a = :v AND b = :v AND c = :v')?.checkTableLength())).toBe(
    'Conditions can be of length 1 or 2 only',
  );
});

describe('a key condition is reduced to one predicate a key', () => {
  const v = { v: 'p', w: 'a', x: 'b' };
  const hash = S('p');
  const cases: [string, unknown][] = [
    ['pk = :v AND sk = :w', { op: '=', value: S('a') }],
    ['sk = :w AND pk = :v', { op: '=', value: S('a') }],
    ['(pk = :v) AND (sk < :w)', { op: '<', value: S('a') }],
    ['pk = :v AND sk <= :w', { op: '<=', value: S('a') }],
    ['pk = :v AND sk > :w', { op: '>', value: S('a') }],
    ['pk = :v AND sk >= :w', { op: '>=', value: S('a') }],
    [':v = pk AND :w < sk', { op: '>', value: S('a') }],
    ['pk = :v AND :w <= sk', { op: '>=', value: S('a') }],
    ['pk = :v AND :w > sk', { op: '<', value: S('a') }],
    ['pk = :v AND :w >= sk', { op: '<=', value: S('a') }],
    ['pk = :v AND begins_with(sk, :w)', { op: 'begins_with', prefix: S('a') }],
    ['pk = :v and sk between :w And :x', { op: 'BETWEEN', low: S('a'), high: S('b') }],
    ['sk BETWEEN :w AND :x AND pk = :v', { op: 'BETWEEN', low: S('a'), high: S('b') }],
    ['(pk = :v AND (sk = :w))', { op: '=', value: S('a') }],
  ];
  for (const [text, sort] of cases) {
    test(text, () => {
      const used = Object.fromEntries(Object.entries(v).filter(([name]) => text.includes(`:${name}`)));
      expect(bind(both(), text, used)).toEqual({ hash, sort });
    });
  }
  test('the hash key alone is enough', () => {
    expect(bind(both(), 'pk = :v', { v: 'p' })).toEqual({ hash });
    expect(bind(hashOnly, 'pk = :v', { v: 'p' })).toEqual({ hash });
  });
  test('an empty prefix is allowed', () => {
    expect(bind(both(), 'pk = :v AND begins_with(sk, :w)', { v: 'p', w: '' })?.sort).toEqual({
      op: 'begins_with',
      prefix: S(''),
    });
  });
  test('numbers are compared as numbers', () => {
    expect(bind(both('N'), 'pk = :v AND sk = :w', { v: 'p', w: { N: '1.0' } })?.sort).toEqual({
      op: '=',
      value: N(1),
    });
  });
});

describe('what no key schema allows is refused', () => {
  const operator = (name: string) => `Invalid operator used in KeyConditionExpression: ${name}`;
  const condition = (text: string) => `Invalid condition in KeyConditionExpression: ${text}`;
  const nested = 'KeyConditionExpressions cannot contain nested operations';
  const cases: [string, Shorts, string][] = [
    ['pk = :v OR sk = :v', { v: 'a' }, operator('OR')],
    ['NOT pk = :v', { v: 'a' }, operator('NOT')],
    ['NOT NOT pk = :v', { v: 'a' }, operator('NOT')],
    ['pk IN (:v)', { v: 'a' }, operator('IN')],
    ['pk <> :v', { v: 'a' }, operator('<>')],
    ['attribute_exists(pk)', {}, operator('attribute_exists')],
    ['attribute_not_exists(pk)', {}, operator('attribute_not_exists')],
    ['attribute_type(pk, :v)', { v: 'S' }, operator('attribute_type')],
    ['pk = :v AND contains(sk, :v)', { v: 'a' }, operator('contains')],
    ['size(pk) = :v', { v: 1 }, nested],
    [':v > size(sk)', { v: 1 }, nested],
    ['size(sk) BETWEEN :v AND :v', { v: 1 }, nested],
    ['pk.a = :v', { v: 'a' }, 'KeyConditionExpressions cannot have conditions on nested attributes'],
    ['pk[0] = :v', { v: 'a' }, 'KeyConditionExpressions cannot have conditions on nested attributes'],
    ['pk = sk', {}, condition('Multiple attribute names used in one condition')],
    [':v = :v', { v: 'a' }, condition('No key attribute specified')],
    [
      ':v BETWEEN pk AND :v',
      { v: 'a' },
      condition('BETWEEN operator must have the key attribute as its first operand'),
    ],
    [
      'begins_with(:v, pk)',
      { v: 'a' },
      condition('begins_with operator must have the key attribute as its first operand'),
    ],
    ['pk BETWEEN :v AND sk', { v: 'a' }, condition('Multiple attribute names used in one condition')],
    ['pk = :v AND pk = :v', { v: 'a' }, 'KeyConditionExpressions must only contain one condition per key'],
    [
      'abcdefghi'
        .split('')
        .map((name) => `${name} = :v`)
        .join(' AND '),
      { v: 'a' },
      'Conditions can be of length 1 or 2 only',
    ],
  ];
  for (const [text, values, sentence] of cases) {
    test(text, () => expect(fault('KeyConditionExpression', text, values)).toBe(`[bare] ${sentence}`));
  }
  test('the grammar of conditions holds here as well', () => {
    expect(fault('KeyConditionExpression', 'BEGINS_WITH(pk, :v)', { v: 'a' })).toBe(
      'Invalid function name; function: BEGINS_WITH',
    );
    expect(fault('KeyConditionExpression', '((pk = :v))', { v: 'a' })).toBe(
      'The expression has redundant parentheses;',
    );
    expect(fault('KeyConditionExpression', '')).toBe('The expression can not be empty;');
  });
});

describe('what this key schema does not allow is refused', () => {
  const missed = (name: string) => `Query condition missed key schema element: ${name}`;
  const notSupported = 'Query key condition not supported';
  const wrongType =
    'One or more parameter values were invalid: Condition parameter type does not match schema type';
  const empty = (name: string) =>
    `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`;
  const cases: [KeySchema, string, Shorts, string][] = [
    [both(), 'sk = :v', { v: 'a' }, missed('pk')],
    [both(), 'x = :v', { v: 'a' }, missed('pk')],
    [hashOnly, 'x = :v', { v: 'a' }, missed('pk')],
    [both(), 'pk = :v AND x = :v', { v: 'a' }, missed('sk')],
    [both(), 'sk = :v AND x = :v', { v: 'a' }, missed('pk')],
    [hashOnly, 'pk = :v AND sk = :v', { v: 'a' }, notSupported],
    [both(), 'pk = :v AND sk = :v AND x = :v', { v: 'a' }, 'Conditions can be of length 1 or 2 only'],
    [both(), 'pk > :v', { v: 'a' }, notSupported],
    [both(), 'begins_with(pk, :v)', { v: 'a' }, notSupported],
    [both(), 'pk BETWEEN :v AND :v AND sk = :v', { v: 'a' }, notSupported],
    [both(), 'pk = :v', { v: 1 }, wrongType],
    [both(), 'pk = :v', { v: { L: [] } }, wrongType],
    [both(), 'pk = :v AND sk = :w', { v: 'a', w: 1 }, wrongType],
    [both('N'), 'pk = :v AND sk BETWEEN :w AND :x', { v: 'a', w: 'a', x: 'b' }, wrongType],
    [both('N'), 'pk = :v AND begins_with(sk, :w)', { v: 'a', w: 'b' }, wrongType],
    [both(), 'pk = :v', { v: '' }, empty('pk')],
    [both(), 'pk = :v AND sk = :w', { v: 'a', w: '' }, empty('sk')],
    [
      both(),
      'pk = :v',
      { v: 'a'.repeat(2049) },
      'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    ],
  ];
  for (const [schema, text, values, sentence] of cases) {
    test(`${text} ${JSON.stringify(values).slice(0, 40)}`, () =>
      expect(refusal(() => bind(schema, text, values))).toBe(sentence));
  }
});

describe('a key condition on an index of several attributes', () => {
  const schema: IndexKeySchema = {
    hash: [
      { name: 'a', type: 'S' },
      { name: 'b', type: 'N' },
    ],
    range: [
      { name: 'c', type: 'S' },
      { name: 'd', type: 'S' },
    ],
  };
  const bindIndex = (text: string) => {
    const values = { s: 'x', n: 1, t: 'y' };
    const used = Object.fromEntries(Object.entries(values).filter(([name]) => text.includes(`:${name}`)));
    return compile('KeyConditionExpression', text, used).keyCondition?.bindIndex(schema);
  };
  const hash = [S('x'), N(1)];
  const bound: [string, object][] = [
    ['a = :s AND b = :n', { hash, equal: [] }],
    ['b = :n AND a = :s', { hash, equal: [] }],
    ['a = :s AND b = :n AND c > :t', { hash, equal: [], sort: { op: '>', value: S('y') } }],
    [
      'a = :s AND b = :n AND c = :s AND begins_with(d, :t)',
      { hash, equal: [S('x')], sort: { op: 'begins_with', prefix: S('y') } },
    ],
  ];
  for (const [text, condition] of bound) {
    test(`is taken: ${text}`, () => expect(bindIndex(text)).toEqual(condition));
  }

  const missed = (name: string) => `Query condition missed key schema element: ${name}`;
  const refused: [string, string][] = [
    ['a = :s', missed('b')],
    ['b = :n AND c = :s', missed('a')],
    ['a = :s AND b = :n AND d = :s', missed('c')],
    ['a = :s AND b = :n AND c = :s AND x = :s', missed('d')],
    ['a = :s AND b > :n', 'Query key condition not supported'],
    ['a = :s AND b = :n AND c < :s AND d = :s', 'Query key condition not supported'],
    [
      'a = :s AND b = :s',
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    ],
  ];
  for (const [text, sentence] of refused) {
    test(`is refused: ${text}`, () => expect(refusal(() => bindIndex(text))).toBe(sentence));
  }
});
