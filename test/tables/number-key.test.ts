import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../src/base/bytes.ts';
import { IntegrityFault } from '../../src/base/errors.ts';
import { canonicalNumber } from '../../src/tables/number.ts';
import { numberKey, numberOfKey } from '../../src/tables/number-key.ts';
import { anyNumber } from './support.ts';

test('a list in numeric order has keys in byte order', () => {
  const ascending = [
    '-9.9999999999999999999999999999999999999e125',
    '-1e125',
    '-100',
    '-99.5',
    '-99',
    '-12.34',
    '-12.3',
    '-12',
    '-1.01',
    '-1',
    '-0.5',
    '-1e-130',
    '0',
    '1e-130',
    '0.05',
    '0.5',
    '1',
    '1.01',
    '1.1',
    '9',
    '10',
    '12',
    '12.3',
    '12.34',
    '99',
    '100',
    '1e125',
    '9.9999999999999999999999999999999999999e125',
  ].map(canonicalNumber);
  const keys = ascending.map(numberKey);
  for (let i = 1; i < keys.length; i++) {
    expect(compareBytes(keys[i - 1] as Uint8Array, keys[i] as Uint8Array), ascending[i]).toBeLessThan(0);
  }
});

test('byte order is numeric order and the number comes back', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, (a, b) => {
      expect(Math.sign(compareBytes(numberKey(a), numberKey(b)))).toBe(new Big(a).cmp(b));
      expect(numberOfKey(numberKey(a))).toBe(a);
      expect(numberKey(a).length).toBeLessThanOrEqual(22);
    }),
    { numRuns: 1000 },
  );
});

describe('bytes that are no number are a fault', () => {
  const cases: number[][] = [
    [],
    [0],
    [1],
    [3],
    [2, 0],
    [4, 130, 2],
    [3, 130],
    [3, 130, 0],
    [3, 130, 101],
    [3, 130, 1],
    [1, 125, 0xff],
    [3, 130, ...new Array<number>(20).fill(12)],
    [1, 125, 0x00, 0xff],
  ];
  for (const bytes of cases) {
    test(`[${bytes}]`, () => {
      expect(() => numberOfKey(Uint8Array.from(bytes))).toThrow(IntegrityFault);
    });
  }
});
