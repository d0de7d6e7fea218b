import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../src/base/bytes.ts';
import type { AttributeValue } from '../../src/tables/attribute.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import type { KeyRange } from '../../src/tables/table.ts';
import {
  encodeKey,
  partitionOf,
  partitionRange,
  rangeAfter,
  type SortCondition,
  segmentRange,
} from '../../src/tables/tree-key.ts';
import { anyNumber, item, N, S } from './support.ts';

const both = (type: 'S' | 'N' | 'B'): KeySchema => ({
  hash: { name: 'pk', type: 'S' },
  range: { name: 'sk', type },
});
const hashOnly: KeySchema = { hash: { name: 'pk', type: 'S' } };

const within = ({ from, to }: KeyRange, key: Uint8Array): boolean =>
  (from === undefined || compareBytes(key, from) >= 0) && (to === undefined || compareBytes(key, to) < 0);

/** Which of the sort keys, in tree order, a condition on partition `pk` takes. */
function taken(
  type: 'S' | 'N' | 'B',
  sorts: readonly AttributeValue[],
  condition?: SortCondition,
): AttributeValue[] {
  const range = partitionRange(both(type), S('p'), condition);
  return sorts.filter((sk) => within(range, encodeKey(both(type), item({ pk: S('p'), sk }))));
}

describe('a condition on the sort key takes exactly its keys', () => {
  const numbers = [-2, -1, 0, 1, 1.5, 2, 10].map(N);
  const texts = ['a', 'a\u0000', 'a\u0001', 'aa', 'ab', 'b', 'ä', '\uffff', '😀'].map(S);
  const binaries = [[0], [1], [1, 0], [1, 255], [1, 255, 255], [2], [255], [255, 255], [255, 255, 1]].map(
    (bytes): AttributeValue => ({ B: Uint8Array.from(bytes) }),
  );
  const B = (...bytes: number[]): AttributeValue => ({ B: Uint8Array.from(bytes) });
  const cases: [
    string,
    'S' | 'N' | 'B',
    readonly AttributeValue[],
    SortCondition | undefined,
    AttributeValue[],
  ][] = [
    ['none', 'N', numbers, undefined, numbers],
    ['= 1', 'N', numbers, { op: '=', value: N(1) }, [N(1)]],
    ['< 1', 'N', numbers, { op: '<', value: N(1) }, [-2, -1, 0].map(N)],
    ['<= 1', 'N', numbers, { op: '<=', value: N(1) }, [-2, -1, 0, 1].map(N)],
    ['> 1', 'N', numbers, { op: '>', value: N(1) }, [1.5, 2, 10].map(N)],
    ['>= 1', 'N', numbers, { op: '>=', value: N(1) }, [1, 1.5, 2, 10].map(N)],
    ['> -1', 'N', numbers, { op: '>', value: N(-1) }, [0, 1, 1.5, 2, 10].map(N)],
    ['<= -1', 'N', numbers, { op: '<=', value: N(-1) }, [-2, -1].map(N)],
    ['between', 'N', numbers, { op: 'BETWEEN', low: N(-1), high: N('1.5') }, [-1, 0, 1, 1.5].map(N)],
    ['between, reversed', 'N', numbers, { op: 'BETWEEN', low: N(2), high: N(1) }, []],
    ['= a', 'S', texts, { op: '=', value: S('a') }, [S('a')]],
    ['> a', 'S', texts, { op: '>', value: S('a') }, texts.slice(1)],
    ['<= a', 'S', texts, { op: '<=', value: S('a') }, [S('a')]],
    ['begins with a', 'S', texts, { op: 'begins_with', prefix: S('a') }, texts.slice(0, 5)],
    ['begins with nothing', 'S', texts, { op: 'begins_with', prefix: S('') }, texts],
    ['begins with \\uffff', 'S', texts, { op: 'begins_with', prefix: S('\uffff') }, [S('\uffff')]],
    ['begins with 01 ff', 'B', binaries, { op: 'begins_with', prefix: B(1, 255) }, binaries.slice(3, 5)],
    ['begins with ff', 'B', binaries, { op: 'begins_with', prefix: B(255) }, binaries.slice(6)],
    ['begins with ff ff', 'B', binaries, { op: 'begins_with', prefix: B(255, 255) }, binaries.slice(7)],
    ['>= ff', 'B', binaries, { op: '>=', value: B(255) }, binaries.slice(6)],
  ];
  for (const [name, type, sorts, condition, expected] of cases) {
    test(name, () => expect(taken(type, sorts, condition)).toEqual(expected));
  }
});

