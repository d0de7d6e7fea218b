import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../../src/tables/attribute.ts';
import { addedTo, deletedFrom } from '../../../src/tables/expression/set-arithmetic.ts';
import { L, N, refusal, S } from '../support.ts';

const SS = (...members: string[]): AttributeValue => ({ SS: members });
const NS = (...members: string[]): AttributeValue => ({ NS: members });
const BS = (...members: number[]): AttributeValue => ({ BS: members.map((byte) => Uint8Array.of(byte)) });
const wrong = 'An operand in the update expression has an incorrect data type';

describe('ADD', () => {
  const cases: [AttributeValue | undefined, AttributeValue, AttributeValue][] = [
    [undefined, N(1), N(1)],
    [undefined, SS('a'), SS('a')],
    [N(1), N(2), N(3)],
    [SS('a'), SS('b', 'a'), SS('a', 'b')],
    [NS('1'), NS('2', '1'), NS('1', '2')],
    [BS(1), BS(2, 1), BS(1, 2)],
    [L(S('a')), L(S('b')), L(S('a'), S('b'))],
  ];
  for (const [current, operand, next] of cases) {
    test(JSON.stringify([current, operand]), () => expect(addedTo(current, operand)).toEqual(next));
  }
  for (const [current, operand] of [
    [S('a'), N(1)],
    [L(), SS('a')],
    [SS('a'), NS('1')],
    [NS('1'), N(1)],
    [BS(1), SS('a')],
  ] as const) {
    test(`${JSON.stringify([current, operand])} is refused`, () => {
      expect(refusal(() => addedTo(current, operand))).toBe(wrong);
    });
  }
});

describe('DELETE', () => {
  const cases: [AttributeValue | undefined, AttributeValue, AttributeValue | undefined][] = [
    [undefined, SS('a'), undefined],
    [SS('a', 'b'), SS('a', 'c'), SS('b')],
    [NS('1', '2'), NS('2'), NS('1')],
    [BS(1, 2, 3), BS(2), BS(1, 3)],
    [SS('a'), SS('a', 'b'), undefined],
    [NS('1'), NS('1'), undefined],
    [BS(1), BS(1), undefined],
    [SS('a'), SS('b'), SS('a')],
  ];
  for (const [current, operand, next] of cases) {
    test(JSON.stringify([current, operand]), () => expect(deletedFrom(current, operand)).toEqual(next));
  }
  for (const [current, operand] of [
    [S('a'), SS('a')],
    [SS('1'), NS('1')],
    [L(), BS(1)],
  ] as const) {
    test(`${JSON.stringify([current, operand])} is refused`, () => {
      expect(refusal(() => deletedFrom(current, operand))).toBe(wrong);
    });
  }
});
