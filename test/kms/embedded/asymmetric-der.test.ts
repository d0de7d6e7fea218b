import { describe, expect, test } from 'vitest';
import { derInteger, derSequence, readDerIntegers } from '../../../src/kms/embedded/asymmetric-der.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('a sequence of integers', () => {
  for (const [value, text] of [
    [0n, '30 03 02 01 00'],
    [127n, '30 03 02 01 7f'],
    [128n, '30 04 02 02 00 80'],
    [256n, '30 04 02 02 01 00'],
    [2n ** 1000n, `30 81 80 02 7e 01 ${'00'.repeat(125)}`],
  ] as const) {
    test(`of ${String(value).slice(0, 8)} is written in the one way there is, and read again`, () => {
      expect(derSequence(derInteger(value))).toEqual(hex(text));
      expect(readDerIntegers(hex(text))).toEqual([value]);
    });
  }

  test('keeps the order of its items', () => {
    expect(readDerIntegers(derSequence(derInteger(7n), derInteger(9n)))).toEqual([7n, 9n]);
    expect(readDerIntegers(hex('3000'))).toEqual([]);
  });

  for (const [name, text] of [
    ['nothing', ''],
    ['another tag', '31 03 02 01 00'],
    ['an item of another kind', '30 03 04 01 00'],
    ['bytes behind it', '30 03 02 01 00 00'],
    ['bytes missing', '30 04 02 01 00'],
    ['an item that is longer than it', '30 03 02 02 00'],
    ['an empty integer', '30 02 02 00'],
    ['a negative integer', '30 03 02 01 80'],
    ['a zero too many', '30 04 02 02 00 01'],
    ['a length in the long form for no reason', '30 81 03 02 01 00'],
    ['a length that never ends', '30 80 02 01 00 00 00'],
    ['a length of two bytes', '30 82 00 03 02 01 00'],
    ['a length that is missing', '30'],
  ] as const) {
    test(`is not read from ${name}`, () => expect(readDerIntegers(hex(text))).toBeUndefined());
  }
});
