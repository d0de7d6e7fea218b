/** What crossing from JavaScript costs: many pages a call, a page a call, and Node's cipher object a page. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  type CryptoCore,
  type PageBatch,
  pageBatchStride,
  type SecretKey,
  sealedPageOverheadBytes,
} from '../src/crypto/core.ts';
import { associatedBytes } from '../src/pages/layout.ts';
import type { Figure } from './figures.ts';
import { type Contestant, median, medianRatio, takeTurns } from './measure.ts';
import { sizeLabel, type Way } from './seal-figures.ts';

const sizes = [64, 256, 1024, 4096, 8192, 16_384, 65_536] as const;
const ways = ['seal', 'open'] as const;
const arenaBytes = 2 * 2 ** 20;
const pagesMax = 256;
const keyBytes = 32;
const nonceBytes = 12;
const nodeCipher = 'aes-256-gcm';
const turnMs = 15;
const roundsMin = 5;

interface Arena {
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
  readonly opened: Uint8Array;
  readonly aad: Uint8Array;
}

interface Ours {
  readonly core: CryptoCore;
  readonly key: SecretKey;
}

/** About so many seconds long. */
export async function boundaryFigures(core: CryptoCore, seconds: number): Promise<Figure[]> {
  const ours: Ours = { core, key: core.generateKey() };
  const groups = sizes.flatMap((pageBytes) =>
    ways.map((way) => {
      const arena = newArena(pageBytes);
      return { way, arena, contestants: way === 'seal' ? sealers(ours, arena) : openers(ours, arena) };
    }),
  );
  const named = groups.flatMap(({ way, arena, contestants }) =>
    contestants.map(({ name, turn }) => ({ name: `${way} ${arena.pageBytes} ${name}`, turn })),
  );
  // All in one round, not a group after the other: none has all its turns while the machine has a bad moment.
  const rounds = Math.max(roundsMin, Math.round((seconds * 1000) / (turnMs * named.length)));
  const turns = await takeTurns(named, rounds);
  return groups.flatMap(({ way, arena }) =>
    figuresOf((name) => turns.get(`${way} ${arena.pageBytes} ${name}`) ?? [], { way, ...arena }),
  );
}

function newArena(pageBytes: number): Arena {
  const pageCount = Math.min(pagesMax, Math.floor(arenaBytes / pageBytes));
  return {
    pageBytes,
    pageCount,
    plain: new Uint8Array(randomBytes(pageCount * pageBytes)),
    sealed: new Uint8Array(pageCount * (pageBytes + sealedPageOverheadBytes)),
    opened: new Uint8Array(pageCount * pageBytes),
    aad: new Uint8Array(randomBytes(pageCount * associatedBytes)),
  };
}

/** Ours, all pages in one call and a page a call; Node's. */
function sealers({ core, key }: Ours, arena: Arena): Contestant[] {
  const { plain: input, sealed: output, aad } = arena;
  const tables = tablesOf(arena, 'seal');
  const batch: PageBatch = { input, output, aad, pages: tables.all };
  const singles = tables.each.map((pages): PageBatch => ({ input, output, aad, pages }));
  return [
    { name: 'batch', turn: () => nsPerPage(arena, () => core.sealPages(key, batch)) },
    {
      name: 'single',
      turn: () =>
        nsPerPage(arena, () => {
          for (const single of singles) core.sealPages(key, single);
        }),
    },
    { name: 'node', turn: nodeSealer(arena) },
  ];
}

function openers({ core, key }: Ours, arena: Arena): Contestant[] {
  const { sealed: input, opened: output, aad } = arena;
  const tables = tablesOf(arena, 'open');
  const batch: PageBatch = { input, output, aad, pages: tables.all };
  const singles = tables.each.map((pages): PageBatch => ({ input, output, aad, pages }));
  const open = (each: PageBatch) => {
    if (core.openPages(key, each) !== -1) throw new Error('a page did not open');
  };
  // Together: sealed a page a call, each page would have a derived key of its own to be found again.
  core.sealPages(key, { input: arena.plain, output: input, aad, pages: tablesOf(arena, 'seal').all });
  return [
    { name: 'batch', turn: () => nsPerPage(arena, () => open(batch)) },
    {
      name: 'single',
      turn: () =>
        nsPerPage(arena, () => {
          for (const single of singles) open(single);
        }),
    },
    { name: 'node', turn: nodeOpener(arena) },
  ];
}

