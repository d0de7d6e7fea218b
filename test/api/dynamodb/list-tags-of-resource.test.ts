import { expect, test } from 'vitest';
import { apiWithTables, arnOf } from './support.ts';

const ResourceArn = arnOf('notes');

test('tags come ten at a time, each once', async () => {
  const api = await apiWithTables();
  const Tags = Array.from({ length: 25 }, (_, index) => ({ Key: `ä${index}`, Value: String(index) }));
  await api.call('TagResource', { ResourceArn, Tags });
  const pages: unknown[][] = [];
  let token: unknown;
  do {
    const page = await api.call('ListTagsOfResource', { ResourceArn, NextToken: token });
    if (Array.isArray(page.Tags)) pages.push(page.Tags);
    token = page.NextToken;
  } while (token !== undefined);
  expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
  expect(pages.flat()).toHaveLength(25);
  expect(pages.flat()).toEqual(expect.arrayContaining(Tags));
});

test('a table without tags has an empty page', async () => {
  const api = await apiWithTables();
  expect(await api.call('ListTagsOfResource', { ResourceArn })).toEqual({ Tags: [] });
});

test('D20: a token that is none, another account and a table that is not there are refused', async () => {
  const api = await apiWithTables();
  for (const NextToken of ['', '#', 'YQ==']) {
    expect(await api.refusal('ListTagsOfResource', { ResourceArn, NextToken })).toBe('Invalid NextToken');
  }
  const foreign = ResourceArn.replace('111122223333', '444455556666');
  expect(await api.refusal('ListTagsOfResource', { ResourceArn: foreign })).toMatch(
    /^AccessDenied: User: .* is not authorized to perform: dynamodb:ListTagsOfResource on resource: /,
  );
  expect(await api.refusal('ListTagsOfResource', { ResourceArn: arnOf('others') })).toMatch(
    /^ResourceNotFound: /,
  );
});

test('no ARN, and a text that is none, are refused in words of their own', async () => {
  const api = await apiWithTables();
  expect(await api.refusal('ListTagsOfResource', {})).toBe('Invalid TableArn');
  for (const arn of ['', 'a;', 'a'.repeat(1284)]) {
    expect(await api.refusal('ListTagsOfResource', { ResourceArn: arn })).toBe(
      `Invalid TableArn: Invalid ResourceArn provided as input ${arn}`,
    );
  }
});
