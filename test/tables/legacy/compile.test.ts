import { describe, expect, test } from 'vitest';
import { compileLegacy } from '../../../src/tables/legacy/compile.ts';
import type { LegacyCondition } from '../../../src/tables/legacy/parameters.ts';
import { item, N, refusal, S } from '../support.ts';

const eq = (N: string): LegacyCondition => ({ ComparisonOperator: 'EQ', AttributeValueList: [{ N }] });
const stored = item({ pk: S('k'), a: N(1), b: N(2) });
const P = 'One or more parameter values were invalid: ';

describe('parameters before expressions compile to', () => {
  test('nothing where there are none, without making anything', () => {
    expect(compileLegacy({})).toEqual({});
    expect(compileLegacy({})).toBe(compileLegacy({}));
  });

  test('nothing where they are empty', () => {
    const empty = new Map();
    expect(compileLegacy({ Expected: empty, AttributeUpdates: empty, ScanFilter: empty })).toEqual({});
  });

  test('a projection of whole attributes', () => {
    const { projection } = compileLegacy({ AttributesToGet: ['b', 'gone', 'a.b'] });
    expect(projection?.project(stored)).toEqual(item({ b: N(2) }));
    expect(projection?.project(item({ 'a.b': N(1) }))).toEqual(item({ 'a.b': N(1) }));
  });

  test('a condition with the paths it names', () => {
    const { condition } = compileLegacy({
      Expected: new Map([
        ['a', { Value: { N: '1' } }],
        ['gone', { Value: { N: '1' } }],
      ]),
      ConditionalOperator: 'OR',
    });
    expect(condition?.holds(stored)).toBe(true);
    expect(condition?.holds(undefined)).toBe(false);
    expect(condition?.paths).toEqual([['a'], ['gone']]);
  });

  test('a filter that knows its parameter, and a key condition', () => {
    const { filter, keyCondition } = compileLegacy({
      QueryFilter: new Map([['a', eq('1')]]),
      KeyConditions: new Map([['b', eq('2')]]),
    });
    expect(filter).toMatchObject({ parameter: 'QueryFilter', paths: [['a']] });
    expect(filter?.holds(stored)).toBe(true);
    expect(keyCondition?.bind({ hash: { name: 'b', type: 'N' } })).toEqual({ hash: N(2) });
  });

  test('an update', () => {
    const { update } = compileLegacy({ AttributeUpdates: new Map([['b', { Action: 'DELETE' }]]) });
    expect(update?.apply(stored, item({ pk: S('k') }))).toEqual(item({ pk: S('k'), a: N(1) }));
  });
});

describe('parameters before expressions are refused', () => {
  const unused = 'ConditionalOperator cannot be used without Filter or Expected';
  const cases: [string, Parameters<typeof compileLegacy>[0], string][] = [
    ['an operator alone', { ConditionalOperator: 'AND' }, unused],
    ['an operator with nothing to join', { ConditionalOperator: 'OR', Expected: new Map() }, unused],
    [
      'an operator beside key conditions alone',
      { ConditionalOperator: 'OR', KeyConditions: new Map([['a', eq('1')]]) },
      unused,
    ],
    [
      'on a Scan a name twice before a value of no type',
      {
        AttributesToGet: ['a', 'a'],
        ScanFilter: new Map([['a', { ComparisonOperator: 'EQ', AttributeValueList: [{}] }]]),
      },
      `${P}Duplicate value in attribute name: a`,
    ],
    [
      'on a Query after it',
      {
        AttributesToGet: ['a', 'a'],
        QueryFilter: new Map([['a', { ComparisonOperator: 'EQ', AttributeValueList: [{}] }]]),
      },
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    ],
    ['a name twice', { AttributesToGet: ['a', 'b', 'a'] }, `${P}Duplicate value in attribute name: a`],
    [
      'a value of no type',
      { ScanFilter: new Map([['a', { ComparisonOperator: 'EQ', AttributeValueList: [{}] }]]) },
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    ],
  ];
  for (const [title, input, sentence] of cases) {
    test(title, () => expect(refusal(() => compileLegacy(input))).toBe(sentence));
  }
});
