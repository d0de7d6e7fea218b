import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../src/tables/attribute.ts';
import { checkItemBytes, itemBytes, valueBytes } from '../../src/tables/item-size.ts';
import { item, L, M, N, refusal, S } from './support.ts';

describe('a value weighs what DynamoDB says', () => {
  const cases: [string, AttributeValue, number][] = [
    ['an empty string', S(''), 0],
    ['ASCII', S('abc'), 3],
    ['UTF-8', S('ä€😀'), 9],
    ['zero', N(0), 1],
    ['one digit', N(7), 2],
    ['two digits', N(42), 2],
    ['two digits, parted by the point', N('1.2'), 3],
    ['three digits', N('1.23'), 3],
    ['six digits', N('12.3456'), 4],
    ['below zero', N(-42), 3],
    ['trailing zeros', N('1e100'), 2],
    ['38 digits', N('9'.repeat(38)), 20],
    ['38 digits, parted by the point', N(`9.${'9'.repeat(37)}`), 21],
    ['no number takes more', N(`-9.${'9'.repeat(37)}`), 21],
    ['bytes', { B: new Uint8Array(5) }, 5],
    ['true', { BOOL: true }, 1],
    ['null', { NULL: true }, 1],
    ['SS', { SS: ['a', 'bc'] }, 3],
    ['NS', { NS: ['1', '42'] }, 4],
    ['BS', { BS: [new Uint8Array(2), new Uint8Array(3)] }, 5],
    ['an empty list', L(), 3],
    ['an empty map', M({}), 3],
    ['a list', L(S('ab'), N(1)), 3 + 3 + 3],
    ['a map', M({ k: S('ab'), kk: N(1) }), 3 + (1 + 1 + 2) + (1 + 2 + 2)],
  ];
  for (const [name, value, bytes] of cases)
    test(`${name}: ${bytes}`, () => expect(valueBytes(value)).toBe(bytes));
});

test('names count in UTF-8', () => {
  expect(itemBytes(item({ ä: S('a'), b: N(1) }))).toBe(2 + 1 + 1 + 2);
});

test('an item of 409,600 bytes passes and one byte more does not', () => {
  expect(checkItemBytes(item({ a: S('x'.repeat(409_599)) }))).toBe(409_600);
  expect(refusal(() => checkItemBytes(item({ a: S('x'.repeat(409_600)) })))).toBe(
    'Item size has exceeded the maximum allowed size',
  );
});
