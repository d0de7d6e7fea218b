/** Crafts one AES-GCM text that opens under two keys: what a commitment to the key is there to stop (R-COM-1). */
import { createCipheriv, randomBytes } from 'node:crypto';

const blockBytes = 16;
/** x^128 + x^7 + x^2 + x + 1, in GCM's order of bits. */
const reduction = 0xe1n << 120n;

export interface CollisionOptions {
  readonly keys: readonly [Uint8Array, Uint8Array];
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  /** Blocks of ciphertext, at least one. */
  readonly blockCount: number;
}

/**
 * Returns `ciphertext ‖ tag`. The tag is linear in the last block x of the ciphertext, so that both keys' tags agree
 * where x (Ha² + Hb²) is the sum of all that remains of the two.
 */
export function collidingText({ keys, nonce, aad, blockCount }: CollisionOptions): Buffer {
  const free = randomBytes((blockCount - 1) * blockBytes);
  const lengths = Buffer.alloc(blockBytes);
  lengths.writeBigUInt64BE(BigInt(aad.length * 8), 0);
  lengths.writeBigUInt64BE(BigInt(blockCount * blockBytes * 8), 8);
  const terms = keys.map((key) => {
    const h = encrypted(key, Buffer.alloc(blockBytes));
    const mask = encrypted(key, Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])]));
    let state = 0n;
    for (const block of [...blocksOf(aad), ...blocksOf(free)]) state = times(state ^ block, h);
    const square = times(h, h);
    return { square, rest: times(state, square) ^ times(numberOf(lengths), h) ^ mask };
  });
  const sum = (pick: 'square' | 'rest') => terms.reduce((total, term) => total ^ term[pick], 0n);
  const last = times(sum('rest'), inverse(sum('square')));
  const [first] = terms;
  if (first === undefined) throw new Error('two keys are needed');
  return Buffer.concat([free, bytesOf(last), bytesOf(times(last, first.square) ^ first.rest)]);
}

function encrypted(key: Uint8Array, block: Uint8Array): bigint {
  return numberOf(createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block));
}

function blocksOf(bytes: Uint8Array): bigint[] {
  const padded = Buffer.alloc(Math.ceil(bytes.length / blockBytes) * blockBytes);
  padded.set(bytes);
  const blocks: bigint[] = [];
  for (let at = 0; at < padded.length; at += blockBytes) {
    blocks.push(numberOf(padded.subarray(at, at + blockBytes)));
  }
  return blocks;
}

function numberOf(block: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(block).toString('hex')}`);
}

function bytesOf(element: bigint): Buffer {
  return Buffer.from(element.toString(16).padStart(2 * blockBytes, '0'), 'hex');
}

/** The product in GCM's field (SP 800-38D, section 6.3). */
function times(x: bigint, y: bigint): bigint {
  let product = 0n;
  let shifted = x;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((y >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ reduction : shifted >> 1n;
  }
  return product;
}

/** x^(2^128 - 2): the product of x squared 1 to 127 times. */
function inverse(x: bigint): bigint {
  let product = 1n << 127n;
  let power = x;
  for (let turn = 1; turn < 128; turn++) {
    power = times(power, power);
    product = times(product, power);
  }
  return product;
}