test('a partition holds all of its keys and none of another, even where one key begins another', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.string({ minLength: 1 }),
      fc.string({ unit: 'grapheme' }),
      (a, b, sk) => {
        const key = (pk: string) => encodeKey(both('S'), item({ pk: S(pk), sk: S(sk) }));
        const range = partitionRange(both('S'), S(a));
        expect(within(range, key(a))).toBe(true);
        if (a !== b) expect(within(range, key(b))).toBe(false);
        const single = partitionRange(hashOnly, S(a));
        expect(within(single, encodeKey(hashOnly, item({ pk: S(a) })))).toBe(true);
        if (a !== b) expect(within(single, encodeKey(hashOnly, item({ pk: S(b) })))).toBe(false);
        expect(within(single, encodeKey(hashOnly, item({ pk: S(a + b) })))).toBe(false);
      },
    ),
  );
});

describe('keys of one partition stand in DynamoDB order', () => {
  test('strings by UTF-8 bytes', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const key = (sk: string) => encodeKey(both('S'), item({ pk: S('p'), sk: S(sk) }));
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareBytes(key(a), key(b)))).toBe(bytes);
      }),
    );
  });
  test('numbers by value', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const key = (sk: string) => encodeKey(both('N'), item({ pk: S('p'), sk: { N: sk } }));
        const order = Math.sign(compareBytes(key(a), key(b)));
        expect(order).toBe(
          a === b ? 0 : Number(a) < Number(b) || (Number(a) === Number(b) && order < 0) ? -1 : 1,
        );
      }),
    );
  });
});

describe('segments', () => {
  test('cover every key once and take fair shares', () => {
    for (const total of [1, 2, 3, 7, 1_000_000]) {
      const counts = new Map<number, number>();
      for (let i = 0; i < 300; i++) {
        const key = encodeKey(hashOnly, item({ pk: S(`key ${i}`) }));
        const hash = new DataView(key.buffer).getUint32(0);
        const guess = Math.min(total - 1, Math.floor((hash * total) / 2 ** 32));
        const near = [guess - 1, guess, guess + 1].filter((each) => each >= 0 && each < total);
        const owners = near.filter((each) => within(segmentRange(each, total), key));
        expect(owners).toHaveLength(1);
        counts.set(owners[0] as number, (counts.get(owners[0] as number) ?? 0) + 1);
      }
      if (total < 10) for (const count of counts.values()) expect(count).toBeGreaterThan(150 / total);
    }
  });
});

test('a walk resumes behind its start key, in either direction', () => {
  const key = (sk: number) => encodeKey(both('N'), item({ pk: S('p'), sk: N(sk) }));
  const whole = partitionRange(both('N'), S('p'));
  const numbers = [1, 2, 3, 4, 5];
  const left = (backwards: boolean) =>
    numbers.filter((sk) => within(rangeAfter(whole, key(3), backwards), key(sk)));
  expect(left(false)).toEqual([4, 5]);
  expect(left(true)).toEqual([1, 2]);
  expect(within(rangeAfter({}, key(3), false), key(3))).toBe(false);
});

test('equal numbers are one key', () => {
  const schema: KeySchema = { hash: { name: 'pk', type: 'N' } };
  expect(encodeKey(schema, item({ pk: N('1') }))).toEqual(encodeKey(schema, item({ pk: N('1.00') })));
});

test('the place of a partition never changes: stored trees rely on it', () => {
  const hex = (pk: AttributeValue, type: 'S' | 'N' | 'B') =>
    Buffer.from(encodeKey({ hash: { name: 'pk', type } }, item({ pk }))).toString('hex');
  expect(hex(S('a'), 'S').slice(8)).toBe('000161');
  expect(hex(S('hello'), 'S')).toBe('248bfa47000568656c6c6f');
  expect(hex({ B: Uint8Array.of(0x21, 0x43, 0x65, 0x87) }, 'B')).toBe('f55b516b000421436587');
});

test('the partition of a tree key is what its items share, and no other', () => {
  const key = (pk: string, sk: string) => encodeKey(both('S'), item({ pk: S(pk), sk: S(sk) }));
  expect(partitionOf(key('p', 'a'))).toEqual(partitionOf(key('p', 'bcd')));
  expect(partitionOf(key('p', 'a'))).toEqual(encodeKey(hashOnly, item({ pk: S('p') })));
  expect(partitionOf(key('p', 'a'))).not.toEqual(partitionOf(key('pa', '')));
  expect(partitionOf(key('x'.repeat(300), 'a'))).toHaveLength(306);
});