/** One table of all pages, and one of each. */
function tablesOf({ pageBytes, pageCount }: Arena, way: Way): { all: Uint32Array; each: Uint32Array[] } {
  const sealedBytes = pageBytes + sealedPageOverheadBytes;
  const [inBytes, outBytes] = way === 'seal' ? [pageBytes, sealedBytes] : [sealedBytes, pageBytes];
  const all = new Uint32Array(pageCount * pageBatchStride);
  for (let i = 0; i < pageCount; i++)
    all.set([i * inBytes, inBytes, i * outBytes, i * associatedBytes, associatedBytes], i * pageBatchStride);
  const each = Array.from({ length: pageCount }, (_, i) =>
    all.slice(i * pageBatchStride, (i + 1) * pageBatchStride),
  );
  return { all, each };
}

/** As a program without an addon would do it: a cipher object a page, and a nonce of its own for each. */
function nodeSealer(arena: Arena): () => number {
  const [nodeKey, nonce] = [randomBytes(keyBytes), randomBytes(nonceBytes)];
  return () =>
    nsPerPage(arena, () => {
      for (let i = 0; i < arena.pageCount; i++) sealByNode(arena, nodeKey, nonceOf(nonce, i), i);
    });
}

function nodeOpener(arena: Arena): () => number {
  const [nodeKey, nonce] = [randomBytes(keyBytes), randomBytes(nonceBytes)];
  const sealed = Array.from({ length: arena.pageCount }, (_, i) =>
    sealByNode(arena, nodeKey, nonceOf(nonce, i), i),
  );
  return () =>
    nsPerPage(arena, () => {
      for (const [i, { text, tag }] of sealed.entries()) {
        const decipher = createDecipheriv(nodeCipher, nodeKey, nonceOf(nonce, i));
        decipher.setAAD(piece(arena.aad, i, associatedBytes));
        decipher.setAuthTag(tag);
        decipher.update(text);
        decipher.final();
      }
    });
}

function sealByNode({ plain, aad, pageBytes }: Arena, nodeKey: Uint8Array, nonce: Uint8Array, index: number) {
  const cipher = createCipheriv(nodeCipher, nodeKey, nonce);
  cipher.setAAD(piece(aad, index, associatedBytes));
  const text = cipher.update(piece(plain, index, pageBytes));
  cipher.final();
  return { text, tag: cipher.getAuthTag() };
}

/** The same bytes every time, the number of the page written into them. */
function nonceOf(nonce: Buffer, index: number): Uint8Array {
  nonce.writeUInt32LE(index);
  return nonce;
}

function piece(buffer: Uint8Array, index: number, bytes: number): Uint8Array {
  return buffer.subarray(index * bytes, (index + 1) * bytes);
}

/**
 * Of calling `once`, which handles all pages, for a turn. Time on the processor where that is less: time that
 * others had is nobody's cost. Time on the clock where that is less: garbage collected on the side is free.
 */
function nsPerPage({ pageCount }: Arena, once: () => void): number {
  const start = process.cpuUsage();
  const startMs = performance.now();
  let calls = 0;
  do {
    once();
    calls++;
  } while (performance.now() - startMs < turnMs);
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(start);
  return Math.min(elapsedMs * 1e6, (user + system) * 1e3) / (calls * pageCount);
}

const rowOf = {
  batch: 'ours, all pages in one call',
  single: 'ours, a page a call',
  node: 'node:crypto, an object a page',
} as const;

function figuresOf(
  turnsOf: (name: keyof typeof rowOf) => readonly number[],
  { way, pageBytes, pageCount }: { way: Way; pageBytes: number; pageCount: number },
): Figure[] {
  const column = sizeLabel(pageBytes);
  const prefix = way === 'seal' ? 'js' : 'js_open';
  const node = turnsOf('node');
  const rival = way === 'seal' ? 'create_cipheriv' : 'create_decipheriv';
  return (['batch', 'single', 'node'] as const).flatMap((name) => {
    const ns = turnsOf(name);
    const which = { batch: `${pageCount}x${pageBytes}`, single: `1x${pageBytes}`, node: `node_${pageBytes}` };
    const speed: Figure = {
      name: `${prefix}_${which[name]}_gb_per_s`,
      value: pageBytes / median(ns),
      note: `GB/s, ${rowOf[name]}`,
      cell: { table: `${way} from JavaScript, GB/s`, row: rowOf[name], column },
    };
    if (name === 'node') return [speed];
    const ratio: Figure = {
      name: `${prefix}_${which[name]}_vs_${rival}`,
      value: medianRatio(node, ns),
      note: `${rowOf[name]} / node:crypto`,
      cell: { table: `${way} from JavaScript, times as fast`, row: `${rowOf[name]} / node:crypto`, column },
    };
    return [speed, ratio];
  });
}
