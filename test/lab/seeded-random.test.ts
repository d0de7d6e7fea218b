import { expect, test } from 'vitest';
import { seededRandom } from '../../src/lab/seeded-random.ts';

test('a seed repeats its numbers, another has others, and they are spread over [0, 1)', () => {
  const numbers = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 1000 }, () => random());
  };
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
  const tenths = new Set(numbers(7).map((number) => Math.floor(number * 10)));
  expect([...tenths].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
