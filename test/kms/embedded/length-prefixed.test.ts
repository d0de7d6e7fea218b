import { expect, test } from 'vitest';
import { lengthPrefixed } from '../../../src/kms/embedded/length-prefixed.ts';

const hex = (...fields: (string | Uint8Array)[]) => Buffer.from(lengthPrefixed(...fields)).toString('hex');

test('each field comes after its length', () => {
  expect(hex('ab', new Uint8Array(0), Uint8Array.of(255))).toBe('00000002616200000000' + '00000001ff');
});

test('no two lists of fields give the same bytes', () => {
  const lists = [[], [''], ['', ''], ['ab'], ['a', 'b'], ['', 'ab'], ['ab', ''], ['\0\0\0\x01a']];
  expect(new Set(lists.map((list) => hex(...list))).size).toBe(lists.length);
});
