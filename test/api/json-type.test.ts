import { describe, expect, test } from 'vitest';
import {
  blobOf,
  booleanOf,
  listOf,
  mapOf,
  numberOf,
  serializationFault,
  stringOf,
  structureOf,
} from '../../src/api/json-type.ts';
import { refusalOf } from '../support/refusal.ts';

const structureFound = 'Start of structure or map found where not expected';
const list = (type: string) => `Unrecognized collection type class java.${type}`;
const converted = (token: string, type: string) => `${token} cannot be converted to ${type}`;

/** What a reader makes of each JSON type; a text is the sentence of its refusal. */
interface Row {
  readonly read: (json: unknown) => unknown;
  readonly taken: readonly (readonly [json: unknown, value: unknown])[];
  readonly refused: readonly (readonly [json: unknown, sentence: string])[];
}

const rows: Readonly<Record<string, Row>> = {
  'a string': {
    read: stringOf,
    taken: [
      ['', ''],
      ['ä', 'ä'],
    ],
    refused: [
      [1, converted('NUMBER_VALUE', 'String')],
      [-0, converted('NUMBER_VALUE', 'String')],
      [Number.POSITIVE_INFINITY, converted('NUMBER_VALUE', 'String')],
      [1.5, converted('DECIMAL_VALUE', 'String')],
      [true, converted('TRUE_VALUE', 'String')],
      [false, converted('FALSE_VALUE', 'String')],
      [[], list('lang.String')],
      [{}, structureFound],
    ],
  },
  'an integer': {
    read: (json) => numberOf(json, 'Integer'),
    taken: [
      [0, 0],
      [-5, -5],
      [1.9, 1],
      [2 ** 40, 2 ** 40],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ],
    refused: [
      ['1', converted('STRING_VALUE', 'Integer')],
      [true, converted('TRUE_VALUE', 'Integer')],
      [[1], list('lang.Integer')],
      [{ a: 1 }, structureFound],
    ],
  },
  'a long': {
    read: (json) => numberOf(json, 'Long'),
    taken: [[2 ** 53, 2 ** 53]],
    refused: [
      ['1', converted('STRING_VALUE', 'Long')],
      [[], list('lang.Long')],
    ],
  },
  'a double': {
    read: (json) => numberOf(json, 'Double'),
    taken: [
      [1.5, 1.5],
      [-0.25, -0.25],
    ],
    refused: [
      [Number.POSITIVE_INFINITY, converted('NUMBER_VALUE', 'Double')],
      ['1.5', converted('STRING_VALUE', 'Double')],
    ],
  },
  'a time': {
    read: (json) => numberOf(json, 'Date'),
    taken: [[1_728_462_000.25, 1_728_462_000.25]],
    refused: [
      ['2026-01-01', converted('STRING_VALUE', 'Date')],
      [Number.NEGATIVE_INFINITY, converted('NUMBER_VALUE', 'Date')],
    ],
  },
  'a boolean': {
    read: booleanOf,
    taken: [
      [true, true],
      [false, false],
      ['true', true],
      ['YES', true],
      ['1', true],
      ['False', false],
      ['no', false],
      ['0', false],
    ],
    refused: [
      ['', 'Unexpected token received from parser'],
      ['on', 'Unexpected token received from parser'],
      ['falsely', 'Unexpected token received from parser'],
      [1, converted('NUMBER_VALUE', 'Boolean')],
      [0.5, converted('DECIMAL_VALUE', 'Boolean')],
      [[], list('lang.Boolean')],
      [{}, structureFound],
    ],
  },
  'a blob': {
    read: blobOf,
    taken: [
      ['', new Uint8Array()],
      ['AP8=', Uint8Array.of(0, 255)],
    ],
    refused: [
      ['AP8', 'Base64 encoded length is expected a multiple of 4 bytes but found: 3'],
      [1, 'only base-64-encoded strings are convertible to bytes'],
      [true, 'only base-64-encoded strings are convertible to bytes'],
      [[], list('nio.ByteBuffer')],
      [{}, structureFound],
    ],
  },
  'a list': {
    read: listOf,
    taken: [
      [[], []],
      [
        [1, 'a'],
        [1, 'a'],
      ],
    ],
    refused: [
      [{}, structureFound],
      ['a', 'Unexpected field type'],
      [1, 'Unexpected field type'],
      [true, 'Unexpected field type'],
    ],
  },
  'a map': {
    read: (json) => mapOf(json, 'java.lang.String'),
    taken: [[{ a: 1 }, { a: 1 }]],
    refused: [
      [[], 'Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>'],
      ['a', 'Unexpected field type'],
      [1, 'Unexpected field type'],
      [null, 'Unexpected field type'],
    ],
  },
  'a structure in a structure': {
    read: (json) => structureOf(json, 'a.Class', false),
    taken: [[{ a: 1 }, { a: 1 }]],
    refused: [
      [[], 'Unrecognized collection type class a.Class'],
      ['a', 'Unexpected field type'],
      [null, 'Unexpected field type'],
    ],
  },
  'a structure in a list': {
    read: (json) => structureOf(json, 'a.Class', true),
    taken: [[{}, {}]],
    refused: [
      [[], 'Unrecognized collection type class a.Class'],
      ['a', 'Unexpected value type in payload'],
      [1, 'Unexpected value type in payload'],
    ],
  },
};

for (const [name, { read, taken, refused }] of Object.entries(rows)) {
  describe(name, () => {
    for (const [json, value] of taken) {
      test(`is made of ${String(JSON.stringify(json))}`, () => expect(read(json)).toEqual(value));
    }
    for (const [json, sentence] of refused) {
      test(`is not made of ${String(JSON.stringify(json))}: ${sentence}`, async () => {
        expect(await refusalOf(() => read(json))).toBe(`Serialization: ${sentence}`);
      });
    }
  });
}

test('a fault of reading is a refusal with its sentence', () => {
  expect(serializationFault('why')).toMatchObject({ code: 'Serialization', message: 'why' });
});
