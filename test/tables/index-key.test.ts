import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../src/base/bytes.ts';
import { keyBytesMax } from '../../src/pages/layout.ts';
import type { AttributeValue } from '../../src/tables/attribute.ts';
import { type IndexCondition, indexEntryKey, indexRange } from '../../src/tables/index-key.ts';
import type { IndexKeySchema } from '../../src/tables/key-schema.ts';
import { isInRange, type SortCondition } from '../../src/tables/tree-key.ts';
import { orderOf } from '../../src/tables/value-order.ts';
import { anyNumber, item, N, S } from './support.ts';

const B = (...bytes: number[]): AttributeValue => ({ B: Uint8Array.from(bytes) });
const tail = (...bytes: number[]) => Uint8Array.from(bytes);
const schema = (type: 'S' | 'N' | 'B'): IndexKeySchema => ({
  hash: [{ name: 'h', type: 'S' }],
  range: [{ name: 's', type }],
});
const entry = (type: 'S' | 'N' | 'B', s: AttributeValue, key = tail(1)) =>
  indexEntryKey(schema(type), item({ h: S('p'), s }), key);

const binaries = [[0], [0, 0], [0, 1], [0, 255], [1], [1, 0], [1, 0, 1], [1, 255], [2], [255], [255, 0]].map(
  (bytes) => B(...bytes),
);
const texts = ['a', 'a\u0000', 'a\u0000b', 'a\u0001', 'aa', 'b', 'ä', '\uffff', '😀'].map(S);
const numbers = [-20, -2, -1, 0, 1, 1.5, 2, 10].map(N);

describe('the condition on a sort attribute takes exactly its entries, whatever follows them', () => {
  const conditions = (value: AttributeValue, high: AttributeValue): SortCondition[] => [
    { op: '=', value },
    { op: '<', value },
    { op: '<=', value },
    { op: '>', value },
    { op: '>=', value },
    { op: 'BETWEEN', low: value, high },
  ];
  const meets = (value: AttributeValue, condition: SortCondition): boolean => {
    if (condition.op === 'begins_with') return false;
    if (condition.op === 'BETWEEN') {
      return (orderOf(value, condition.low) ?? 0) >= 0 && (orderOf(value, condition.high) ?? 0) <= 0;
    }
    const order = orderOf(value, condition.value) ?? 0;
    return { '=': order === 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[
      condition.op
    ];
  };
  for (const [type, values] of [
    ['S', texts],
    ['N', numbers],
    ['B', binaries],
  ] as const) {
    test(type, () => {
      for (const low of values) {
        for (const high of values) {
          for (const sort of conditions(low, high)) {
            const range = indexRange({ hash: [S('p')], equal: [], sort });
            const taken = values.filter((value) =>
              [tail(0), tail(255, 255)].every((end) => isInRange(range, entry(type, value, end))),
            );
            expect(taken, JSON.stringify(sort)).toEqual(values.filter((value) => meets(value, sort)));
          }
        }
      }
    });
  }

  test('a prefix takes what begins with it', () => {
    for (const prefix of texts) {
      const range = indexRange({ hash: [S('p')], equal: [], sort: { op: 'begins_with', prefix } });
      const begins = (value: AttributeValue) => 'S' in value && 'S' in prefix && value.S.startsWith(prefix.S);
      expect(texts.filter((value) => isInRange(range, entry('S', value)))).toEqual(texts.filter(begins));
    }
  });
});

test('entries lie in the order of their sort attributes, and then of their keys in the table', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, fc.uint8Array({ minLength: 1, maxLength: 4 }), (one, other, key) => {
      const [left, right] = [N(one), N(other)];
      const byValue = Math.sign(orderOf(left, right) ?? 0);
      const order = compareBytes(entry('N', left, key), entry('N', right, tail(9)));
      expect(Math.sign(order)).toBe(byValue === 0 ? Math.sign(compareBytes(key, tail(9))) : byValue);
    }),
  );
});

test('several attributes are told apart, however their texts are divided between them', () => {
  const two: IndexKeySchema = {
    hash: ['a', 'b'].map((name) => ({ name, type: 'S' })),
    range: ['c', 'd'].map((name) => ({ name, type: 'S' })),
  };
  const key = (a: string, b: string, c: string, d: string) =>
    Buffer.from(indexEntryKey(two, item({ a: S(a), b: S(b), c: S(c), d: S(d) }), tail(1))).toString('hex');
  const keys = [
    key('x', 'yz', 'x', 'yz'),
    key('xy', 'z', 'x', 'yz'),
    key('x', 'yz', 'xy', 'z'),
    key('x', 'yz', 'x\u0000', 'yz'),
  ];
  expect(new Set(keys).size).toBe(4);
  const condition: IndexCondition = {
    hash: [S('x'), S('yz')],
    equal: [S('x')],
    sort: { op: '=', value: S('yz') },
  };
  const range = indexRange(condition);
  expect(keys.map((hex) => isInRange(range, Buffer.from(hex, 'hex')))).toEqual([true, false, false, false]);
});

describe('the longest keys there can be', () => {
  const hash = S('h'.repeat(2048));
  const sort = B(...new Array(1024).fill(0));
  const long = (last: number) => Uint8Array.from([...new Array(3077).fill(7), last]);
  const keyOf = (tableKey: Uint8Array) => indexEntryKey(schema('B'), item({ h: hash, s: sort }), tableKey);

  test('fit a tree, and stay apart', () => {
    const keys = [keyOf(long(1)), keyOf(long(2)), keyOf(tail(7)), keyOf(tail(7, 7))];
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(keyBytesMax);
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(4);
  });

  test('lie in the partition, and in no other', () => {
    const range = indexRange({ hash: [hash], equal: [], sort: { op: '=', value: sort } });
    expect(isInRange(range, keyOf(long(1)))).toBe(true);
    expect(isInRange(indexRange({ hash: [S('h'.repeat(2047))], equal: [] }), keyOf(long(1)))).toBe(false);
  });

  test('one whose end was put in the place of a shortened key is another', () => {
    const shortened = keyOf(long(1));
    const prefixBytes = keyOf(tail(7)).length - 1;
    const forged = shortened.slice(prefixBytes);
    expect(forged.length).toBe(keyBytesMax - prefixBytes);
    expect(keyOf(forged)).not.toEqual(shortened);
  });
});
