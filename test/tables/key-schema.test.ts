import { describe, expect, test } from 'vitest';
import type { AttributeValue, Item, KeyAttributeType } from '../../src/tables/attribute.ts';
import {
  checkItemKey,
  checkKey,
  checkKeyPart,
  type KeySchema,
  keyAttributes,
  keyOf,
} from '../../src/tables/key-schema.ts';
import { item, N, refusal, S } from './support.ts';

const schema = (hash: KeyAttributeType, range?: KeyAttributeType): KeySchema => ({
  hash: { name: 'pk', type: hash },
  ...(range === undefined ? {} : { range: { name: 'sk', type: range } }),
});
const B = (length: number): AttributeValue => ({ B: new Uint8Array(length) });

const mismatch = 'The provided key element does not match the schema';
const P = 'One or more parameter values were invalid: ';
const empty = (kind: string, name: string) =>
  'One or more parameter values are not valid. ' +
  `The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`;
const hashTooLong = `${P}Size of hashkey has exceeded the maximum size limit of2048 bytes`;
const rangeTooLong = `${P}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`;

describe('an item of a batch is refused as a Key parameter is', () => {
  const cases: [string, Item, string][] = [
    ['with more than its key, not at all', item({ pk: S('a'), sk: N(1), x: S('a') }), 'not refused'],
    ['without the sort key', item({ pk: S('a') }), mismatch],
    ['of a wrong type', item({ pk: N(1), sk: N(1) }), mismatch],
    ['of a wrong type of the second attribute', item({ pk: S('a'), sk: S('1') }), mismatch],
    ['with an empty first attribute and no second', item({ pk: S('') }), empty('string', 'pk')],
  ];
  for (const [title, given, sentence] of cases) {
    test(title, () => {
      expect(refusal(() => checkItemKey(schema('S', 'N'), given, { inBatch: true }))).toBe(sentence);
    });
  }
});

describe('a Key parameter', () => {
  const cases: [string, KeySchema, Item, string][] = [
    ['of a hash key passes', schema('S'), item({ pk: S('a') }), 'not refused'],
    ['of both keys passes', schema('S', 'N'), item({ sk: N(0), pk: S('a') }), 'not refused'],
    ['without the sort key', schema('S', 'N'), item({ pk: S('a') }), mismatch],
    ['without the hash key', schema('S', 'N'), item({ sk: N(1) }), mismatch],
    ['with one attribute more', schema('S'), item({ pk: S('a'), x: S('a') }), mismatch],
    ['with another attribute', schema('S'), item({ x: S('a') }), mismatch],
    ['with nothing', schema('S'), item({}), mismatch],
    ['of a wrong type', schema('S'), item({ pk: N(1) }), mismatch],
    ['of a wrong sort key type', schema('S', 'N'), item({ pk: S('a'), sk: S('1') }), mismatch],
    ['with an empty string', schema('S'), item({ pk: S('') }), empty('string', 'pk')],
    ['with an empty sort key', schema('S', 'S'), item({ pk: S('a'), sk: S('') }), empty('string', 'sk')],
    ['with an empty binary', schema('B'), item({ pk: B(0) }), empty('binary', 'pk')],
    ['of 2,048 bytes passes', schema('S'), item({ pk: S('ä'.repeat(1024)) }), 'not refused'],
    ['of 2,049 bytes', schema('S'), item({ pk: S('a'.repeat(2049)) }), hashTooLong],
    ['of 2,049 bytes of binary', schema('B'), item({ pk: B(2049) }), hashTooLong],
    [
      'with 1,024 bytes of sort key passes',
      schema('S', 'B'),
      item({ pk: S('a'), sk: B(1024) }),
      'not refused',
    ],
    ['with 1,025 bytes of sort key', schema('S', 'B'), item({ pk: S('a'), sk: B(1025) }), rangeTooLong],
  ];
  for (const [name, keys, key, sentence] of cases) {
    test(name, () => expect(refusal(() => checkKey(keys, key))).toBe(sentence));
  }
});

describe('an item to be put', () => {
  const both = schema('S', 'N');
  const cases: [string, KeySchema, Item, string][] = [
    ['may have more attributes', both, item({ pk: S('a'), sk: N(1), x: S('') }), 'not refused'],
    ['needs the hash key', both, item({ sk: N(1) }), `${P}Missing the key pk in the item`],
    ['needs the sort key', both, item({ pk: S('a') }), `${P}Missing the key sk in the item`],
    [
      'needs the right type',
      both,
      item({ pk: N(1), sk: N(1) }),
      `${P}Type mismatch for key pk expected: S actual: N`,
    ],
    [
      'needs the right sort key type',
      both,
      item({ pk: S('a'), sk: { NULL: true } }),
      `${P}Type mismatch for key sk expected: N actual: NULL`,
    ],
    ['needs a value', schema('S'), item({ pk: S('') }), empty('string', 'pk')],
    ['needs a short key', schema('S'), item({ pk: S('a'.repeat(2049)) }), hashTooLong],
    ['needs a short sort key', schema('S', 'S'), item({ pk: S('a'), sk: S('a'.repeat(1025)) }), rangeTooLong],
  ];
  for (const [name, keys, value, sentence] of cases) {
    test(name, () => expect(refusal(() => checkItemKey(keys, value))).toBe(sentence));
  }
});

test('the key of an item is its key attributes, hash first', () => {
  const key = keyOf(schema('S', 'N'), item({ x: S('x'), sk: N(1), pk: S('a') }));
  expect([...key]).toEqual([
    ['pk', S('a')],
    ['sk', N(1)],
  ]);
  expect(keyAttributes(schema('S')).map(({ name }) => name)).toEqual(['pk']);
});

describe('an attribute of any key is refused', () => {
  const P = 'One or more parameter values were invalid: ';
  const a = { name: 'a', type: 'S' } as const;
  const cases: ['hash' | 'range', AttributeValue, string][] = [
    ['hash', S('x'.repeat(2048)), 'not refused'],
    ['hash', S('x'.repeat(2049)), `${P}Size of hashkey has exceeded the maximum size limit of2048 bytes`],
    ['range', S('x'.repeat(1024)), 'not refused'],
    [
      'range',
      S('x'.repeat(1025)),
      `${P}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`,
    ],
    [
      'range',
      S(''),
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: a',
    ],
  ];
  for (const [kind, value, sentence] of cases) {
    test(`${kind}: ${sentence.slice(0, 60)}`, () =>
      expect(refusal(() => checkKeyPart(a, value, kind))).toBe(sentence));
  }
});
