import { expect, test } from 'vitest';
import { listedPage } from '../../../src/api/dynamodb/listed-page.ts';
import { refusalOf } from '../../support/refusal.ts';

const all = Array.from({ length: 60 }, (_, n) => ({ id: `${String(99 - n).padStart(14, '0')}-0badcafe` }));

test('pages follow one another to the end, and their tokens are as the model has them', () => {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const { page, next } = listedPage(all, { limit: undefined, after });
    if (next !== undefined) expect(next).toMatch(/^(?:[0-9a-f]{16}){7,64}$/);
    ids.push(...page.map(({ id }) => id));
    after = next;
  } while (after !== undefined);
  expect(ids).toEqual(all.map(({ id }) => id));
});

test('a page has as many as are asked for, and the last has no token', () => {
  expect(listedPage(all, { limit: 1, after: undefined }).page).toHaveLength(1);
  expect(listedPage(all.slice(0, 25), { limit: undefined, after: undefined }).next).toBeUndefined();
});

test('an entry that has gone meanwhile leaves its token good', () => {
  const { next } = listedPage(all, { limit: 3, after: undefined });
  const left = all.filter((_, n) => n !== 2);
  expect(listedPage(left, { limit: 1, after: next }).page).toEqual([all[3]]);
});

test('a token that is none is refused', async () => {
  expect(await refusalOf(() => listedPage(all, { limit: 1, after: 'x' }))).toBe(
    'Validation: Invalid NextToken',
  );
});
