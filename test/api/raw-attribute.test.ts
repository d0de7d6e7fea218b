import { describe, expect, test } from 'vitest';
import { rawAttribute, rawItem } from '../../src/api/raw-attribute.ts';
import { refusalOf } from '../support/refusal.ts';

describe('an attribute value is read by its type', () => {
  for (const [json, value] of [
    [{ S: '' }, { S: '' }],
    [{ N: 'whatever' }, { N: 'whatever' }],
    [{ B: 'AP8=' }, { B: Uint8Array.of(0, 255) }],
    [{ BOOL: false }, { BOOL: false }],
    [{ BOOL: 'true' }, { BOOL: true }],
    [{ NULL: true }, { NULL: true }],
    [{ SS: ['a', 'a'] }, { SS: ['a', 'a'] }],
    [{ NS: [] }, { NS: [] }],
    [{ BS: ['', 'AA=='] }, { BS: [new Uint8Array(), Uint8Array.of(0)] }],
    [{ L: [{ S: 'a' }, null, {}] }, { L: [{ S: 'a' }, {}, {}] }],
    [{ M: { a: { N: '1' }, b: null } }, { M: new Map([['a', { N: '1' }]]) }],
    // What is legal is not the reader's to say.
    [
      { S: 'a', N: '1' },
      { S: 'a', N: '1' },
    ],
    [{}, {}],
    [{ S: null, N: '1' }, { N: '1' }],
    [{ X: 1, toString: 2, hasOwnProperty: 3 }, {}],
  ] as const) {
    test(JSON.stringify(json), () => expect(rawAttribute(json)).toEqual(value));
  }
});

describe('an attribute value of the wrong type is refused', () => {
  const class_ = 'com.amazonaws.dynamodb.v20120810.AttributeValue';
  for (const [json, sentence] of [
    ['a', 'Unexpected value type in payload'],
    [1, 'Unexpected value type in payload'],
    [[], `Unrecognized collection type class ${class_}`],
    [{ S: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ N: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ N: 1.5 }, 'DECIMAL_VALUE cannot be converted to String'],
    [{ N: Number.POSITIVE_INFINITY }, 'NUMBER_VALUE cannot be converted to String'],
    [{ S: ['a'] }, 'Unrecognized collection type class java.lang.String'],
    [{ S: {} }, 'Start of structure or map found where not expected'],
    [{ B: true }, 'only base-64-encoded strings are convertible to bytes'],
    [{ B: '-_==' }, 'Illegal base64 character'],
    [{ BOOL: 1 }, 'NUMBER_VALUE cannot be converted to Boolean'],
    [{ NULL: 'maybe' }, 'Unexpected token received from parser'],
    [{ SS: 'a' }, 'Unexpected field type'],
    [{ SS: ['a', null] }, 'Unexpected field type'],
    [{ NS: [1] }, 'NUMBER_VALUE cannot be converted to String'],
    [{ BS: [null] }, 'Unexpected field type'],
    [{ L: {} }, 'Start of structure or map found where not expected'],
    [{ L: ['a'] }, 'Unexpected value type in payload'],
    [{ L: [{ M: { a: { S: false } } }] }, 'FALSE_VALUE cannot be converted to String'],
    [{ M: [] }, `Unrecognized collection type java.util.Map<java.lang.String, ${class_}>`],
    [{ M: 'a' }, 'Unexpected field type'],
    [{ M: { a: 'b' } }, 'Unexpected value type in payload'],
  ] as const) {
    test(`${JSON.stringify(json)}: ${sentence}`, async () => {
      expect(await refusalOf(() => rawAttribute(json))).toBe(`Serialization: ${sentence}`);
    });
  }
});

describe('an item', () => {
  test('R-JS-1: has attributes of any name, of prototypes too, and null for none', () => {
    const names = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '',
      '$ne',
      '1',
      '0',
    ];
    const json = JSON.parse(
      `{${names.map((name) => `${JSON.stringify(name)}:{"S":"x"}`).join()},"none":null}`,
    );
    const read = rawItem(json);
    expect([...read.keys()].sort()).toEqual([...names].sort());
    expect(read.get('__proto__')).toEqual({ S: 'x' });
    expect(Reflect.get({}, 'S')).toBeUndefined();
  });

  test('is refused where it is a list or no collection', async () => {
    expect(await refusalOf(() => rawItem([]))).toMatch(/^Serialization: Unrecognized collection type/);
    expect(await refusalOf(() => rawItem('a'))).toBe('Serialization: Unexpected field type');
  });
});
