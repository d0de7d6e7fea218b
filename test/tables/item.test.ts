import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import type { Item } from '../../src/tables/attribute.ts';
import { decodeItem, encodedItemBytes, encodeItem } from '../../src/tables/item.ts';
import { itemBytes } from '../../src/tables/item-size.ts';
import { anyItem, item, L, M, N, S } from './support.ts';

const sample = item({
  pk: S('customer#1'),
  n: N(42),
  big: N('1.5e-100'),
  list: L(S('a'), N(-7), M({ deep: { NULL: true } })),
  set: { SS: ['a', 'b'] },
  flag: { BOOL: false },
  bytes: { B: Uint8Array.of(1, 2, 3) },
});

describe('what is encoded comes back', () => {
  for (const length of [0, 1, 41, 42, 43, 127, 128, 16_383, 16_384, 70_000, 400_000]) {
    test(`a string of ${length} characters, of one, two, three and four bytes each`, () => {
      for (const unit of ['a', 'ä', '€', '😀']) {
        const value = item({ s: S(unit.repeat(length)), after: N(1) });
        expect(decodeItem(encodeItem(value))).toEqual(value);
      }
    });
  }

  for (const text of [
    '0',
    '-1',
    '63',
    '64',
    '-64',
    '-65',
    '999999999999999',
    '-99999999999999',
    '0.5',
    '-0.05',
    '12.3456',
    '-1.2345678901',
    '0.000000000001',
    '1e-100',
    '1e100',
    '1234567890123456',
  ]) {
    test(`the number ${text}`, () => {
      const value = item({ n: N(text) });
      expect(decodeItem(encodeItem(value))).toEqual(value);
    });
  }

  test('R-JS-1: any item, whatever its names', () => {
    fc.assert(
      fc.property(anyItem, (value) => {
        const bytes = encodeItem(value);
        const back = decodeItem(bytes);
        expect(back).toEqual(value);
        expect([...back.keys()]).toEqual([...value.keys()]);
        expect(encodedItemBytes(bytes)).toBe(itemBytes(value));
      }),
      { numRuns: 300 },
    );
  });

  test('an item nested deeper than any update can nest', () => {
    let deep = S('leaf');
    for (let i = 0; i < 100; i++) deep = L(deep);
    expect(decodeItem(encodeItem(item({ deep })))).toEqual(item({ deep }));
  });
});

test('a decoded item shares no memory with its bytes', () => {
  const bytes = encodeItem(sample);
  const before = decodeItem(bytes);
  bytes.fill(0);
  expect(before).toEqual(sample);
});

test('bytes are decoded wherever they lie in their buffer', () => {
  const bytes = encodeItem(sample);
  const page = new Uint8Array(8192).fill(0xee);
  page.set(bytes, 100);
  expect(decodeItem(page.subarray(100, 100 + bytes.length))).toEqual(sample);
  expect(decodeItem(page, 100, 100 + bytes.length)).toEqual(sample);
  expect(encodedItemBytes(page, 100, 100 + bytes.length)).toBe(itemBytes(sample));
  // What lies behind its end is not read, though the buffer goes on.
  for (let end = 100; end < 100 + bytes.length; end++) {
    expect(() => decodeItem(page, 100, end), String(end)).toThrow(IntegrityFault);
  }
});

describe('bytes that are no item', () => {
  const bytes = encodeItem(sample);

  test('are a fault at every length but the whole', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeItem(bytes.subarray(0, length)), String(length)).toThrow(IntegrityFault);
    }
    expect(() => decodeItem(Uint8Array.of(...bytes, 0))).toThrow(IntegrityFault);
  });

  test('never do worse than a fault', () => {
    const decoded = (changed: Uint8Array): Item | undefined => {
      try {
        return decodeItem(changed);
      } catch (fault) {
        expect(fault).toBeInstanceOf(IntegrityFault);
        return undefined;
      }
    };
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        decoded(changed);
      }
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        (junk) => void decoded(Uint8Array.of(1, 0, 0, 0, ...junk)),
      ),
    );
  });

  test('nested without end are a fault, not an overflow of the stack', () => {
    const lists = new Uint8Array(400_000);
    lists.set([1, 0, 0, 0, 1, 1, 0x61]);
    for (let at = 7; at + 6 <= lists.length; at += 6) lists.set([11, 0xff, 0xff, 0xff, 0x7f, 1], at);
    expect(() => decodeItem(lists)).toThrow(IntegrityFault);
  });
});

test('the bytes of an item never change: stored items rely on it', () => {
  expect(Buffer.from(encodeItem(sample)).toString('hex')).toBe(
    '013e00000702706b030a637573746f6d65722331016e0454036269670603031e10046c6973740b1200000003030161040d0c0700' +
      '000001046465657000037365740805000000020161016204666c6167010562797465730703010203',
  );
});

test('an item costs few bytes more than DynamoDB counts', () => {
  const small = item({ pk: S('0123456789'), n: N(1_700_000_000), name: S('x'.repeat(40)) });
  expect(encodeItem(small).length).toBeLessThanOrEqual(itemBytes(small) + 16);
});
