import { describe, expect, test } from 'vitest';
import { changedTags, checkTags, tagsPerKeyMax } from '../../../src/kms/embedded/key-tags.ts';
import { refusalOf } from '../../support/refusal.ts';

const tag = (key: string, value = '') => ({ key, value });
const many = (count: number) => Array.from({ length: count }, (_, index) => tag(`k${index}`));

test('a tag that is set again gets its new value, the others stay', () => {
  expect(changedTags([tag('a', '1'), tag('b', '2')], [tag('b', '3'), tag('__proto__', '4')])).toEqual([
    tag('a', '1'),
    tag('b', '3'),
    tag('__proto__', '4'),
  ]);
});

describe('tags are refused', () => {
  const cases: [string, () => unknown, string][] = [
    ['given twice', () => checkTags([tag('a', '1'), tag('a', '2')]), 'Duplicate tag keys'],
    ['that are AWS’s', () => checkTags([tag('aws:x')]), 'Tags beginning with aws: are reserved'],
    ['that are AWS’s in capitals', () => checkTags([tag('AWS:x')]), 'Tags beginning with aws: are reserved'],
    ['51 at once', () => changedTags([], many(tagsPerKeyMax + 1)), 'Too many tags'],
    ['as the 51st', () => changedTags(many(tagsPerKeyMax), [tag('one more')]), 'Too many tags'],
  ];
  for (const [name, set, message] of cases) {
    test(name, async () => expect(await refusalOf(set)).toBe(`TagRefused: ${message}`));
  }
  test('and not when the 50 there are are set again', () => {
    expect(changedTags(many(tagsPerKeyMax), many(tagsPerKeyMax))).toHaveLength(tagsPerKeyMax);
  });
});
