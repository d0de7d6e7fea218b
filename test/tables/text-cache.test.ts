import { beforeEach, expect, test } from 'vitest';
import { TextCache } from '../../src/tables/text-cache.ts';

let cache: TextCache<object>;
let parses = 0;
beforeEach(() => {
  cache = new TextCache();
  parses = 0;
});

function parsed(text: string): object {
  return cache.get(text, () => {
    parses++;
    if (text === 'bad') throw new RangeError('No.');
    return {};
  });
}

test('a text is parsed once', () => {
  const first = parsed('a');
  expect(parsed('a')).toBe(first);
  expect(parsed('a ')).not.toBe(first);
  expect(parses).toBe(2);
});

test('a refused text is refused each time, and not kept', () => {
  for (let i = 0; i < 2; i++) expect(() => parsed('bad')).toThrow(RangeError);
  expect(parses).toBe(2);
  expect(cache.size).toBe(0);
});

test('what was not used for longest makes room, so that memory is bounded', () => {
  const text = (index: number) => `a${index}`.padEnd(4096);
  for (let i = 0; i < 64; i++) parsed(text(i));
  expect(cache.size).toBe(64);
  parsed(text(0));
  expect(parses).toBe(64);
  parsed(text(64));
  expect(cache.size).toBe(64);
  parsed(text(0));
  expect(parses).toBe(65);
  parsed(text(1));
  expect(parses).toBe(66);
});
