import { describe, expect, test } from 'vitest';
import { refuseMixedStyles } from '../../../src/tables/legacy/mixing.ts';
import { refusal } from '../support.ts';

type Mixed = Parameters<typeof refuseMixedStyles>;
const none = new Map();
const projected = { ProjectionExpression: '' };
const named = { AttributesToGet: ['a'] };

describe('both styles in one request are refused, each parameter by name:', () => {
  const cases: [...Mixed, string, string][] = [
    ['GetItem', { ...named, ...projected }, 'AttributesToGet', 'ProjectionExpression'],
    ['BatchGetItem', { ...named, ...projected }, 'AttributesToGet', 'ProjectionExpression'],
    ['PutItem', { Expected: none, ConditionExpression: 'a' }, 'Expected', 'ConditionExpression'],
    ['DeleteItem', { Expected: none, ConditionExpression: 'a' }, 'Expected', 'ConditionExpression'],
    [
      'UpdateItem',
      { Expected: none, AttributeUpdates: none, ConditionExpression: 'a', UpdateExpression: 'b' },
      'AttributeUpdates, Expected',
      'UpdateExpression, ConditionExpression',
    ],
    [
      'Query',
      {
        ...projected,
        ...named,
        KeyConditionExpression: 'a',
        FilterExpression: 'b',
        KeyConditions: none,
        ConditionalOperator: 'OR',
        QueryFilter: none,
      },
      'AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions',
      'ProjectionExpression, FilterExpression, KeyConditionExpression',
    ],
    [
      'Query',
      { KeyConditions: none, QueryFilter: none, FilterExpression: 'b' },
      'QueryFilter',
      'FilterExpression',
    ],
    [
      'Scan',
      { ...projected, ScanFilter: none, ConditionalOperator: 'AND', ...named, FilterExpression: 'b' },
      'AttributesToGet, ScanFilter, ConditionalOperator',
      'ProjectionExpression, FilterExpression',
    ],
  ];
  for (const [operation, input, old, used] of cases) {
    test(`${operation}: {${old}} and {${used}}`, () => {
      expect(refusal(() => refuseMixedStyles(operation, input))).toBe(
        'Can not use both expression and non-expression parameters in the same request: ' +
          `Non-expression parameters: {${old}} Expression parameters: {${used}}`,
      );
    });
  }
});

describe('one style is not refused:', () => {
  const cases: Mixed[] = [
    ['GetItem', named],
    ['GetItem', projected],
    ['UpdateItem', { AttributeUpdates: none, Expected: none }],
    ['Query', { KeyConditions: none, FilterExpression: 'a', ...projected }],
    ['Query', { KeyConditions: none, QueryFilter: none, ...named }],
    ['Scan', {}],
  ];
  for (const [operation, input] of cases) {
    test(`${operation} ${Object.keys(input)}`, () => {
      expect(refusal(() => refuseMixedStyles(operation, input))).toBe('not refused');
    });
  }
});
