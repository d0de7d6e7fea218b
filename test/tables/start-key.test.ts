import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/tables/attribute.ts';
import type { RawAttributeValue } from '../../src/tables/attribute-check.ts';
import type { BoundKeyCondition } from '../../src/tables/expression/key-condition.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import { checkedStartKeyItem, checkQueryStartKey, checkScanStartKey } from '../../src/tables/start-key.ts';
import { encodeKey, isInRange, segmentRange } from '../../src/tables/tree-key.ts';
import { item, N, refusal, S } from './support.ts';

const schema: KeySchema = { hash: { name: 'pk', type: 'S' }, range: { name: 'sk', type: 'N' } };
const invalid = 'The provided starting key is invalid';
const mismatch = 'The provided key element does not match the schema';
const P = 'One or more parameter values were invalid: ';

describe('the values of a start key', () => {
  const cases: [RawAttributeValue, string][] = [
    [{ S: 'a' }, 'not refused'],
    [{}, `${invalid}: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes`],
    [{ NULL: false }, `${invalid}: ${P}Null attribute value types must have the value of true`],
    [{ SS: [] }, `${invalid}: ${P}An string set  may not be empty`],
    [{ NS: [] }, `${P}An number set  may not be empty`],
    [{ N: 'x' }, 'The parameter cannot be converted to a numeric value: x'],
    [
      { N: '1e126' },
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    ],
    [{ SS: ['a', 'a'] }, `${P}Input collection [a, a] contains duplicates.`],
  ];
  for (const [raw, sentence] of cases) {
    test(JSON.stringify(raw), () => {
      expect(refusal(() => checkedStartKeyItem(new Map([['pk', raw]])))).toBe(sentence);
    });
  }
});

describe('a Scan begins at a key of its table and segment', () => {
  const cases: [Item, string][] = [
    [item({ pk: S('a'), sk: N(1) }), 'not refused'],
    [item({ pk: S('a') }), `${invalid}: ${mismatch}`],
    [item({ pk: S('a'), sk: N(1), x: N(1) }), `${invalid}: ${mismatch}`],
    [item({ pk: S('a'), x: N(1) }), `${invalid}: ${mismatch}`],
    [item({ pk: N(1), sk: N(1) }), `${invalid}: ${mismatch}`],
  ];
  for (const [key, sentence] of cases) {
    test(JSON.stringify([...key]), () =>
      expect(refusal(() => checkScanStartKey(schema, key))).toBe(sentence),
    );
  }
  test('of two segments one is right and one is wrong', () => {
    const key = item({ pk: S('a'), sk: N(1) });
    const owner = isInRange(segmentRange(0, 2), encodeKey(schema, key)) ? 0 : 1;
    expect(refusal(() => checkScanStartKey(schema, key, { Segment: owner, TotalSegments: 2 }))).toBe(
      'not refused',
    );
    expect(refusal(() => checkScanStartKey(schema, key, { Segment: 1 - owner, TotalSegments: 2 }))).toBe(
      `${invalid}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. ` +
        `TotalSegments: 2 Segment: ${1 - owner}`,
    );
  });
});

describe('a Query begins at a key it could have returned', () => {
  const whole: BoundKeyCondition = { hash: S('a') };
  const above: BoundKeyCondition = { hash: S('a'), sort: { op: '>', value: N(5) } };
  const cases: [string, Item, BoundKeyCondition, string][] = [
    ['its own', item({ pk: S('a'), sk: N(1) }), whole, 'not refused'],
    ['one that meets the condition', item({ pk: S('a'), sk: N(6) }), above, 'not refused'],
    ['one attribute', item({ pk: S('a') }), whole, invalid],
    ['three attributes', item({ pk: S('a'), sk: N(1), x: N(1) }), whole, invalid],
    ['another attribute', item({ pk: S('a'), x: N(1) }), whole, invalid],
    ['a wrong type', item({ pk: S('a'), sk: S('1') }), whole, mismatch],
    [
      'an empty key',
      item({ pk: S(''), sk: N(1) }),
      whole,
      `${invalid}: One or more parameter values are not valid. ` +
        'The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    ],
    [
      'another partition',
      item({ pk: S('b'), sk: N(1) }),
      whole,
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
    [
      'one that does not meet the condition',
      item({ pk: S('a'), sk: N(5) }),
      above,
      'The provided starting key does not match the range key predicate',
    ],
    [
      'another partition, where it meets the condition',
      item({ pk: S('b'), sk: N(6) }),
      above,
      'The query can return at most one row and cannot be restarted',
    ],
    [
      'another partition, where it does not',
      item({ pk: S('b'), sk: N(5) }),
      above,
      'The provided starting key does not match the range key predicate',
    ],
  ];
  for (const [name, key, condition, sentence] of cases) {
    test(name, () => expect(refusal(() => checkQueryStartKey(schema, key, condition))).toBe(sentence));
  }
});
