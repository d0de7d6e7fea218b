import { beforeEach, describe, expect, test } from 'vitest';
import { type Api, apiWithTables, arnOf, type Json, nothing, P } from './support.ts';

const ResourceArn = arnOf('notes');
const tag = (Key: string, Value = '') => ({ Key, Value });
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => tag(String(from + index).padStart(3, '0')));

let api: Api;
beforeEach(async () => {
  api = await apiWithTables();
});

const tags = async () => (await api.describe('notes')).definition.tags;

test('tags are added, and those that are there get another value', async () => {
  expect(await api.call('TagResource', { ResourceArn, Tags: [tag('a', '1'), tag('b', '1')] })).toBe(nothing);
  await api.call('TagResource', { ResourceArn, Tags: [tag('b', '2'), tag('__proto__', '3')] });
  expect((await tags()).map(({ Key, Value }) => `${Key}=${Value}`)).toEqual(['a=1', 'b=2', '__proto__=3']);
});

describe('R-API-1: TagResource refuses', () => {
  const notFound = `${arnOf('others')} not found`;
  const cases: readonly (readonly [string, Json])[] = [
    ['Atleast one Tag needs to be provided as Input.', { Tags: [] }],
    ['Atleast one Tag needs to be provided as Input.', {}],
    ['Atleast one Tag needs to be provided as Input.', { Tags: null }],
    ['Invalid TableArn', { ResourceArn: null }],
    ['Invalid TableArn: Invalid ResourceArn provided as input ', { ResourceArn: '', Tags: [tag('a')] }],
    ['Invalid TableArn: Invalid ResourceArn provided as input a;', { ResourceArn: 'a;' }],
    [`${P}Tag keys that begin with aws: are reserved: aws:x`, { Tags: [tag('aws:x')] }],
    [`${P}Duplicate tag key: a`, { Tags: [tag('a'), tag('a')] }],
    [`${P}A table can have 50 tags at most`, { Tags: many(51) }],
    [`${P}A table can have 50 tags at most`, { Tags: many(50, 100) }],
    [
      'Invalid TableArn: Invalid ResourceArn provided as input notes',
      { ResourceArn: 'notes', Tags: [tag('a')] },
    ],
    [
      `Invalid TableArn: Invalid ResourceArn provided as input ${arnOf('notes')}/stream/x`,
      { ResourceArn: `${arnOf('notes')}/stream/x`, Tags: [tag('a')] },
    ],
    [
      `ResourceNotFound: Requested resource not found: ResourcArn: ${notFound}`,
      { ResourceArn: arnOf('others'), Tags: [tag('a')] },
    ],
    [
      "1 validation error detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
      { Tags: [tag('')] },
    ],
  ];
  for (const [index, [sentence, input]] of cases.entries()) {
    test(`${index}: ${sentence}`, async () => {
      await api.call('TagResource', { ResourceArn, Tags: [tag('kept')] });
      expect(await api.refusal('TagResource', { ResourceArn, ...input })).toBe(sentence);
      expect((await tags()).map(({ Key }) => Key)).toEqual(['kept']);
    });
  }
});
