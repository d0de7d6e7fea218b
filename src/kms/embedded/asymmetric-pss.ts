/** The encoding of RSASSA-PSS (RFC 8017, section 9.1) of a digest that comes from outside; the salt is as long as the hash. */
import { createHash, randomFillSync } from 'node:crypto';
import { concatBytes, equalBytes } from '../../base/bytes.ts';
import type { HashName } from './key-spec.ts';

const trailer = 0xbc;
const separator = 1;

interface PssInput {
  readonly digest: Uint8Array;
  readonly hash: HashName;
}

/** As many bytes as the modulus has; all moduli here have a multiple of eight bits. */
export function pssEncoded({ digest, hash }: PssInput, modulusBytes: number): Buffer {
  const salt = randomFillSync(Buffer.alloc(digest.length));
  const digestOfSalted = saltedHash(digest, salt, hash);
  const padding = new Uint8Array(modulusBytes - 2 * digest.length - 2);
  const block = concatBytes(padding, Uint8Array.of(separator), salt);
  return Buffer.concat([masked(block, digestOfSalted, hash), digestOfSalted, Uint8Array.of(trailer)]);
}

/** `encoded` is what the public key makes of a signature. */
export function isPssEncoded({ digest, hash }: PssInput, encoded: Uint8Array): boolean {
  const blockBytes = encoded.length - digest.length - 1;
  const digestOfSalted = encoded.subarray(blockBytes, -1);
  // The first bit is not the modulus's: it is zero in every encoding.
  if (encoded.at(-1) !== trailer || (encoded[0] ?? 0x80) >= 0x80) return false;
  const block = masked(encoded.subarray(0, blockBytes), digestOfSalted, hash);
  const saltStart = blockBytes - digest.length;
  if (block.subarray(0, saltStart - 1).some((byte) => byte !== 0)) return false;
  if (block[saltStart - 1] !== separator) return false;
  return equalBytes(saltedHash(digest, block.subarray(saltStart), hash), digestOfSalted);
}

function saltedHash(digest: Uint8Array, salt: Uint8Array, hash: HashName): Buffer {
  return createHash(hash).update(new Uint8Array(8)).update(digest).update(salt).digest();
}

/** The block under MGF1 (RFC 8017, B.2.1), its first bit cleared; the same again takes the mask off. */
function masked(block: Uint8Array, seed: Uint8Array, hash: HashName): Uint8Array {
  const result = new Uint8Array(block);
  const counter = Buffer.alloc(4);
  for (let start = 0, index = 0; start < block.length; index++) {
    counter.writeUInt32BE(index);
    const mask = createHash(hash).update(seed).update(counter).digest();
    for (const [offset, byte] of mask.entries()) {
      if (start + offset < result.length) result[start + offset] = (block[start + offset] ?? 0) ^ byte;
    }
    start += mask.length;
  }
  result[0] = (result[0] ?? 0) & 0x7f;
  return result;
}
