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
});
