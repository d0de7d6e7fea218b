import { expect, test } from 'vitest';
import { durationMs } from '../../src/lab/duration.ts';

const lengths: readonly (readonly [string | number, number])[] = [
  ['250ms', 250],
  ['30s', 30_000],
  ['90m', 5_400_000],
  ['20h', 72_000_000],
  ['7d', 604_800_000],
  ['1.5h', 5_400_000],
  ['0s', 0],
  [17, 17],
];
for (const [written, ms] of lengths) {
  test(`${written} is ${ms} ms`, () => {
    expect(durationMs(written)).toBe(ms);
  });
}

for (const wrong of ['', '7', '7 d', 'd', '-1s', '7w', '1e3s', Number.NaN, -1, Number.POSITIVE_INFINITY]) {
  test(`${JSON.stringify(wrong)} (${wrong}) is no length of time`, () => {
    expect(() => durationMs(wrong)).toThrow('is no length of time');
  });
}
