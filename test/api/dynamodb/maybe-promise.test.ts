import { describe, expect, test } from 'vitest';
import { when } from '../../../src/api/dynamodb/maybe-promise.ts';

describe('a value that may be a promise', () => {
  test('is taken at once where it is there', () => {
    expect(when(2, (value) => value * 2)).toBe(4);
  });

  test('is awaited where it is not', async () => {
    const answer = when(Promise.resolve(2), (value) => value * 2);
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe(4);
  });

  test('passes on a rejection, and what the next step throws', async () => {
    await expect(when(Promise.reject(new Error('first')), () => 1)).rejects.toThrow('first');
    const failing = () => {
      throw new Error('next');
    };
    expect(() => when(1, failing)).toThrow('next');
    await expect(when(Promise.resolve(1), failing)).rejects.toThrow('next');
  });
});
