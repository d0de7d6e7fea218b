import { expect, test } from 'vitest';
import { apiWithTables, arnOf, nothing } from './support.ts';

const ResourceArn = arnOf('notes');

test('tags go by their keys, and those that are not there are not missed', async () => {
  const api = await apiWithTables();
  const Tags = ['a', 'b', 'c'].map((Key) => ({ Key, Value: '' }));
  await api.call('TagResource', { ResourceArn, Tags });
  expect(await api.call('UntagResource', { ResourceArn, TagKeys: ['a', 'c', 'x'] })).toBe(nothing);
  expect((await api.describe('notes')).definition.tags.map(({ Key }) => Key)).toEqual(['b']);
});

test('R-API-1: a request without keys is refused, as is a table that is not there', async () => {
  const api = await apiWithTables();
  for (const keys of [{ TagKeys: [] }, {}]) {
    expect(await api.refusal('UntagResource', { ResourceArn, ...keys })).toBe(
      'Atleast one Tag Key needs to be provided as Input.',
    );
  }
  expect(await api.refusal('UntagResource', {})).toBe('Invalid TableArn');
  const others = arnOf('others');
  expect(await api.refusal('UntagResource', { ResourceArn: others, TagKeys: ['a'] })).toBe(
    `ResourceNotFound: Requested resource not found: ResourcArn: ${others} not found`,
  );
});
