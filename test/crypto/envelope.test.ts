import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { commitmentBytes, envelopeOverheadBytes, keyBytes, nonceBytes } from '../../src/crypto/core.ts';
import { openEnvelope, sealEnvelope } from '../../src/crypto/envelope.ts';
import { oracleCommitment, oracleGcmSeal, oracleOpenPage, oracleXaesKey } from '../support/oracle.ts';
import { collidingText } from '../support/two-key-collision.ts';
import { usableCores } from '../support/usable-cores.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const context = Buffer.from('table 7, data key 3');
const sizes = [0, 1, 15, 16, 17, 32, 100, 255, 256, 1000, 4096];

function flipped(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

for (const { name, core } of usableCores) {
  describe(`an envelope of ${name}`, () => {
    test('opens as the bytes it was closed over', () => {
      const key = core.generateKey();
      for (const size of sizes) {
        const plain = randomBytes(size);
        const sealed = core.sealBytes(key, plain, context);
        expect(sealed.length).toBe(size + envelopeOverheadBytes);
        expect(hex(core.openBytes(key, sealed, context))).toBe(hex(plain));
      }
    });

    test('is bound to a context of any length, from none on', () => {
      const key = core.generateKey();
      for (const size of [0, 1, 15, 16, 31, 32, 33, 55, 64, 65, 1000, 5000]) {
        const bound = randomBytes(size);
        const sealed = core.sealBytes(key, context, bound);
        expect(hex(core.openBytes(key, sealed, bound))).toBe(hex(context));
        const longer = Buffer.concat([bound, Buffer.alloc(1)]);
        expect(() => core.openBytes(key, sealed, longer)).toThrow(IntegrityFault);
        for (let at = 0; at < size; at += Math.ceil(size / 50)) {
          expect(() => core.openBytes(key, sealed, flipped(bound, at))).toThrow(IntegrityFault);
        }
      }
    });

    test('is drawn as the oracle draws it: commitment, nonce, text and tag', () => {
      const bytes = randomBytes(keyBytes);
      const plain = randomBytes(77);
      const sealed = core.sealBytes(core.importKey(Uint8Array.from(bytes)), plain, context);
      const page = sealed.subarray(commitmentBytes);
      const commitment = oracleCommitment(bytes, page.subarray(0, nonceBytes), context);
      expect(hex(sealed.subarray(0, commitmentBytes))).toBe(hex(commitment));
      expect(hex(oracleOpenPage(bytes, page, context))).toBe(hex(plain));
    });

    test('never has the same nonce again', () => {
      const key = core.generateKey();
      const nonces = Array.from({ length: 2_000 }, () =>
        hex(
          core
            .sealBytes(key, new Uint8Array(0), context)
            .subarray(commitmentBytes, commitmentBytes + nonceBytes),
        ),
      );
      expect(new Set(nonces.map((nonce) => nonce.slice(0, 24))).size).toBe(nonces.length);
      expect(new Set(nonces.map((nonce) => nonce.slice(24))).size).toBe(nonces.length);
    });

    test('does not open with any byte changed', () => {
      const key = core.generateKey();
      for (const size of [0, 1, 16, 32, 100]) {
        const sealed = core.sealBytes(key, randomBytes(size), context);
        for (let at = 0; at < sealed.length; at++) {
          for (const mask of [1, 0x80, 0xff]) {
            expect(() => core.openBytes(key, flipped(sealed, at, mask), context)).toThrow(IntegrityFault);
          }
        }
      }
    });

    test('does not open cut off, extended or under another key', () => {
      const key = core.generateKey();
      const sealed = core.sealBytes(key, randomBytes(32), context);
      for (let size = 0; size < sealed.length; size++) {
        expect(() => core.openBytes(key, sealed.subarray(0, size), context)).toThrow(IntegrityFault);
      }
      for (const size of [1, 16, 32]) {
        const longer = Buffer.concat([sealed, Buffer.alloc(size)]);
        expect(() => core.openBytes(key, longer, context)).toThrow(IntegrityFault);
      }
      expect(() => core.openBytes(core.generateKey(), sealed, context)).toThrow(IntegrityFault);
      expect(core.openBytes(key, sealed, context).length).toBe(32);
    });

    test('leaves its input as it was and gives bytes that own their memory', () => {
      const key = core.generateKey();
      const plain = randomBytes(20);
      const before = hex(plain);
      const sealed = core.sealBytes(key, plain, context);
      const sealedBefore = hex(sealed);
      const opened = core.openBytes(key, sealed, context);
      expect([hex(plain), hex(sealed)]).toEqual([before, sealedBefore]);
      for (const result of [sealed, opened]) expect(result.buffer.byteLength).toBe(result.length);
    });

    test('around a key opens as that key', () => {
      const [wrapping, key] = [core.generateKey(), core.generateKey()];
      const sealed = core.sealKey(wrapping, key, context);
      expect(sealed.length).toBe(keyBytes + envelopeOverheadBytes);
      const plain = randomBytes(10);
      const opened = core.openKey(wrapping, sealed, context);
      expect(hex(core.openBytes(opened, core.sealBytes(key, plain, context), context))).toBe(hex(plain));
    });

    test('around a key does not open changed, in another context, under another key or around no key', () => {
      const [wrapping, key] = [core.generateKey(), core.generateKey()];
      const sealed = core.sealKey(wrapping, key, context);
      for (let at = 0; at < sealed.length; at++) {
        expect(() => core.openKey(wrapping, flipped(sealed, at), context)).toThrow(IntegrityFault);
        expect(() => core.openKey(wrapping, sealed.subarray(0, at), context)).toThrow(IntegrityFault);
      }
      expect(() => core.openKey(wrapping, sealed, flipped(context, 0))).toThrow(IntegrityFault);
      expect(() => core.openKey(key, sealed, context)).toThrow(IntegrityFault);
      for (const size of [0, 16, 31, 33, 64]) {
        const other = core.sealBytes(wrapping, randomBytes(size), context);
        expect(() => core.openKey(wrapping, other, context)).toThrow(IntegrityFault);
      }
      core.openKey(wrapping, sealed, context);
    });
  });

  describe(`R-COM-1: a text that opens under two keys, given to ${name}`, () => {
    for (const blockCount of [1, 2, 5, 40]) {
      test(`of ${blockCount} blocks opens as a bare text under both, and as an envelope under the committed one`, () => {
        const keys = [randomBytes(keyBytes), randomBytes(keyBytes)] as const;
        const nonce = randomBytes(nonceBytes);
        const text = collidingText({
          keys: [oracleXaesKey(keys[0], nonce), oracleXaesKey(keys[1], nonce)],
          nonce: nonce.subarray(12),
          aad: context,
          blockCount,
        });
        const [first, second] = keys.map((key) => core.importKey(Uint8Array.from(key)));
        if (first === undefined || second === undefined) throw new Error('there are two keys');
        const page = Buffer.concat([nonce, text]);
        const output = new Uint8Array(page.length);
        const pages = Uint32Array.of(0, page.length, 0, 0, context.length);
        for (const key of [first, second]) {
          expect(core.openPages(key, { input: page, output, aad: context, pages })).toBe(-1);
        }
        for (const [index, key] of keys.entries()) {
          const envelope = Buffer.concat([oracleCommitment(key, nonce, context), page]);
          const [committed, other] = index === 0 ? [first, second] : [second, first];
          expect(core.openBytes(committed, envelope, context).length).toBe(blockCount * 16);
          expect(() => core.openBytes(other, envelope, context)).toThrow(IntegrityFault);
        }
      });
    }

    test('does not become a key under the second of them (E14)', () => {
      for (let turn = 0; turn < 20; turn++) {
        const keys = [randomBytes(keyBytes), randomBytes(keyBytes)] as const;
        const nonce = randomBytes(nonceBytes);
        const text = collidingText({
          keys: [oracleXaesKey(keys[0], nonce), oracleXaesKey(keys[1], nonce)],
          nonce: nonce.subarray(12),
          aad: context,
          blockCount: 2,
        });
        const envelope = Buffer.concat([oracleCommitment(keys[0], nonce, context), nonce, text]);
        core.openKey(core.importKey(Uint8Array.from(keys[0])), envelope, context);
        const second = core.importKey(Uint8Array.from(keys[1]));
        expect(() => core.openKey(second, envelope, context)).toThrow(IntegrityFault);
      }
    });

    test('is not needed for a commitment without a right tag to be refused', () => {
      const bytes = randomBytes(keyBytes);
      const nonce = randomBytes(nonceBytes);
      const text = oracleGcmSeal(oracleXaesKey(bytes, nonce), nonce.subarray(12), context, randomBytes(32));
      const envelope = Buffer.concat([oracleCommitment(bytes, nonce, context), nonce, text]);
      const key = core.importKey(bytes);
      core.openKey(key, envelope, context);
      expect(() => core.openKey(key, flipped(envelope, envelope.length - 1), context)).toThrow(
        IntegrityFault,
      );
    });
  });
}

describe('any two cores', () => {
  const pairs = usableCores.flatMap((from) => usableCores.map((to) => [from, to] as const));
  for (const [from, to] of pairs) {
    test(`${to.name} opens the envelopes of ${from.name}, and derives the same keys`, () => {
      const bytes = randomBytes(keyBytes);
      const own = from.core.importKey(Uint8Array.from(bytes));
      const theirs = to.core.importKey(bytes);
      const sealed = from.core.sealBytes(from.core.deriveKey(own, context), Buffer.from('text'), context);
      expect(hex(to.core.openBytes(to.core.deriveKey(theirs, context), sealed, context))).toBe(
        hex(Buffer.from('text')),
      );
      const inner = from.core.generateKey();
      const sealedKey = from.core.sealKey(own, inner, context);
      const innerText = from.core.sealBytes(inner, Buffer.from('inner'), context);
      const opened = to.core.openKey(theirs, sealedKey, context);
      expect(Buffer.from(to.core.openBytes(opened, innerText, context)).toString()).toBe('inner');
    });
  }
});

describe('an envelope over node:crypto', () => {
  test('is undefined where it does not open', () => {
    const key = randomBytes(keyBytes);
    const sealed = sealEnvelope(key, Buffer.from('x'), context);
    expect(openEnvelope(key, sealed, context)?.toString()).toBe('x');
    expect(openEnvelope(key, sealed.subarray(1), context)).toBeUndefined();
    expect(openEnvelope(key, new Uint8Array(0), context)).toBeUndefined();
  });
});
