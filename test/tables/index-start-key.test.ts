import { beforeAll, describe, expect, test } from 'vitest';
import {
  checkIndexQueryStartKey,
  checkIndexScanStartKey,
  checkIndexStartKeyForm,
  indexKeyOf,
} from '../../src/tables/index-start-key.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import type { OpenIndex } from '../../src/tables/table.ts';
import { openT } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, openTables } from '../support/open-tables.ts';
import { item, N, refusal, S } from './support.ts';

const schema: KeySchema = { hash: { name: 'id', type: 'S' } };
let index: OpenIndex;
beforeAll(async () => {
  const { tables } = await openTables();
  const attributeDefinitions = [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'a', AttributeType: 'S' },
    { AttributeName: 'b', AttributeType: 'N' },
  ] as const;
  const keySchema = [
    { AttributeName: 'a', KeyType: 'HASH' },
    { AttributeName: 'b', KeyType: 'RANGE' },
  ] as const;
  const indexes = [{ kind: 'global', name: 'i', keySchema, projection: { ProjectionType: 'ALL' } }] as const;
  await tables.create(user, definitionOf('T', { kind: 'owned' }, { attributeDefinitions, indexes }));
  index = (await openT(tables)).index('i');
});

const key = { id: S('1'), a: S('x'), b: N(5) };
const invalid = 'The provided starting key is invalid';
const mismatch = 'The provided key element does not match the schema';

test('a page ends with the keys of index and table', () => {
  const last = indexKeyOf(index, schema, item({ ...key, more: S('y') }));
  expect(last).toEqual(item(key));
  expect(refusal(() => checkIndexScanStartKey(index, schema, { startKey: last, segment: undefined }))).toBe(
    'not refused',
  );
});

describe('a start key is refused', () => {
  const cases: [string, Record<string, ReturnType<typeof S>>, string][] = [
    ['with too little', { a: S('x'), b: N(5) }, invalid],
    ['with too much', { ...key, more: S('y') }, invalid],
    ['without an index key', { id: S('1'), a: S('x'), more: S('y') }, invalid],
    ['with an index key of another type', { ...key, b: S('5') }, mismatch],
    ['without the table key', { a: S('x'), b: N(5), more: S('y') }, `${invalid}: ${mismatch}`],
    ['with a table key of another type', { ...key, id: N(1) }, `${invalid}: ${mismatch}`],
    [
      'with an empty index key',
      { ...key, a: S('') },
      `${invalid}: One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: a`,
    ],
    [
      'with one that is too long',
      { ...key, a: S('x'.repeat(2049)) },
      `${invalid}: One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes`,
    ],
  ];
  for (const [title, members, sentence] of cases) {
    test(`${title}: ${sentence.slice(0, 80)}`, () => {
      const startKey = item(members);
      const scan = () => checkIndexScanStartKey(index, schema, { startKey, segment: undefined });
      expect(refusal(scan)).toBe(sentence);
      const query = () => {
        checkIndexStartKeyForm(index, schema, startKey);
        checkIndexQueryStartKey(index, schema, { startKey, asked: { hash: [S('x')], equal: [] } });
      };
      expect(refusal(query)).toBe(sentence);
    });
  }

  test('where the query could not have returned it', () => {
    const check = (hash: string, sort?: number) =>
      refusal(() =>
        checkIndexQueryStartKey(index, schema, {
          startKey: item(key),
          asked: {
            hash: [S(hash)],
            equal: [],
            ...(sort !== undefined && { sort: { op: '=', value: N(sort) } }),
          },
        }),
      );
    expect(check('x')).toBe('not refused');
    expect(check('x', 5)).toBe('not refused');
    expect(check('y')).toBe(
      'The provided starting key is outside query boundaries based on provided conditions',
    );
    expect(check('x', 4)).toBe('The provided starting key does not match the range key predicate');
    expect(check('y', 4)).toBe('The provided starting key does not match the range key predicate');
    expect(check('y', 5)).toBe('The query can return at most one row and cannot be restarted');
  });

  test('where it lies in another segment', () => {
    const outcomes = [0, 1].map((Segment) =>
      refusal(() =>
        checkIndexScanStartKey(index, schema, {
          startKey: item(key),
          segment: { Segment, TotalSegments: 2 },
        }),
      ),
    );
    expect(outcomes).toContain('not refused');
    expect(outcomes.join()).toContain('Please use ExclusiveStartKey with correct Segment. TotalSegments: 2');
  });
});
