import { describe, expect, test } from 'vitest';
import {
  checkExpressionUse,
  compileExpressions,
  type ExpressionParameters,
} from '../../../src/tables/expression/compile.ts';
import type { ExpressionName } from '../../../src/tables/expression/refusal.ts';
import { item, N, refusal, S } from '../support.ts';
import { parameters } from './support.ts';

const names = new Map([['#a', 'a']]);
const values = new Map([[':v', { N: '1' }]]);

describe('names and values want an expression that takes them', () => {
  const onlyNames = 'ExpressionAttributeNames can only be specified when using expressions';
  const onlyValues = (rest: string) =>
    `ExpressionAttributeValues can only be specified when using expressions${rest}`;
  const cases: [ExpressionParameters, ExpressionName[], string][] = [
    [{}, ['ConditionExpression'], 'not refused'],
    [{ ExpressionAttributeNames: names }, ['ConditionExpression'], onlyNames],
    [{ ExpressionAttributeNames: new Map() }, [], onlyNames],
    [
      { ExpressionAttributeNames: names, ExpressionAttributeValues: values },
      ['ConditionExpression'],
      onlyNames,
    ],
    [{ ExpressionAttributeNames: names, ProjectionExpression: 'a' }, [], 'not refused'],
    [
      { ExpressionAttributeValues: values },
      ['ConditionExpression'],
      onlyValues(': ConditionExpression is null'),
    ],
    [
      { ExpressionAttributeValues: values },
      ['UpdateExpression', 'ConditionExpression'],
      onlyValues(': UpdateExpression and ConditionExpression are null'),
    ],
    [
      { ExpressionAttributeValues: values, ProjectionExpression: 'a' },
      ['FilterExpression', 'KeyConditionExpression'],
      onlyValues(': FilterExpression and KeyConditionExpression are null'),
    ],
    [
      { ExpressionAttributeValues: values, ProjectionExpression: 'a' },
      ['FilterExpression'],
      onlyValues(': FilterExpression is null'),
    ],
    [{ ExpressionAttributeValues: values, ConditionExpression: '' }, ['ConditionExpression'], 'not refused'],
    [
      { ExpressionAttributeValues: values, UpdateExpression: 'x' },
      ['UpdateExpression', 'ConditionExpression'],
      'not refused',
    ],
  ];
  for (const [input, valueTaking, sentence] of cases) {
    test(`${JSON.stringify({ ...input })} of ${valueTaking}`, () => {
      expect(refusal(() => checkExpressionUse(input, valueTaking))).toBe(sentence);
    });
  }
});

describe('the first failure wins, in DynamoDB order', () => {
  const unused = (parameter: string, keys: string) =>
    `Value provided in ${parameter} unused in expressions: keys: {${keys}}`;
  const bad = { syntax: '= broken', undefinedValue: 'a = :gone' };
  const cases: [string, ExpressionParameters, string][] = [
    [
      'a malformed name before all else',
      { ...parameters({ UpdateExpression: bad.syntax }), ExpressionAttributeNames: new Map([['a', 'b']]) },
      'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
    ],
    [
      'an update before a condition',
      parameters({ ConditionExpression: bad.syntax, UpdateExpression: bad.syntax }),
      'Invalid UpdateExpression: Syntax error; token: "=", near: "= broken"',
    ],
    [
      'an undefined value in an update before the syntax of a condition',
      parameters({ UpdateExpression: 'SET a = :gone', ConditionExpression: bad.syntax }),
      'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :gone',
    ],
    [
      'a condition before a key condition',
      parameters({ KeyConditionExpression: bad.syntax, ConditionExpression: '' }),
      'Invalid ConditionExpression: The expression can not be empty;',
    ],
    [
      'a key condition before a filter',
      parameters({ FilterExpression: bad.syntax, KeyConditionExpression: '' }),
      'Invalid KeyConditionExpression: The expression can not be empty;',
    ],
    [
      'a filter before a projection',
      parameters({ ProjectionExpression: '', FilterExpression: '' }),
      'Invalid FilterExpression: The expression can not be empty;',
    ],
    [
      'a projection before what is unused',
      parameters({ ProjectionExpression: '' }, {}, { x: 'x' }),
      'Invalid ProjectionExpression: The expression can not be empty;',
    ],
    [
      'unused names before unused values',
      parameters({ FilterExpression: 'a = :v' }, { v: 1, w: 1 }, { x: 'x' }),
      unused('ExpressionAttributeNames', '#x'),
    ],
    [
      'unused values',
      parameters({ FilterExpression: 'a = :v' }, { v: 1, w: 1, x: 2 }),
      unused('ExpressionAttributeValues', ':w, :x'),
    ],
    [
      'what is unused before the rules of key conditions',
      parameters({ KeyConditionExpression: 'a <> :v' }, { v: 1, w: 1 }),
      unused('ExpressionAttributeValues', ':w'),
    ],
  ];
  for (const [name, input, sentence] of cases) {
    test(name, () => expect(refusal(() => compileExpressions(input))).toBe(sentence));
  }
});

test('a placeholder used by any one expression is used, even in a branch that never runs', () => {
  const compiled = compileExpressions(
    parameters(
      {
        KeyConditionExpression: 'pk = :p',
        FilterExpression: '#a = :v OR #b = :w',
        ProjectionExpression: '#c',
      },
      { p: 'x', v: 1, w: 2 },
      { a: 'a', b: 'b', c: 'c' },
    ),
  );
  expect(Object.keys(compiled).sort()).toEqual(['filter', 'keyCondition', 'projection']);
  expect(compiled.filter?.holds(item({ b: N(2) }))).toBe(true);
  expect(compiled.projection?.project(item({ b: N(2), c: S('c') }))).toEqual(item({ c: S('c') }));
});

test('a request without expressions compiles to nothing', () => {
  expect(compileExpressions({})).toEqual({});
});

test('the same text serves different values and names', () => {
  const compiled = (v: number, a: string) =>
    compileExpressions(parameters({ ConditionExpression: '#a = :v' }, { v }, { a })).condition;
  const one = compiled(1, 'x');
  const two = compiled(2, 'y');
  const both = item({ x: N(1), y: N(2) });
  expect(one?.holds(both)).toBe(true);
  expect(two?.holds(both)).toBe(true);
  expect(compiled(2, 'x')?.holds(both)).toBe(false);
  expect(one?.holds(both)).toBe(true);
});
