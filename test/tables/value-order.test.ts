import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../src/tables/attribute.ts';
import { byteText, equalValues, orderOf } from '../../src/tables/value-order.ts';
import { anyValue, L, M, N, S } from './support.ts';

const B = (...bytes: number[]): AttributeValue => ({ B: Uint8Array.from(bytes) });

describe('values are equal by type and content', () => {
  const sets: AttributeValue[] = [
    { SS: ['a', 'b'] },
    { NS: ['1', '2'] },
    { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
  ];
  const turned: AttributeValue[] = [
    { SS: ['b', 'a'] },
    { NS: ['2', '1'] },
    { BS: [Uint8Array.of(2), Uint8Array.of(1)] },
  ];
  const equal: [AttributeValue, AttributeValue][] = [
    [S('a'), S('a')],
    [N('1.0'), N(1)],
    [B(1, 2), B(1, 2)],
    [{ NULL: true }, { NULL: true }],
    ...sets.map((set, index): [AttributeValue, AttributeValue] => [set, turned[index] ?? set]),
    [M({ a: N(1), b: L(S('x')) }), M({ b: L(S('x')), a: N(1) })],
    [L(M({ s: { SS: ['a', 'b'] } })), L(M({ s: { SS: ['b', 'a'] } }))],
  ];
  for (const [left, right] of equal)
    test(JSON.stringify(left), () => expect(equalValues(left, right)).toBe(true));

  const different: [AttributeValue, AttributeValue][] = [
    [S('1'), N(1)],
    [S('a'), S('b')],
    [B(1), B(1, 0)],
    [{ BOOL: true }, { BOOL: false }],
    [{ NULL: true }, { BOOL: true }],
    [L(N(1), N(2)), L(N(2), N(1))],
    [L(N(1)), L(N(1), N(1))],
    [M({ a: N(1) }), M({ b: N(1) })],
    [M({}), L()],
    [M({ a: N(1) }), M({ a: N(1), b: N(1) })],
    [{ SS: ['1'] }, { NS: ['1'] }],
    [{ SS: ['a'] }, { SS: ['a', 'b'] }],
    [{ SS: ['a', 'b'] }, { SS: ['a', 'c'] }],
  ];
  for (const [left, right] of different) {
    test(`${JSON.stringify(left)} is not ${JSON.stringify(right)}`, () =>
      expect(equalValues(left, right)).toBe(false));
  }
  test('any value equals its copy', () => {
    fc.assert(fc.property(anyValue, (value) => equalValues(value, structuredClone(value))));
  });
  test('equality is the same from both sides', () => {
    fc.assert(fc.property(anyValue, anyValue, (a, b) => equalValues(a, b) === equalValues(b, a)));
  });
});

describe('values are ordered within their type', () => {
  test('strings by UTF-8 bytes', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 8 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(orderOf(S(a), S(b)) ?? Number.NaN)).toBe(
          Buffer.compare(Buffer.from(a), Buffer.from(b)),
        );
      }),
      { numRuns: 1000 },
    );
  });
  test('surrogates after all else', () => {
    expect(orderOf(S('\uffff'), S('😀'))).toBeLessThan(0);
    expect(orderOf(S('a😀'), S('a\uffff'))).toBeGreaterThan(0);
    expect(orderOf(S('😀'), S('😁'))).toBeLessThan(0);
  });
  test('numbers by value, bytes unsigned', () => {
    expect(orderOf(N(10), N(9))).toBeGreaterThan(0);
    expect(orderOf(B(255), B(1, 1))).toBeGreaterThan(0);
    expect(orderOf(B(1), B(1, 0))).toBeLessThan(0);
  });
  test('and nothing else is', () => {
    for (const [a, b] of [
      [S('1'), N(1)],
      [N(1), B(1)],
      [{ BOOL: true }, { BOOL: true }],
      [L(), L()],
      [{ NULL: true }, S('')],
    ] as const) {
      expect(orderOf(a, b)).toBeUndefined();
    }
  });
});

test('bytes as text tell every byte apart', () => {
  const all = Array.from({ length: 256 }, (_, byte) => byteText(Uint8Array.of(byte)));
  expect(new Set(all).size).toBe(256);
});
