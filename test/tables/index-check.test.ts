import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/tables/attribute.ts';
import { checkIndexKeys, checkSizeWithIndexes } from '../../src/tables/index-check.ts';
import { indexLayout } from '../../src/tables/index-layout.ts';
import { itemBytes, itemBytesMax } from '../../src/tables/item-size.ts';
import { item, N, refusal, S } from './support.ts';

const P = 'One or more parameter values were invalid: ';
const layout = indexLayout(
  {
    kind: 'local',
    name: 'by-b',
    keySchema: [
      { AttributeName: 'a', KeyType: 'HASH' },
      { AttributeName: 'b', KeyType: 'RANGE' },
    ],
    projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['text'] },
  },
  [
    { AttributeName: 'a', AttributeType: 'S' },
    { AttributeName: 'b', AttributeType: 'B' },
  ],
  { hash: { name: 'a', type: 'S' }, range: { name: 'id', type: 'N' } },
);
const bytes = (length: number) => ({ B: new Uint8Array(length) });
const hash = `${P}Size of hashkey has exceeded the maximum size limit of2048 bytes`;
const range = `${P}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`;
const beyond = 'The update expression attempted to update the secondary index key beyond allowed size limits';
const empty = (what: string) =>
  `One or more parameter values are not valid. ${what}. The AttributeValue for a key attribute cannot contain an empty binary value.`;

describe('index keys that no index can take are refused', () => {
  const cases: [string, Item, string, string?][] = [
    ['none are fine', item({ a: S('a') }), 'not refused'],
    ['fit ones are fine', item({ a: S('a'.repeat(2048)), b: bytes(1024) }), 'not refused'],
    [
      'another type',
      item({ a: S('a'), b: N(1) }),
      `${P}Type mismatch for Index Key b Expected: B Actual: N IndexName: by-b`,
      'The update expression attempted to update the secondary index key to unsupported type',
    ],
    [
      'an empty one',
      item({ a: S('a'), b: bytes(0) }),
      `${empty('A value specified for a secondary index key is not supported')} IndexName: by-b, IndexKey: b`,
      empty(
        'The update expression attempted to update a secondary index key to a value that is not supported',
      ),
    ],
    ['a long hash key', item({ a: S('a'.repeat(2049)), b: bytes(1) }), hash, beyond],
    ['a long sort key', item({ a: S('a'), b: bytes(1025) }), range, beyond],
  ];
  for (const [title, given, put, update = put] of cases) {
    test(`${title}: by a put`, () => expect(refusal(() => checkIndexKeys(layout, given, false))).toBe(put));
    test(`${title}: by an update`, () =>
      expect(refusal(() => checkIndexKeys(layout, given, true))).toBe(update));
  }
});

describe('an item and its projections into local indexes', () => {
  const sized = (text: number, b = true) =>
    item({ a: S('a'), id: N(1), text: S('x'.repeat(text)), ...(b && { b: bytes(1) }) });
  /** Without the text, and both times the name of it. */
  const rest = 2 * itemBytes(sized(0));
  const most = (itemBytesMax - rest) / 2;
  test('may be 400 KB together', () => {
    expect(refusal(() => checkSizeWithIndexes([layout], { item: sized(Math.floor(most)) }, false))).toBe(
      'not refused',
    );
  });
  test('and no byte more', () => {
    const given = { item: sized(Math.floor(most) + 1) };
    expect(refusal(() => checkSizeWithIndexes([layout], given, false))).toBe(
      'Item size has exceeded the maximum allowed size',
    );
    expect(refusal(() => checkSizeWithIndexes([layout], given, true))).toBe(
      'Item size to update has exceeded the maximum allowed size',
    );
  });
  test('is the item alone where it has no entry, or there is no local index', () => {
    const given = { item: sized(Math.floor(most) + 1, false) };
    expect(refusal(() => checkSizeWithIndexes([layout], given, false))).toBe('not refused');
    const other = { item: sized(Math.floor(most) + 1) };
    expect(refusal(() => checkSizeWithIndexes([], other, false))).toBe('not refused');
  });
});
