import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../src/base/errors.ts';
import type { Item } from '../../src/tables/attribute.ts';
import type { IndexDefinition } from '../../src/tables/index-definition.ts';
import { areSameEntries, hasEntry, indexLayout, projectedItem } from '../../src/tables/index-layout.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import { item, N, S } from './support.ts';

const tableSchema: KeySchema = { hash: { name: 'id', type: 'S' } };
const defined = [
  { AttributeName: 'id', AttributeType: 'S' },
  { AttributeName: 'a', AttributeType: 'S' },
  { AttributeName: 'b', AttributeType: 'S' },
  { AttributeName: 'c', AttributeType: 'N' },
] as const;
const layoutOf = (projection: IndexDefinition['projection']) =>
  indexLayout(
    {
      kind: 'global',
      name: 'i',
      keySchema: [
        { AttributeName: 'a', KeyType: 'HASH' },
        { AttributeName: 'b', KeyType: 'RANGE' },
        { AttributeName: 'c', KeyType: 'RANGE' },
      ],
      projection,
    },
    defined,
    tableSchema,
  );
const all = layoutOf({ ProjectionType: 'ALL' });
const keysOnly = layoutOf({ ProjectionType: 'KEYS_ONLY' });
const include = layoutOf({ ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] });

test('a layout has the key attributes with their types, in their order', () => {
  expect(all.keySchema).toEqual({
    hash: [{ name: 'a', type: 'S' }],
    range: [
      { name: 'b', type: 'S' },
      { name: 'c', type: 'N' },
    ],
  });
});

test('a key without a type is a bug', () => {
  const keySchema = [{ AttributeName: 'a', KeyType: 'HASH' }] as const;
  const index = { kind: 'global', name: 'i', keySchema, projection: { ProjectionType: 'ALL' } } as const;
  expect(() => indexLayout(index, [], tableSchema)).toThrow(AssertionFault);
});

describe('an item has an entry', () => {
  const whole = { id: S('1'), a: S('a'), b: S('b'), c: N(1) };
  const cases: [string, Item, boolean][] = [
    ['with all keys', item(whole), true],
    ['but not without one', item({ id: S('1'), a: S('a'), b: S('b') }), false],
    ['nor with one of another type', item({ ...whole, c: S('1') }), false],
    ['nor with an empty one', item({ ...whole, b: S('') }), false],
    ['with the longest hash key', item({ ...whole, a: S('a'.repeat(2048)) }), true],
    ['but not with a longer one', item({ ...whole, a: S('a'.repeat(2049)) }), false],
    [
      'with sort keys that are together as long as they can be',
      item({ ...whole, b: S('b'.repeat(1023)) }),
      true,
    ],
    ['but not with longer ones', item({ ...whole, b: S('b'.repeat(1024)) }), false],
  ];
  for (const [title, given, expected] of cases) {
    test(title, () => expect(hasEntry(all, given)).toBe(expected));
  }
});

describe('an entry holds', () => {
  const given = item({ id: S('1'), a: S('a'), b: S('b'), c: N(1), x: S('x'), y: S('y') });
  const cases: [string, typeof all, string[]][] = [
    ['everything', all, ['id', 'a', 'b', 'c', 'x', 'y']],
    ['the keys of index and table', keysOnly, ['id', 'a', 'b', 'c']],
    ['what is included beside them', include, ['id', 'a', 'b', 'c', 'x']],
  ];
  for (const [title, layout, names] of cases) {
    test(title, () => expect([...projectedItem(layout, given).keys()]).toEqual(names));
  }
  test('nothing that the item lacks', () => {
    const bare = item({ id: S('1'), a: S('a'), b: S('b'), c: N(1) });
    expect(projectedItem(include, bare)).toEqual(bare);
  });
});

describe('two items look the same in an index', () => {
  const one = item({ id: S('1'), a: S('a'), b: S('b'), c: N(1), x: S('x'), y: S('y') });
  const cases: [string, Item, { all: boolean; keysOnly: boolean; include: boolean }][] = [
    ['as they are', item(Object.fromEntries(one)), { all: true, keysOnly: true, include: true }],
    [
      'but for y',
      item({ ...Object.fromEntries(one), y: S('z') }),
      { all: false, keysOnly: true, include: true },
    ],
    [
      'but for x',
      item({ ...Object.fromEntries(one), x: S('z') }),
      { all: false, keysOnly: true, include: false },
    ],
    [
      'but for c',
      item({ ...Object.fromEntries(one), c: N(2) }),
      { all: false, keysOnly: false, include: false },
    ],
    [
      'but for x that is gone',
      item({ id: S('1'), a: S('a'), b: S('b'), c: N(1), y: S('y') }),
      { all: false, keysOnly: true, include: false },
    ],
  ];
  for (const [title, other, same] of cases) {
    test(title, () => {
      expect({
        all: areSameEntries(all, one, other),
        keysOnly: areSameEntries(keysOnly, one, other),
        include: areSameEntries(include, one, other),
      }).toEqual(same);
    });
  }
});
