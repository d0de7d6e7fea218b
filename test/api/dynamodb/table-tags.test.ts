import { describe, expect, test } from 'vitest';
import { checkTags } from '../../../src/api/dynamodb/table-tags.ts';
import { refusalOf } from '../../support/refusal.ts';
import { P } from './support.ts';

const tags = (...keys: string[]) => keys.map((Key) => ({ Key, Value: '' }));
const many = (count: number) => tags(...Array.from({ length: count }, (_, index) => `tag ${index}`));

describe('the tags of a table', () => {
  const cases = [
    { title: 'none', given: [], sentence: 'answered' },
    { title: '50', given: many(50), sentence: 'answered' },
    { title: '51', given: many(51), sentence: `Validation: ${P}A table can have 50 tags at most` },
    { title: 'a and A', given: tags('a', 'A'), sentence: 'answered' },
    { title: 'a twice', given: tags('a', 'b', 'a'), sentence: `Validation: ${P}Duplicate tag key: a` },
    {
      title: 'one of AWS',
      given: tags('AWS:a'),
      sentence: `Validation: ${P}Tag keys that begin with aws: are reserved: AWS:a`,
    },
    { title: 'letters of any tongue', given: [{ Key: 'é ש字1', Value: '+-=._:/@' }], sentence: 'answered' },
    {
      title: 'a key with <',
      given: tags('a<b'),
      sentence: `Validation: ${P}A tag has letters, numbers, blanks and + - = . _ : / @ alone: a<b`,
    },
    {
      title: 'a value with &',
      given: [{ Key: 'a', Value: '&' }],
      sentence: `Validation: ${P}A tag has letters, numbers, blanks and + - = . _ : / @ alone: a`,
    },
    { title: 'one that only sounds like it', given: tags('aws'), sentence: 'answered' },
  ];
  for (const { title, given, sentence } of cases) {
    test(`${title}: ${sentence}`, async () => {
      expect(await refusalOf(() => checkTags(given))).toBe(sentence);
    });
  }
});
