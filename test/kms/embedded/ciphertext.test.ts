import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  ciphertextBytesMax,
  ciphertextContext,
  ciphertextOverheadBytes,
  joinCiphertext,
  splitCiphertext,
} from '../../../src/kms/embedded/ciphertext.ts';
import { newKeyId } from '../../../src/kms/embedded/key.ts';

const head = { keyId: randomUUID(), materialId: randomBytes(32).toString('hex') };
const envelope = randomBytes(104);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('a ciphertext', () => {
  test('gives back its key, its material and its envelope', () => {
    const parts = splitCiphertext(joinCiphertext(head, envelope));
    expect(parts).toMatchObject(head);
    expect(hex(parts?.envelope ?? new Uint8Array(0))).toBe(hex(envelope));
  });

  test('of a multi-Region key gives back its id, which is no UUID', () => {
    const multiRegion = { ...head, keyId: newKeyId({ multiRegion: true }) };
    expect(splitCiphertext(joinCiphertext(multiRegion, envelope))).toMatchObject(multiRegion);
    const alike = { ...head, keyId: `mrk-${head.keyId.replaceAll('-', '')}` };
    expect(hex(ciphertextContext(alike, new Map()))).not.toBe(hex(ciphertextContext(head, new Map())));
  });

  test('of the largest plaintext is within what Decrypt takes', () => {
    expect(4096 + ciphertextOverheadBytes).toBeLessThanOrEqual(ciphertextBytesMax);
  });

  test('that lies inside a larger buffer is read from its own start', () => {
    const blob = joinCiphertext(head, envelope);
    const larger = new Uint8Array(blob.length + 20);
    larger.set(blob, 13);
    expect(splitCiphertext(larger.subarray(13, 13 + blob.length))).toMatchObject(head);
  });

  const foreign: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['one byte less than an empty plaintext makes', joinCiphertext(head, randomBytes(71))],
    ['one byte more than the largest', joinCiphertext(head, randomBytes(ciphertextBytesMax - 48))],
    ['another format', joinCiphertext(head, envelope).fill(3, 0, 1)],
  ];
  for (const [name, blob] of foreign) {
    test(`is not ${name}`, () => expect(splitCiphertext(blob)).toBeUndefined());
  }
});

describe('what a ciphertext is bound to', () => {
  const bound = (pairs: [string, string][], of = head) => hex(ciphertextContext(of, new Map(pairs)));
  test('is the same in any order of the pairs', () => {
    expect(
      bound([
        ['b', '2'],
        ['a', '1'],
      ]),
    ).toBe(
      bound([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
  });

  test('differs wherever a pair, a key or a material differs', () => {
    const all = [
      bound([]),
      bound([['a', '1']]),
      bound([['a', '2']]),
      bound([['A', '1']]),
      bound([['1', 'a']]),
      bound([['a', '']]),
      bound([['', 'a1']]),
      bound([['a1', '']]),
      bound([
        ['a', '1'],
        ['b', '2'],
      ]),
      bound([['a', '1b2']]),
      bound([['__proto__', '1']]),
      bound([['\u00e9', '1']]),
      bound([['e\u0301', '1']]),
      bound([], { ...head, keyId: randomUUID() }),
      bound([], { ...head, materialId: randomBytes(32).toString('hex') }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
