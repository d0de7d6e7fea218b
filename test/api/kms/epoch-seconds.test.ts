import { describe, expect, test } from 'vitest';
import { epochSeconds } from '../../../src/api/kms/epoch-seconds.ts';

describe('a time of the API is in seconds, its milliseconds behind the point', () => {
  for (const [ms, text] of [
    [0, '0'],
    [1, '0.001'],
    [1_728_462_000_000, '1728462000'],
    [1_728_462_000_123, '1728462000.123'],
  ] as const) {
    test(`${ms} ms: ${text}`, () => expect(String(epochSeconds(ms))).toBe(text));
  }
});
