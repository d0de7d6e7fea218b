import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../../src/base/errors.ts';
import {
  compareStamps,
  countMax,
  decodeStamp,
  encodeStamp,
  type Stamp,
} from '../../../src/tables/replication/stamp.ts';

const anyStamp: fc.Arbitrary<Stamp> = fc.record({
  ms: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 ** 48 - 1 })),
  count: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(countMax)),
  region: fc.constantFrom('ap-south-1', 'eu-west-1', 'eu-west-10', 'us-east-1'),
});

describe('stamps', () => {
  test('are in order of time, then count, then region', () => {
    const ascending: readonly Stamp[] = [
      { ms: 1, count: 9, region: 'us-east-1' },
      { ms: 2, count: 0, region: 'us-east-1' },
      { ms: 2, count: 1, region: 'eu-west-1' },
      { ms: 2, count: 1, region: 'us-east-1' },
      { ms: 2, count: 10, region: 'ap-south-1' },
      { ms: 10, count: 0, region: 'ap-south-1' },
    ];
    for (const [at, one] of ascending.entries()) {
      for (const [place, other] of ascending.entries()) {
        expect(Math.sign(compareStamps(one, other))).toBe(Math.sign(at - place));
      }
    }
  });

  test('have one order wherever they are compared', () => {
    fc.assert(
      fc.property(anyStamp, anyStamp, anyStamp, (a, b, c) => {
        expect(Math.sign(compareStamps(a, b)) + Math.sign(compareStamps(b, a))).toBe(0);
        if (compareStamps(a, b) <= 0 && compareStamps(b, c) <= 0) {
          expect(compareStamps(a, c)).toBeLessThanOrEqual(0);
        }
        if (compareStamps(a, b) === 0) expect(a).toEqual(b);
      }),
    );
  });

  test('are read as they were written, wherever they lie', () => {
    fc.assert(
      fc.property(anyStamp, fc.integer({ min: 0, max: 5 }), (stamp, at) => {
        const bytes = Buffer.concat([Buffer.alloc(at, 7), encodeStamp(stamp), Buffer.of(1, 2)]);
        expect(decodeStamp(bytes, at)).toEqual({ stamp, end: bytes.length - 2 });
      }),
    );
  });

  test('are not read from bytes that end too soon', () => {
    const bytes = encodeStamp({ ms: 1, count: 2, region: 'eu-west-1' });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeStamp(bytes.subarray(0, length), 0)).toThrow(IntegrityFault);
    }
  });
});
