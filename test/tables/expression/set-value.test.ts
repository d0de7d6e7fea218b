import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../../src/tables/attribute.ts';
import type { BoundSetOperand, BoundSetValue } from '../../../src/tables/expression/bound-update.ts';
import { setValueOf } from '../../../src/tables/expression/set-value.ts';
import { item, L, N, refusal, S } from '../support.ts';

const before = item({ n: N(5), s: S('x'), l: L(N(1)) });
const path = (...steps: (string | number)[]): BoundSetOperand => ({ kind: 'path', path: steps });
const value = (literal: AttributeValue): BoundSetOperand => ({ kind: 'value', value: literal });
const call = (name: string, ...operands: BoundSetOperand[]): BoundSetOperand => ({
  kind: 'function',
  name,
  operands,
});
const sum = (left: BoundSetOperand, op: '+' | '-', right: BoundSetOperand): BoundSetValue => ({
  kind: 'sum',
  op,
  operands: [left, right],
});

describe('a right-hand side has a value', () => {
  const cases: [string, BoundSetValue, AttributeValue][] = [
    ['a literal', value(S('v')), S('v')],
    ['a path', path('l', 0), N(1)],
    ['a sum', sum(path('n'), '+', value(N(2))), N(7)],
    ['a difference', sum(value(N(2)), '-', path('n')), N(-3)],
    ['an attribute that is there', call('if_not_exists', path('n'), path('gone')), N(5)],
    [
      'one that is not',
      call('if_not_exists', path('gone'), call('if_not_exists', path('away'), path('s'))),
      S('x'),
    ],
    ['two lists', call('list_append', path('l'), path('l')), L(N(1), N(1))],
    ['a sum of a default', sum(call('if_not_exists', path('gone'), value(N(0))), '+', path('n')), N(5)],
  ];
  for (const [name, side, expected] of cases)
    test(name, () => expect(setValueOf(before, side)).toEqual(expected));
});

describe('or is refused', () => {
  const missing = 'The provided expression refers to an attribute that does not exist in the item';
  const wrong = 'An operand in the update expression has an incorrect data type';
  const cases: [string, BoundSetValue, string][] = [
    ['an absent path', path('gone'), missing],
    ['an absent operand', sum(path('n'), '+', path('gone')), missing],
    ['an absent default', call('if_not_exists', path('gone'), path('away')), missing],
    ['an absent list', call('list_append', path('l'), path('gone')), missing],
    ['a string in a sum', sum(path('n'), '+', path('s')), wrong],
    ['a number appended', call('list_append', path('l'), path('n')), wrong],
  ];
  for (const [name, side, sentence] of cases) {
    test(name, () => expect(refusal(() => setValueOf(before, side))).toBe(sentence));
  }
});
