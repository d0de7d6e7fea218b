/** Everything a kernel makes of a key, computed another way: what must not be found in a dump of the process. */
import { createCipheriv } from 'node:crypto';
import { oracleXaesKey } from '../support/oracle.ts';

export interface Needle {
  readonly name: string;
  /** Eight bytes or more, of which the first eight are looked for. */
  readonly bytes: Buffer;
}

const rounds = 14;
const blockBytes = 16;
const powersMax = 300;
const mask128 = (1n << 128n) - 1n;
const ghashPolynomial = 0xe1n << 120n;
const polyvalPolynomial = (0xc2n << 120n) | 1n;

/** The key and what XAES makes of it, and what GCM makes of the key derived for each nonce. */
export function materialOf(key: Buffer, nonces: readonly Buffer[]): Needle[] {
  const whole = [...halves('key', key), ...scheduleOf('key', key), ...halves('CMAC mask', cmacMask(key))];
  const derived = nonces.flatMap((nonce, index) =>
    gcmMaterialOf(`derived key ${index}`, oracleXaesKey(key, nonce)),
  );
  return [...whole, ...derived];
}

/** Round keys, powers of the hash key and first rounds. */
export function gcmMaterialOf(name: string, key: Buffer): Needle[] {
  const needles = [...scheduleOf(name, key), ...powersOf(name, key), ...firstRoundsOf(name, key)];
  // One that is hardly more than zeros would be found anywhere.
  return needles.filter(({ bytes }) => new Set(bytes.subarray(0, 8)).size >= 3);
}

/** Halves of blocks: kernels keep those apart, and what is left on a stack may be half of something. */
function halves(name: string, bytes: Buffer): Needle[] {
  return Array.from({ length: bytes.length / 8 }, (_, index) => ({
    name: `${name}, half ${index}`,
    bytes: bytes.subarray(8 * index, 8 * index + 8),
  }));
}

function encryptedZeros(key: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return cipher.update(Buffer.alloc(blockBytes));
}

function cmacMask(key: Buffer): Buffer {
  const zeros = BigInt(`0x${encryptedZeros(key).toString('hex')}`);
  return fromBig(((zeros << 1n) & mask128) ^ (zeros >> 127n === 1n ? 0x87n : 0n));
}

function fromBig(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * blockBytes, '0'), 'hex');
}

// ---- AES (FIPS 197) ----

const sBox = Uint8Array.from({ length: 256 }, (_, byte) => {
  const inverse = Array.from({ length: 256 }, (_unused, other) => other).find(
    (other) => timesInAes(byte, other) === 1,
  );
  const b = inverse ?? 0;
  const rotated = (count: number) => ((b << count) | (b >> (8 - count))) & 0xff;
  return b ^ rotated(1) ^ rotated(2) ^ rotated(3) ^ rotated(4) ^ 0x63;
});

function timesInAes(a: number, b: number): number {
  let [product, shifted] = [0, a];
  for (let bits = b; bits > 0; bits >>= 1) {
    if (bits & 1) product ^= shifted;
    shifted = (shifted << 1) ^ (shifted & 0x80 ? 0x11b : 0);
  }
  return product;
}

function subBytes(bytes: Iterable<number>): number[] {
  return Array.from(bytes, (byte) => sBox[byte] ?? 0);
}

export function roundKeys(key: Buffer): Buffer[] {
  const words: number[][] = Array.from({ length: 8 }, (_, index) => [
    ...key.subarray(4 * index, 4 * index + 4),
  ]);
  for (let index = 8, constant = 1; index < 4 * (rounds + 1); index++) {
    let word = words[index - 1] ?? [];
    if (index % 8 === 0) {
      const [a = 0, b = 0, c = 0, d = 0] = subBytes(word);
      word = [b ^ constant, c, d, a];
      constant <<= 1;
    } else if (index % 8 === 4) {
      word = subBytes(word);
    }
    words.push(word.map((byte, at) => byte ^ (words[index - 8]?.[at] ?? 0)));
  }
  const bytes = Buffer.from(words.flat());
  return Array.from({ length: rounds + 1 }, (_, round) =>
    bytes.subarray(blockBytes * round, blockBytes * (round + 1)),
  );
}

function scheduleOf(name: string, key: Buffer): Needle[] {
  return roundKeys(key).flatMap((roundKey, round) => halves(`${name}, round key ${round}`, roundKey));
}

/**
 * What the counter's lowest byte adds to the first round: it goes through one S-box, whose column MixColumns spreads over
 * four bytes. The values of four counters in a row, a column each, are the needle.
 */
function firstRoundsOf(name: string, key: Buffer): Needle[] {
  const last = roundKeys(key)[0]?.at(-1) ?? 0;
  const before = sBox[last] ?? 0;
  return Array.from({ length: 64 }, (_, index) => {
    const values = [0, 1, 2, 3].map((step) => before ^ (sBox[last ^ ((4 * index + 2 + step) & 0xff)] ?? 0));
    // Byte 15 is in row 3: ShiftRows moves it to the first column, where the third row of MixColumns begins with 1.
    const columns = values.map((value) => [value, value, timesInAes(value, 3), timesInAes(value, 2)]);
    const blocks = columns.map((column) => Buffer.from([...column, ...new Array(12).fill(0)]));
    return { name: `${name}, first rounds from ${4 * index + 2}`, bytes: Buffer.concat(blocks) };
  });
}

// ---- GHASH (NIST SP 800-38D, section 6.3) and POLYVAL (RFC 8452, appendix A) ----

function timesInGhash(a: bigint, b: bigint): bigint {
  let [product, shifted] = [0n, b];
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= shifted;
    shifted = (shifted >> 1n) ^ (shifted & 1n ? ghashPolynomial : 0n);
  }
  return product;
}

/** Powers of the hash key, as the standard writes them, and as POLYVAL does, which is what kernels keep. */
function powersOf(name: string, key: Buffer): Needle[] {
  const hashKey = BigInt(`0x${encryptedZeros(key).toString('hex')}`);
  const needles: Needle[] = [];
  for (let count = 1, power = hashKey; count <= powersMax; count++, power = timesInGhash(power, hashKey)) {
    // RFC 8452: a block's integer is its big-endian one here, and little-endian ones are stored.
    const doubled = ((power << 1n) & mask128) ^ (power >> 127n === 1n ? polyvalPolynomial : 0n);
    const polyval = fromBig(doubled).reverse();
    const folded = Buffer.from(polyval.subarray(0, 8).map((byte, at) => byte ^ (polyval[8 + at] ?? 0)));
    const title = `${name}, power ${count} of the hash key`;
    needles.push(...halves(title, fromBig(power)), ...halves(`${title} for POLYVAL`, polyval));
    needles.push(...halves(`${title} for Karatsuba`, folded));
  }
  return needles;
}
