import { expect, test } from 'vitest';
import { ParseCache } from '../../../src/tables/expression/parse-cache.ts';
import { refuseExpression } from '../../../src/tables/expression/refusal.ts';
import { refusal } from '../support.ts';

function counting(): { cache: ParseCache<object>; parses: () => number } {
  let parses = 0;
  const cache = new ParseCache<object>((cursor) => {
    parses++;
    if (cursor.peek().text === 'bad') refuseExpression(cursor.name, 'No.');
    return {};
  });
  return { cache, parses: () => parses };
}

test('a text is parsed once', () => {
  const { cache, parses } = counting();
  const first = cache.parse('FilterExpression', 'a');
  expect(cache.parse('ConditionExpression', 'a')).toBe(first);
  expect(cache.parse('FilterExpression', 'a ')).not.toBe(first);
  expect(parses()).toBe(2);
});

test('a refused text is refused each time, under the name it came by', () => {
  const { cache, parses } = counting();
  expect(refusal(() => cache.parse('FilterExpression', 'bad'))).toBe('Invalid FilterExpression: No.');
  expect(refusal(() => cache.parse('ConditionExpression', 'bad'))).toBe('Invalid ConditionExpression: No.');
  expect(parses()).toBe(2);
  expect(cache.size).toBe(0);
});

test('what was not used for longest makes room, so that memory is bounded', () => {
  const { cache, parses } = counting();
  const text = (index: number) => `a${index}`.padEnd(4096);
  for (let i = 0; i < 64; i++) cache.parse('FilterExpression', text(i));
  expect(cache.size).toBe(64);
  cache.parse('FilterExpression', text(0));
  expect(parses()).toBe(64);
  cache.parse('FilterExpression', text(64));
  expect(cache.size).toBe(64);
  cache.parse('FilterExpression', text(0));
  expect(parses()).toBe(65);
  cache.parse('FilterExpression', text(1));
  expect(parses()).toBe(66);
});
