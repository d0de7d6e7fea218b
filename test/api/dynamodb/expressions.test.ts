import { describe, expect, test } from 'vitest';
import { compiledExpressions } from '../../../src/api/dynamodb/expressions.ts';
import type { ExpressionParameters } from '../../../src/tables/expression/compile.ts';

describe('the expressions of a request', () => {
  test('are one shared nothing where there are none', () => {
    expect(compiledExpressions({})).toEqual({});
    expect(compiledExpressions({})).toBe(compiledExpressions({}));
  });

  const cases: [ExpressionParameters, string][] = [
    [{ UpdateExpression: 'REMOVE a' }, 'update'],
    [{ ConditionExpression: 'attribute_exists(a)' }, 'condition'],
    [{ FilterExpression: 'attribute_exists(a)' }, 'filter'],
    [{ ProjectionExpression: 'a' }, 'projection'],
    [
      { KeyConditionExpression: 'a = :v', ExpressionAttributeValues: new Map([[':v', { S: 'x' }]]) },
      'keyCondition',
    ],
  ];
  for (const [input, name] of cases) {
    test(`are compiled: ${name}`, () => {
      expect(Object.keys(compiledExpressions(input))).toEqual([name]);
    });
  }

  test('stand beside the parameters before them', () => {
    const compiled = compiledExpressions({
      KeyConditions: new Map([['a', { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'x' }] }]]),
      FilterExpression: 'attribute_exists(b)',
    });
    expect(Object.keys(compiled)).toEqual(['keyCondition', 'filter']);
  });

  test('or are those parameters alone', () => {
    expect(Object.keys(compiledExpressions({ AttributesToGet: ['a'] }))).toEqual(['projection']);
  });

  test('are compiled, and refused, where they are empty', () => {
    expect(() => compiledExpressions({ FilterExpression: '' })).toThrow(
      'Invalid FilterExpression: The expression can not be empty;',
    );
  });
});
