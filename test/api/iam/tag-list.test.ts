import { expect, test } from 'vitest';
import { changedTags, withoutTags } from '../../../src/api/iam/tag-list.ts';
import { refusalOf } from '../../support/refusal.ts';

const before = [
  { key: 'Team', value: 'a' },
  { key: 'env', value: 'b' },
];

test('keys are one in any case, and the last spelling stays', () => {
  expect(changedTags(before, [{ Key: 'TEAM', Value: 'c' }])).toEqual([
    { key: 'TEAM', value: 'c' },
    { key: 'env', value: 'b' },
  ]);
  expect(withoutTags(before, ['team', 'none'])).toEqual([{ key: 'env', value: 'b' }]);
});

test.each([
  [
    'a key twice',
    [
      { Key: 'a', Value: '' },
      { Key: 'A', Value: '' },
    ],
    /^EntityInput: Duplicate tag keys found/,
  ],
  ["a key of AWS's", [{ Key: 'aws:x', Value: '' }], /^EntityInput: User tag keys cannot begin with aws:/],
  [
    'more than fifty',
    Array.from({ length: 49 }, (_, index) => ({ Key: `k${index}`, Value: '' })),
    /^EntityLimit: The number of tags has reached the maximum limit: 50\./,
  ],
])('%s is refused', async (_, set, said) => {
  expect(await refusalOf(() => changedTags(before, set))).toMatch(said);
  expect(
    await refusalOf(() =>
      changedTags(
        [],
        set.slice(0, 1).filter(({ Key }) => Key !== 'aws:x'),
      ),
    ),
  ).toBe('answered');
});
