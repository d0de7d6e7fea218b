/** Finds any of a hundred thousand texts in a stretch of bytes, in every form in which clear text could lie there. */

export const forms = [
  'raw',
  'hex',
  'HEX',
  'base64+0',
  'base64+1',
  'base64+2',
  'utf-16le',
  'utf-16be',
] as const;
export type Form = (typeof forms)[number];

/** Needles are found by their first bytes; none may be shorter. */
const prefixBytes = 8;
const bucketBits = 22;

export interface Needle {
  readonly text: string;
  readonly form: Form;
}

/** The bytes to look for; what base64 makes of a text depends on how many bytes (modulo 3) stand before it. */
export function encode(text: string, form: Form): Buffer {
  const raw = Buffer.from(text, 'utf8');
  switch (form) {
    case 'raw':
      return raw;
    case 'hex':
      return Buffer.from(raw.toString('hex'));
    case 'HEX':
      return Buffer.from(raw.toString('hex').toUpperCase());
    case 'base64+0':
      return base64Core(raw, 0);
    case 'base64+1':
      return base64Core(raw, 1);
    case 'base64+2':
      return base64Core(raw, 2);
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16();
  }
}

// Only the characters that depend on the text alone; those at its ends mix in the neighbours' bits.
function base64Core(raw: Buffer, bytesBefore: number): Buffer {
  const all = Buffer.concat([Buffer.alloc(bytesBefore), raw]).toString('base64');
  const from = Math.ceil((bytesBefore * 8) / 6);
  const to = Math.floor(((bytesBefore + raw.length) * 8) / 6);
  return Buffer.from(all.slice(from, to));
}

/** Buckets by a hash of the first eight bytes; needles of one bucket are chained. */
export class NeedleIndex {
  readonly longestBytes: number;
  readonly count: number;
  readonly #texts: readonly string[];
  readonly #bytes: Buffer;
  readonly #starts: Uint32Array;
  /** One bit a bucket, small enough to stay in the processor's cache. */
  readonly #filled = new Uint32Array(2 ** bucketBits / 32);
  readonly #firstOfBucket: Int32Array;
  readonly #nextInBucket: Int32Array;
  /** The first eight bytes of each needle as two words: most that share a bucket differ here already. */
  readonly #prefixes: Int32Array;

  /** Each text in each form; every form of a text must have eight bytes or more. */
  constructor(texts: readonly string[]) {
    const parts = texts.flatMap((text) => forms.map((form) => encode(text, form)));
    this.#texts = texts;
    this.count = parts.length;
    this.longestBytes = parts.reduce((longest, part) => Math.max(longest, part.length), 0);
    this.#bytes = Buffer.concat(parts);
    this.#starts = new Uint32Array(parts.length + 1);
    this.#firstOfBucket = new Int32Array(2 ** bucketBits).fill(-1);
    this.#nextInBucket = new Int32Array(parts.length);
    this.#prefixes = new Int32Array(parts.length * 2);
    for (const [index, part] of parts.entries()) {
      if (part.length < prefixBytes) throw new RangeError(`a needle has at least ${prefixBytes} bytes`);
      this.#starts[index + 1] = (this.#starts[index] ?? 0) + part.length;
      this.#prefixes.set([part.readInt32LE(0), part.readInt32LE(4)], index * 2);
      const bucket = bucketOf(part.readInt32LE(0), part.readInt32LE(4));
      this.#nextInBucket[index] = this.#firstOfBucket[bucket] ?? -1;
      this.#firstOfBucket[bucket] = index;
      this.#filled[bucket >>> 5] = (this.#filled[bucket >>> 5] ?? 0) | (1 << (bucket & 31));
    }
  }

  /** Calls `onHit` for every needle at every place it starts at, before `to`. */
  search(haystack: Buffer, to: number, onHit: (needle: Needle, offset: number) => void): void {
    const last = Math.min(to, haystack.length - prefixBytes + 1);
    if (last <= 0) return;
    // The eight bytes at `at` as two words, moved on byte by byte: this loop runs for each byte of the disk.
    const [filled, firstOfBucket, nextInBucket] = [this.#filled, this.#firstOfBucket, this.#nextInBucket];
    const prefixes = this.#prefixes;
    let low = haystack.readInt32LE(0);
    let high = haystack.readInt32LE(4);
    for (let at = 0; at < last; at++) {
      const bucket = bucketOf(low, high);
      if (((filled[bucket >>> 5] ?? 0) >>> (bucket & 31)) & 1) {
        for (let index = firstOfBucket[bucket] ?? -1; index >= 0; index = nextInBucket[index] ?? -1) {
          if (prefixes[index * 2] !== low || prefixes[index * 2 + 1] !== high) continue;
          if (this.#matches(index, haystack, at)) onHit(this.#needle(index), at);
        }
      }
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) | ((haystack[at + prefixBytes] ?? 0) << 24);
    }
  }

  #matches(index: number, haystack: Buffer, at: number): boolean {
    const start = this.#starts[index] ?? 0;
    const end = this.#starts[index + 1] ?? 0;
    if (at + end - start > haystack.length) return false;
    return this.#bytes.compare(haystack, at, at + end - start, start, end) === 0;
  }

  #needle(index: number): Needle {
    const text = this.#texts[Math.floor(index / forms.length)] ?? '';
    return { text, form: forms[index % forms.length] ?? 'raw' };
  }
}

function bucketOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> (32 - bucketBits);
}
