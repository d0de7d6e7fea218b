import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, concatBytes, equalBytes, textOf, utf8, utf8Bytes } from '../../src/base/bytes.ts';

const bytes = (...values: number[]) => Uint8Array.of(...values);

describe('the order of bytes', () => {
  const cases: readonly (readonly [Uint8Array, Uint8Array, number])[] = [
    [bytes(), bytes(), 0],
    [bytes(), bytes(0), -1],
    [bytes(1), bytes(1), 0],
    [bytes(1), bytes(1, 0), -1],
    [bytes(0x7f), bytes(0x80), -1],
    [bytes(0xff), bytes(0, 0), 1],
    [bytes(1, 2, 3), bytes(1, 2, 4), -1],
  ];
  for (const [a, b, sign] of cases) {
    test(`[${a}] against [${b}] is ${sign}, and the other way round`, () => {
      expect(Math.sign(compareBytes(a, b))).toBe(sign);
      expect(Math.sign(compareBytes(b, a))).toBe(0 - sign);
      expect(equalBytes(a, b)).toBe(sign === 0);
    });
  }

  test('is that of Node for any two', () => {
    const any = fc.uint8Array({ maxLength: 6, max: 3 });
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      }),
    );
  });
});

test('joined parts share no memory with what they were joined from', () => {
  const part = bytes(1, 2);
  const joined = concatBytes(part, bytes(), bytes(3));
  part.fill(9);
  expect(joined).toEqual(bytes(1, 2, 3));
  expect(concatBytes()).toEqual(bytes());
});

describe('text', () => {
  for (const text of ['', 'plain', 'Reykjanesbær', '\u{1f5dd}', '\ufeffwith a mark']) {
    test(`${JSON.stringify(text)} comes back from its bytes`, () => {
      expect(utf8(text)).toEqual(new Uint8Array(Buffer.from(text)));
      expect(textOf(utf8(text))).toBe(text);
    });
  }

  for (const length of [0, 1, 63, 64, 65, 1000]) {
    test(`of ${length} characters is as long in UTF-8 as Node says, of ASCII or not`, () => {
      for (const text of ['x'.repeat(length), `${'x'.repeat(length)}é`, 'é'.repeat(length)]) {
        expect(utf8(text)).toEqual(new Uint8Array(Buffer.from(text)));
        expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
      }
    });
  }

  for (const wrong of [bytes(0xff), bytes(0xc3), bytes(0xed, 0xa0, 0x80)]) {
    test(`[${wrong}] is no UTF-8 and throws a TypeError`, () => {
      expect(() => textOf(wrong)).toThrow(TypeError);
    });
  }
});
