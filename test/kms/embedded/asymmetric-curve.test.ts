import { createECDH } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  bytesOf,
  type Curve,
  curveOf,
  integerOf,
  inverseOf,
  type Point,
  residue,
  sumOf,
} from '../../../src/kms/embedded/asymmetric-curve.ts';

/** The multiple of the base point that OpenSSL computes. */
function multiple({ name, bytes }: Curve, factor: bigint): Point {
  const pair = createECDH(name);
  pair.setPrivateKey(bytesOf(factor, bytes));
  const point = pair.getPublicKey().subarray(1);
  return { x: integerOf(point.subarray(0, bytes)), y: integerOf(point.subarray(bytes)) };
}

describe('the sum of two points', () => {
  for (const name of ['prime256v1', 'secp384r1', 'secp521r1', 'secp256k1'] as const) {
    const curve = curveOf(name);
    const { order, prime } = curve;

    test(`of ${name} is the point that OpenSSL finds`, () => {
      for (const [one, other] of [
        [1n, 2n],
        [1n, 1n],
        [5n, 1000n],
        [order - 5n, 7n],
        [order - 1n, order - 1n],
      ] as const) {
        const sum = sumOf(multiple(curve, one), multiple(curve, other), curve);
        expect(sum, `${one} + ${other}`).toEqual(multiple(curve, (one + other) % order));
      }
    });

    test(`of ${name} is at infinity for a point and its negative`, () => {
      const point = multiple(curve, 9n);
      expect(sumOf(point, { x: point.x, y: prime - point.y }, curve)).toBeUndefined();
      expect(sumOf(point, multiple(curve, order - 9n), curve)).toBeUndefined();
    });
  }
});

test('an inverse times its number is one', () => {
  const { prime } = curveOf('secp256k1');
  for (const value of [1n, 2n, prime - 1n, -3n, prime + 5n]) {
    expect(residue(value * inverseOf(value, prime), prime)).toBe(1n);
  }
});

test('numbers are written big endian in the length asked for, and read again', () => {
  for (const value of [0n, 1n, 255n, 256n, 2n ** 64n - 1n]) {
    expect(bytesOf(value, 8)).toHaveLength(8);
    expect(integerOf(bytesOf(value, 8))).toBe(value);
  }
  expect(integerOf(new Uint8Array(0))).toBe(0n);
});
