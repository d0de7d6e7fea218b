/** What the cipher gives from JavaScript: batches through one call, beside a loop over Node's own cipher. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { loadAddon } from '../src/crypto/addon.ts';
import {
  type CryptoCore,
  type PageBatch,
  pageBatchStride,
  sealedPageOverheadBytes,
} from '../src/crypto/core.ts';
import { createNativeCore } from '../src/crypto/native-core.ts';
import type { Bench, Figure } from './figures.ts';
import { type Contestant, interleaved, of } from './measure.ts';

const sizes = [64, 256, 1024, 4096, 8192, 16_384, 65_536] as const;
const arenaBytes = 2 * 2 ** 20;
const pagesMax = 256;
const aadBytes = 52;
const turnMs = 150;
const rounds = 7;

export const seal: Bench = {
  question: 'gigabytes a second from JavaScript, XAES-256-GCM in batches, beside createCipheriv page by page',
  async run(say) {
    const { kernels } = loadAddon();
    say(`kernels: ${kernels.join(', ')}; ${rounds} rounds of ${turnMs} ms for each of the contestants`);
    const medians = await interleaved(
      sizes.flatMap((size) => [...kernels.flatMap((kernel) => ours(kernel, size)), ...nodes(size)]),
      rounds,
    );
    return figuresOf(medians, kernels);
  },
};

/** A batch of pages of one size, to be sealed and then opened in place of its own. */
function batchOf(pageBytes: number): { sealing: PageBatch; opening: PageBatch; pageCount: number } {
  const pageCount = Math.min(pagesMax, Math.floor(arenaBytes / pageBytes));
  const plain = new Uint8Array(randomBytes(pageCount * pageBytes));
  const sealed = new Uint8Array(pageCount * (pageBytes + sealedPageOverheadBytes));
  const opened = new Uint8Array(plain.length);
  const aad = new Uint8Array(randomBytes(pageCount * aadBytes));
  const forth = new Uint32Array(pageCount * pageBatchStride);
  const back = new Uint32Array(pageCount * pageBatchStride);
  for (let i = 0; i < pageCount; i++) {
    const sealedBytes = pageBytes + sealedPageOverheadBytes;
    forth.set([i * pageBytes, pageBytes, i * sealedBytes, i * aadBytes, aadBytes], i * pageBatchStride);
    back.set([i * sealedBytes, sealedBytes, i * pageBytes, i * aadBytes, aadBytes], i * pageBatchStride);
  }
  return {
    sealing: { input: plain, output: sealed, aad, pages: forth },
    opening: { input: sealed, output: opened, aad, pages: back },
    pageCount,
  };
}

/** Gigabytes a second of calling `once`, which handles so many bytes. */
function gigabytesPerSecond(bytesEach: number, once: () => void): number {
  const startMs = performance.now();
  let calls = 0;
  do {
    once();
    calls++;
  } while (performance.now() - startMs < turnMs);
  return (calls * bytesEach) / (performance.now() - startMs) / 1e6;
}

function ours(kernel: string, pageBytes: number): Contestant[] {
  const core: CryptoCore = createNativeCore({ kernel });
  const key = core.generateKey();
  const { sealing, opening, pageCount } = batchOf(pageBytes);
  core.sealPages(key, sealing);
  const bytes = pageBytes * pageCount;
  return [
    {
      name: `${kernel} seal ${pageBytes}`,
      turn: () => gigabytesPerSecond(bytes, () => core.sealPages(key, sealing)),
    },
    {
      name: `${kernel} open ${pageBytes}`,
      turn: () =>
        gigabytesPerSecond(bytes, () => {
          if (core.openPages(key, opening) !== -1) throw new Error('a page did not open');
        }),
    },
  ];
}

/** As a program without an addon would do it: a cipher object a page. */
function nodes(pageBytes: number): Contestant[] {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  const plain = randomBytes(pageBytes);
  const aad = randomBytes(aadBytes);
  const encrypt = () => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(aad);
    const sealed = cipher.update(plain);
    cipher.final();
    return { sealed, tag: cipher.getAuthTag() };
  };
  const { sealed, tag } = encrypt();
  const decrypt = () => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    decipher.update(sealed);
    decipher.final();
  };
  return [
    { name: `node seal ${pageBytes}`, turn: () => gigabytesPerSecond(pageBytes, encrypt) },
    { name: `node open ${pageBytes}`, turn: () => gigabytesPerSecond(pageBytes, decrypt) },
  ];
}

function figuresOf(medians: ReadonlyMap<string, number>, kernels: readonly string[]): readonly Figure[] {
  const best = kernels[0] ?? '';
  const figures: Figure[] = [];
  for (const way of ['seal', 'open'] as const) {
    for (const size of sizes) {
      const node = of(medians, `node ${way} ${size}`);
      for (const kernel of kernels) {
        figures.push({
          name: `${way}_${size}_${kernel}_gb_per_s`,
          value: of(medians, `${kernel} ${way} ${size}`),
          note: `GB/s, pages of ${size} bytes`,
        });
      }
      figures.push(
        {
          name: `${way}_${size}_node_gb_per_s`,
          value: node,
          note: `GB/s, node:crypto, pages of ${size} bytes`,
        },
        {
          name: `${way}_${size}_vs_create_cipheriv`,
          value: of(medians, `${best} ${way} ${size}`) / node,
          note: `${best} / node:crypto`,
        },
      );
    }
  }
  return figures;
}
