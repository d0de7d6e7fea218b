import { describe, expect, test } from 'vitest';
import { predicateOf } from '../../../src/tables/expression/evaluate.ts';
import type { KeySchema } from '../../../src/tables/key-schema.ts';
import {
  expectedParts,
  filterParts,
  joined,
  legacyKeyCondition,
} from '../../../src/tables/legacy/conditions.ts';
import type { ExpectedValue, LegacyCondition } from '../../../src/tables/legacy/parameters.ts';
import { item, N, refusal, S } from '../support.ts';

const P = 'One or more parameter values were invalid: ';
const one = { N: '1' };
const stored = item({ a: N(1), b: S('x') });
const mapOf = <T>(entries: Readonly<Record<string, T>>) => new Map(Object.entries(entries));

describe('an entry of Expected', () => {
  const cases: [string, ExpectedValue, boolean][] = [
    ['a', { Value: one }, true],
    ['a', { Value: one, Exists: true }, true],
    ['a', { Value: { N: '2' } }, false],
    ['a', { Exists: false }, false],
    ['gone', { Exists: false }, true],
    ['gone', { Value: one }, false],
    ['a', { ComparisonOperator: 'GE', Value: one }, true],
    ['a', { ComparisonOperator: 'GE', AttributeValueList: [one] }, true],
    ['a', { ComparisonOperator: 'LT', AttributeValueList: [one] }, false],
    ['b', { ComparisonOperator: 'LT', AttributeValueList: [one] }, false],
    ['gone', { ComparisonOperator: 'NULL' }, true],
    ['gone', { ComparisonOperator: 'NOT_NULL', AttributeValueList: [] }, false],
  ];
  for (const [name, entry, holds] of cases) {
    test(`${name} ${JSON.stringify(entry)} ${holds ? 'holds' : 'does not hold'}`, () => {
      const condition = joined(expectedParts(mapOf({ [name]: entry })));
      expect(condition && predicateOf(condition)(stored)).toBe(holds);
    });
  }
});

describe('members of an entry of Expected that do not go together are refused', () => {
  const together = (pair: string) => `${pair} cannot be used together for Attribute: a`;
  const cases: [ExpectedValue, string][] = [
    [{ Value: one, AttributeValueList: [one] }, together('Value and AttributeValueList')],
    [{ ComparisonOperator: 'EQ', Exists: true, Value: one }, together('Exists and ComparisonOperator')],
    [
      { ComparisonOperator: 'LT' },
      'Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a',
    ],
    [
      { AttributeValueList: [one] },
      'AttributeValueList can only be used with a ComparisonOperator for Attribute: a',
    ],
    [{}, 'Value must be provided when Exists is null for Attribute: a'],
    [{ Exists: true }, 'Value must be provided when Exists is true for Attribute: a'],
    [{ Exists: false, Value: one }, 'Value cannot be used when Exists is false for Attribute: a'],
    [
      { ComparisonOperator: 'LE', AttributeValueList: [{ L: [] }] },
      'ComparisonOperator LE is not valid for L AttributeValue type',
    ],
    [
      { ComparisonOperator: 'NULL', Value: one },
      'Invalid number of argument(s) for the NULL ComparisonOperator',
    ],
    [{ Value: { SS: [] } }, 'An string set  may not be empty'],
  ];
  for (const [entry, sentence] of cases) {
    test(`${JSON.stringify(entry)}: ${sentence}`, () => {
      expect(refusal(() => expectedParts(mapOf({ a: entry })))).toBe(P + sentence);
    });
  }
});

