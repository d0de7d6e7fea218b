import { describe, expect, test } from 'vitest';
import { interleaved, median, medianRatio, takeTurns } from '../../bench/measure.ts';

describe('measuring', () => {
  for (const { values, middle } of [
    { values: [3], middle: 3 },
    { values: [9, 1, 5], middle: 5 },
    { values: [4, 1, 3, 2], middle: 2.5 },
  ]) {
    test(`the median of ${values.join(', ')} is ${middle}`, () => expect(median(values)).toBe(middle));
  }

  test('a ratio of rounds holds still while the machine changes its speed', () => {
    const ours = [1, 2, 2, 8, 16];
    const theirs = ours.map((value) => value * 3);
    expect(medianRatio(theirs, ours)).toBe(3);
    expect(medianRatio(ours, theirs)).toBeCloseTo(1 / 3);
  });

  test('a round in which one was held up does not count for more than a round', () => {
    expect(medianRatio([3, 6, 6, 24, 480], [1, 2, 2, 8, 16])).toBe(3);
  });

  test('a ratio needs as many turns of the one as of the other', () => {
    expect(() => medianRatio([1, 2], [1])).toThrow('different number');
  });

  test('each takes a turn a round, in an order that turns around, the first round unheard', async () => {
    const order: string[] = [];
    const contestant = (name: string, values: readonly number[]) => {
      let taken = 0;
      return {
        name,
        turn: () => {
          order.push(name);
          return values[taken++] ?? Number.NaN;
        },
      };
    };
    const turns = await takeTurns([contestant('a', [90, 1, 2]), contestant('b', [80, 3, 4])], 2);
    expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
    expect([...turns]).toEqual([
      ['a', [1, 2]],
      ['b', [3, 4]],
    ]);
    expect(await interleaved([contestant('c', [70, 5, 7, 6])], 3)).toEqual(new Map([['c', 6]]));
  });
});
