import { describe, expect, test } from 'vitest';
import {
  checkContext,
  contextFields,
  encryptionContextBytesMax,
  isWellFormed,
} from '../../../src/kms/embedded/encryption-context.ts';
import { refusalOf } from '../../support/refusal.ts';

const textsOf = (pairs: [string, string][]) =>
  contextFields(new Map(pairs)).map((field) => Buffer.from(field).toString());

describe('the fields of an encryption context', () => {
  test('come in the order of the UTF-8 bytes of their keys', () => {
    // In UTF-16 the emoji, a pair of surrogates, would come before U+FFFD.
    expect(
      textsOf([
        ['\ufffd', '3'],
        ['\u{1f511}', '4'],
        ['b', '2'],
        ['B', '1'],
      ]),
    ).toEqual(['B', '1', 'b', '2', '\ufffd', '3', '\u{1f511}', '4']);
  });
  test('hold keys with meanings of their own in JavaScript', () => {
    expect(
      textsOf([
        ['constructor', 'b'],
        ['__proto__', 'a'],
      ]),
    ).toEqual(['__proto__', 'a', 'constructor', 'b']);
  });
});

describe('a context is refused for sealing', () => {
  test(`above ${encryptionContextBytesMax} bytes, keys and values counted as UTF-8`, async () => {
    const of = (bytes: number) => new Map([['\u00e9', 'x'.repeat(bytes - 2)]]);
    expect(await refusalOf(() => checkContext(of(encryptionContextBytesMax)))).toBe('answered');
    expect(await refusalOf(() => checkContext(of(encryptionContextBytesMax + 1)))).toMatch(/^Validation/);
  });
  for (const [key, value] of [
    ['\ud800', ''],
    ['a', '\udc00'],
    ['a', 'x\ud83dx'],
  ]) {
    test(`with half a surrogate pair in ${JSON.stringify([key, value])}`, async () => {
      const context = new Map([[key ?? '', value ?? '']]);
      expect(isWellFormed(context)).toBe(false);
      expect(await refusalOf(() => checkContext(context))).toMatch(/^Validation/);
    });
  }
  test('and not for whole pairs', () =>
    expect(isWellFormed(new Map([['\u{1f511}', '\u{1f512}']]))).toBe(true));
});
