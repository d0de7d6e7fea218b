/** Items for tests of the values: short ways to write them, and random ones. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import type { AttributeValue, Item } from '../../src/tables/attribute.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { canonicalNumber } from '../../src/tables/number.ts';
import type { TableDefinition } from '../../src/tables/table-record.ts';

export const S = (text: string): AttributeValue => ({ S: text });
export const N = (number: number | string): AttributeValue => ({ N: canonicalNumber(String(number)) });
export const L = (...elements: AttributeValue[]): AttributeValue => ({ L: elements });
export const M = (members: Record<string, AttributeValue>): AttributeValue => ({ M: item(members) });
export const item = (members: Record<string, AttributeValue>): Item => new Map(Object.entries(members));

/** The sentence with which `act` is refused. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (fault) {
    expect(fault).toBeInstanceOf(Refusal);
    if (fault instanceof Refusal) expect(fault.code).toBe('Validation');
    return fault instanceof Error ? fault.message : String(fault);
  }
  return 'not refused';
}

/** Canonical numbers over the whole range, with many short ones. */
export const anyNumber = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(String),
  fc
    .tuple(fc.boolean(), fc.stringMatching(/^[0-9]{1,38}$/), fc.integer({ min: -130, max: 125 }))
    .map(([negative, digits, exponent]) => {
      const trimmed = digits.replace(/^0+/, '');
      if (trimmed === '') return '0';
      return canonicalNumber(`${negative ? '-' : ''}${trimmed[0]}.${trimmed.slice(1)}e${exponent}`);
    }),
);

const binary = fc.uint8Array({ maxLength: 40 });
const awkwardNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '$ne',
  'ä',
  '😀',
  'a.b',
];
export const anyName = fc.oneof(
  fc.constantFrom(...awkwardNames),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
);
const unique = <T>(each: fc.Arbitrary<T>, key: (value: T) => unknown) =>
  fc.uniqueArray(each, { selector: key, minLength: 1, maxLength: 6 });
const text = fc.string({ unit: 'grapheme', maxLength: 200 });

const { value: anyValueOf, map: anyMap } = fc.letrec<{ value: AttributeValue; map: Item }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    text.map((S) => ({ S })),
    anyNumber.map((N) => ({ N })),
    binary.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    unique(text, (each) => each).map((SS) => ({ SS })),
    unique(anyNumber, (each) => each).map((NS) => ({ NS })),
    unique(binary, (each) => each.join()).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 5 }).map((L) => ({ L })),
    tie('map').map((M) => ({ M })),
  ),
  map: fc.array(fc.tuple(anyName, tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
}));
export const anyValue: fc.Arbitrary<AttributeValue> = anyValueOf;
export const anyItem: fc.Arbitrary<Item> = anyMap;

/** The record of a table that was just made. */
export function recordOf({ encryption, ...definition }: TableDefinition): TableRecord {
  return {
    id: '0b9b8c7e-0000-4000-8000-000000000001',
    account: '111122223333',
    region: 'us-east-1',
    definition,
    encryption: encryption.kind,
    keys: { keyArn: 'arn:aws:kms:us-east-1:1:key/k', tableKey: Uint8Array.of(1, 2), dataKeys: [] },
    tree: 2,
    status: 'ACTIVE',
    createdAtMs: 1_700_000_000_000,
    itemCount: 0,
    tableBytes: 0,
  };
}
