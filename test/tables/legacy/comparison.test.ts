import { describe, expect, test } from 'vitest';
import { predicateOf } from '../../../src/tables/expression/evaluate.ts';
import { checkedOperands, comparison } from '../../../src/tables/legacy/comparison.ts';
import type { ComparisonOperator } from '../../../src/tables/legacy/parameters.ts';
import { raw, type Short } from '../expression/support.ts';
import { item, L, N, refusal, S } from '../support.ts';

const P = 'One or more parameter values were invalid: ';
const stored = item({
  s: S('mellow'),
  n: N(5),
  b: { B: Uint8Array.of(1, 2, 3) },
  ss: { SS: ['x', 'y'] },
  ns: { NS: ['1', '2'] },
  l: L(S('x'), N(1)),
  nothing: { NULL: true },
  yes: { BOOL: true },
  'a.b': N(1),
});
const bytes = (...B: number[]) => ({ B: Uint8Array.from(B) });

describe('an operator on the value of an attribute', () => {
  const cases: [string, ComparisonOperator, Short[], boolean][] = [
    ['s', 'EQ', ['mellow'], true],
    ['s', 'EQ', ['yellow'], false],
    ['s', 'EQ', [5], false],
    ['gone', 'EQ', ['mellow'], false],
    ['ss', 'EQ', [{ SS: ['y', 'x'] }], true],
    ['yes', 'EQ', [true], true],
    ['nothing', 'EQ', [null], true],
    ['l', 'EQ', [{ L: [{ S: 'x' }, { N: '1' }] }], true],
    ['a.b', 'EQ', [1], true],
    ['s', 'NE', ['yellow'], true],
    ['s', 'NE', ['mellow'], false],
    ['s', 'NE', [5], true],
    ['gone', 'NE', [5], true],
    ['n', 'LT', [6], true],
    ['n', 'LT', [5], false],
    ['n', 'LT', ['6'], false],
    ['gone', 'LT', [6], false],
    ['n', 'LE', [5], true],
    ['n', 'LE', [4], false],
    ['n', 'GT', [4], true],
    ['n', 'GT', [5], false],
    ['n', 'GE', [5], true],
    ['n', 'GE', [6], false],
    ['s', 'NOT_NULL', [], true],
    ['nothing', 'NOT_NULL', [], true],
    ['gone', 'NOT_NULL', [], false],
    ['gone', 'NULL', [], true],
    ['nothing', 'NULL', [], false],
    ['s', 'CONTAINS', ['low'], true],
    ['s', 'CONTAINS', ['high'], false],
    ['ss', 'CONTAINS', ['x'], true],
    ['ns', 'CONTAINS', [2], true],
    ['ns', 'CONTAINS', ['2'], false],
    ['l', 'CONTAINS', ['x'], true],
    ['b', 'CONTAINS', [bytes(2, 3)], true],
    ['gone', 'CONTAINS', ['x'], false],
    ['s', 'NOT_CONTAINS', ['high'], true],
    ['s', 'NOT_CONTAINS', ['low'], false],
    ['ss', 'NOT_CONTAINS', ['z'], true],
    ['gone', 'NOT_CONTAINS', ['x'], false],
    ['s', 'BEGINS_WITH', ['mel'], true],
    ['s', 'BEGINS_WITH', ['ell'], false],
    ['b', 'BEGINS_WITH', [bytes(1)], true],
    ['n', 'BEGINS_WITH', ['5'], false],
    ['n', 'IN', [4, 5], true],
    ['n', 'IN', [6], false],
    ['n', 'BETWEEN', [5, 6], true],
    ['n', 'BETWEEN', [6, 7], false],
    ['n', 'BETWEEN', ['5', '6'], false],
    ['gone', 'BETWEEN', [1, 9], false],
  ];
  for (const [name, operator, values, holds] of cases) {
    test(`${name} ${operator} ${JSON.stringify(values)} ${holds ? 'holds' : 'does not hold'}`, () => {
      const condition = comparison(name, operator, checkedOperands(operator, values.map(raw)));
      expect(predicateOf(condition)(stored)).toBe(holds);
    });
  }
});

describe('values that an operator does not take are refused', () => {
  const count = (operator: string) =>
    `${P}Invalid number of argument(s) for the ${operator} ComparisonOperator`;
  const type = (operator: string, name: string) =>
    `${P}ComparisonOperator ${operator} is not valid for ${name} AttributeValue type`;
  const mixed = `${P}AttributeValues inside AttributeValueList must be of same type`;
  const cases: [ComparisonOperator, Short[], string][] = [
    ['EQ', [], count('EQ')],
    ['EQ', [1, 2], count('EQ')],
    ['NE', ['a', 1], count('NE')],
    ['NULL', [1], count('NULL')],
    ['NOT_NULL', ['a'], count('NOT_NULL')],
    ['IN', [], count('IN')],
    ['BETWEEN', [1], count('BETWEEN')],
    ['BETWEEN', [1, 2, 3], count('BETWEEN')],
    ['IN', [1, 'a'], mixed],
    ['BETWEEN', [1, 'a'], mixed],
    ['LT', [{ SS: ['a'] }], type('LT', 'SS')],
    ['LE', [true], type('LE', 'BOOL')],
    ['GE', [{ L: [] }], type('GE', 'L')],
    ['GT', [null], type('GT', 'NULL')],
    ['CONTAINS', [{ M: new Map() }], type('CONTAINS', 'M')],
    ['NOT_CONTAINS', [{ NS: ['1'] }], type('NOT_CONTAINS', 'NS')],
    ['BEGINS_WITH', [1], type('BEGINS_WITH', 'N')],
    ['IN', [true, false], type('IN', 'BOOL')],
    ['BETWEEN', [true, false], type('BETWEEN', 'BOOL')],
    [
      'BETWEEN',
      [2, 1],
      'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
    ],
    ['EQ', [{ N: 'x' }, 1], 'The parameter cannot be converted to a numeric value: x'],
  ];
  for (const [operator, values, sentence] of cases) {
    test(`${operator} ${JSON.stringify(values)}: ${sentence}`, () => {
      expect(refusal(() => checkedOperands(operator, values.map(raw)))).toBe(sentence);
    });
  }
});
