import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../../src/base/errors.ts';
import { bytesOf, curveOf, integerOf, inverseOf } from '../../../src/kms/embedded/asymmetric-curve.ts';
import { ScalarField } from '../../../src/kms/embedded/asymmetric-scalar.ts';

const curves = (['prime256v1', 'secp384r1', 'secp521r1', 'secp256k1'] as const).map(curveOf);

describe('arithmetic modulo the order', () => {
  for (const { name, order, bytes } of curves) {
    const field = new ScalarField(order);
    const result = (...numbers: [bigint, bigint, bigint, bigint]) => {
      const [a, b, c, d] = numbers.map((number) => bytesOf(number, bytes));
      return integerOf(field.sumOfProductOver(a ?? field0, b ?? field0, c ?? field0, d ?? field0));
    };
    const field0 = Buffer.alloc(bytes);
    const expected = (a: bigint, b: bigint, c: bigint, d: bigint) =>
      ((a + b * c) * inverseOf(d, order)) % order;

    test(`of ${name} is right at its edges`, () => {
      const edges = [0n, 1n, 2n ** 24n - 1n, 2n ** 24n, order / 2n, order - 1n];
      for (const a of edges) {
        for (const b of edges) {
          expect(result(a, b, order - 1n, 1n)).toBe(expected(a, b, order - 1n, 1n));
          if (b !== 0n) expect(result(1n, a, b, b)).toBe(expected(1n, a, b, b));
        }
      }
    });

    test(`of ${name} is what whole numbers of any size give`, () => {
      for (let round = 0; round < 20; round++) {
        const random = () => (integerOf(randomBytes(bytes + 8)) % (order - 1n)) + 1n;
        const numbers = [random(), random(), random(), random()] as const;
        expect(result(...numbers), numbers.join(' ')).toBe(expected(...numbers));
      }
    });
  }

  test('takes no number of another length', () => {
    const field = new ScalarField(curveOf('prime256v1').order);
    const number = Buffer.alloc(32, 1);
    expect(() => field.sumOfProductOver(number, number, number, Buffer.alloc(31, 1))).toThrow(AssertionFault);
  });
});