describe('entries', () => {
  const eq = (N: string): LegacyCondition => ({ ComparisonOperator: 'EQ', AttributeValueList: [{ N }] });
  const cases: [Record<string, LegacyCondition>, 'AND' | 'OR' | undefined, boolean][] = [
    [{ a: eq('1'), b: eq('1') }, undefined, false],
    [{ a: eq('1'), b: eq('1') }, 'AND', false],
    [{ a: eq('1'), b: eq('1') }, 'OR', true],
    [{ a: eq('1'), b: { ComparisonOperator: 'NOT_NULL' } }, 'AND', true],
    [{ a: eq('2'), b: eq('1') }, 'OR', false],
    [{ a: eq('1') }, 'OR', true],
  ];
  for (const [entries, operator, holds] of cases) {
    test(`${Object.keys(entries)} with ${operator} ${holds ? 'hold' : 'do not hold'}`, () => {
      const condition = joined(filterParts(mapOf(entries)), operator);
      expect(condition && predicateOf(condition)(stored)).toBe(holds);
    });
  }
  test('that are none make no condition', () => {
    expect(joined(expectedParts(new Map()))).toBeUndefined();
  });
});

describe('KeyConditions', () => {
  const schema: KeySchema = { hash: { name: 'p', type: 'S' }, range: { name: 'r', type: 'N' } };
  const eq = (S: string): LegacyCondition => ({ ComparisonOperator: 'EQ', AttributeValueList: [{ S }] });
  const on = (
    ComparisonOperator: LegacyCondition['ComparisonOperator'],
    ...numbers: number[]
  ): LegacyCondition => ({
    ComparisonOperator,
    AttributeValueList: numbers.map((number) => ({ N: String(number) })),
  });

  test('name a partition, and what of it', () => {
    expect(legacyKeyCondition(mapOf({ p: eq('x') })).bind(schema)).toEqual({ hash: S('x') });
    const between = legacyKeyCondition(mapOf({ r: on('BETWEEN', 1, 3), p: eq('x') }));
    expect(between.bind(schema)).toEqual({
      hash: S('x'),
      sort: { op: 'BETWEEN', low: N(1), high: N(3) },
    });
    const above = legacyKeyCondition(mapOf({ p: eq('x'), r: on('GT', 1) }));
    expect(above.bind(schema)).toEqual({ hash: S('x'), sort: { op: '>', value: N(1) } });
  });

  const notIndexable = 'Attempted conditional constraint is not an indexable operation';
  const refused: [Record<string, LegacyCondition>, string][] = [
    [{}, 'Conditions can be of length 1 or 2 only'],
    [{ p: eq('x'), r: on('NE', 1) }, notIndexable],
    [{ p: eq('x'), r: { ComparisonOperator: 'NULL' } }, notIndexable],
    [{ p: eq('x'), r: on('IN', 1, 2) }, notIndexable],
    [{ p: eq('x'), r: on('CONTAINS', 1) }, notIndexable],
    [{ p: { ComparisonOperator: 'NULL' }, r: eq('x') }, notIndexable],
    // What the key schema lacks is told first.
    [{ q: { ComparisonOperator: 'NULL' } }, 'Query condition missed key schema element: p'],
    [{ p: eq('x'), q: on('NE', 1) }, 'Query condition missed key schema element: r'],
    [{ p: on('EQ', 1), r: on('NE', 1) }, `${P}Condition parameter type does not match schema type`],
    [
      { p: { ComparisonOperator: 'BEGINS_WITH', AttributeValueList: [{ S: 'x' }] } },
      'Query key condition not supported',
    ],
    [{ r: on('EQ', 1) }, 'Query condition missed key schema element: p'],
    [{ p: eq('x'), q: on('EQ', 1) }, 'Query condition missed key schema element: r'],
    [{ p: on('EQ', 1) }, `${P}Condition parameter type does not match schema type`],
    [
      { p: eq('x'), r: on('BEGINS_WITH', 1) },
      `${P}ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type`,
    ],
  ];
  for (const [conditions, sentence] of refused) {
    test(`${JSON.stringify(conditions)}: ${sentence}`, () => {
      expect(refusal(() => legacyKeyCondition(mapOf(conditions)).bind(schema))).toBe(sentence);
    });
  }
});
