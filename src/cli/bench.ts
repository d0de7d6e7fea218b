/** `cryptable bench`: what the cipher does on this machine, beside Node's own cipher in the same seconds. */
import { createCipheriv, randomBytes } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import {
  cipherInUse,
  createArena,
  openPages,
  type PageBatch,
  PageKey,
  sealedPageOverheadBytes,
  sealPages,
  sealPagesAsync,
} from '../crypto.ts';
import { columns } from './columns.ts';
import { wholeNumber } from './option-parsers.ts';

const sizes = [256, 1024, 4096, 8192, 65_536] as const;
/** Fits the second-level cache of most processors, with its sealed form. */
const arenaBytes = 2 ** 19;
const largeArenaBytes = 2 ** 26;
const largePageBytes = 8192;
const aadBytes = 48;
const turnMs = 8;
const roundsMin = 3;

/** Gigabytes (10^9) of plaintext a second. */
export interface BenchRow {
  readonly pageBytes: number;
  readonly seal: number;
  readonly open: number;
  /** A createCipheriv a page. */
  readonly node: number;
}

export interface BenchReport {
  readonly cipher: ReturnType<typeof cipherInUse>;
  readonly processor: string;
  readonly cores: number;
  readonly platform: string;
  readonly node: string;
  readonly rows: readonly BenchRow[];
  /** Pages of 8 KiB, sealed from main memory behind a promise. */
  readonly allCores: number;
}

export const bench = new Command('bench')
  .description('measure the cipher on this machine, beside that of Node')
  .option('--seconds <number>', 'about how long it measures', wholeNumber('--seconds', 600, 1), 3)
  .option('--json', 'print one JSON object')
  .action(async ({ seconds, json }: { seconds: number; json?: true }) => {
    const report = await measure(seconds);
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
  });

export async function measure(seconds: number): Promise<BenchReport> {
  const key = PageKey.generate();
  try {
    return {
      cipher: cipherInUse(),
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
      rows: measureSizes(key, seconds),
      allCores: await measureAllCores(key, roundsMin),
    };
  } finally {
    key.destroy();
  }
}

export function reportText({
  cipher,
  processor,
  cores,
  platform,
  node,
  rows,
  allCores,
}: BenchReport): string {
  const facts = columns([
    ['cipher', cipher.core === 'native' ? `native, kernel ${cipher.kernel}` : 'fallback on node:crypto'],
    ['machine', `${processor}, ${cores} cores, ${platform}, Node ${node}`],
  ]);
  const table = columns([
    ['page', 'seal', 'open', 'node:crypto', 'seal ÷ node:crypto'],
    ...rows.map(({ pageBytes, seal, open, node: own }) => [
      pageBytes < 1024 ? `${pageBytes} B` : `${pageBytes / 1024} KiB`,
      seal.toFixed(2),
      open.toFixed(2),
      own.toFixed(2),
      (seal / own).toFixed(1),
    ]),
  ]);
  const all = `sealed on all cores, from main memory: ${allCores.toFixed(2)} GB/s`;
  return `${facts}\nGB/s of plaintext on one core, in batches, medians of turns\n${table}\n${all}\n`;
}

function measureSizes(key: PageKey, seconds: number): BenchRow[] {
  const contestants = sizes.map((pageBytes) => {
    const { sealing, opening } = batchOf(pageBytes, arenaBytes);
    sealPages(key, sealing);
    return {
      pageBytes,
      ways: [
        { run: () => sealPages(key, sealing), turns: [] as number[] },
        { run: () => openPages(key, opening), turns: [] as number[] },
        { run: nodeSealer(sealing, pageBytes), turns: [] as number[] },
      ],
    };
  });
  const rounds = Math.max(roundsMin, Math.round((seconds * 1000) / (3 * sizes.length * turnMs)));
  // In turns: a moment in which the machine is slow is shared by all.
  for (let round = 0; round < rounds; round++) {
    for (const { ways } of contestants) for (const { run, turns } of ways) turns.push(turn(run));
  }
  return contestants.map(({ pageBytes, ways }) => {
    const [seal = 0, open = 0, node = 0] = ways.map(({ turns }) => median(turns));
    return { pageBytes, seal, open, node };
  });
}

/** Gigabytes a second, of a function that does one arena. */
function turn(run: () => void): number {
  const start = systemClock.monotonicMs();
  let [count, elapsedMs] = [0, 0];
  while (elapsedMs < turnMs) {
    run();
    count++;
    elapsedMs = systemClock.monotonicMs() - start;
  }
  return (count * arenaBytes) / elapsedMs / 1e6;
}

async function measureAllCores(key: PageKey, rounds: number): Promise<number> {
  const { sealing } = batchOf(largePageBytes, largeArenaBytes);
  // The first writes to memory for the first time.
  await sealPagesAsync(key, sealing);
  const turns: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = systemClock.monotonicMs();
    await sealPagesAsync(key, sealing);
    turns.push(largeArenaBytes / (systemClock.monotonicMs() - start) / 1e6);
  }
  return median(turns);
}

function batchOf(
  pageBytes: number,
  bytes: number,
): { readonly sealing: PageBatch; readonly opening: PageBatch } {
  const pageCount = bytes / pageBytes;
  const sealedBytes = pageBytes + sealedPageOverheadBytes;
  const [input, opened] = [createArena(bytes).fill(1), createArena(bytes)];
  const [output, aad] = [createArena(pageCount * sealedBytes), createArena(aadBytes)];
  const table = (inBytes: number, outBytes: number) => {
    const pages = new Uint32Array(5 * pageCount);
    for (let page = 0; page < pageCount; page++) {
      pages.set([page * inBytes, inBytes, page * outBytes, 0, aadBytes], 5 * page);
    }
    return pages;
  };
  return {
    sealing: { input, output, aad, pages: table(pageBytes, sealedBytes) },
    opening: { input: output, output: opened, aad, pages: table(sealedBytes, pageBytes) },
  };
}

/** As a careful user of node:crypto would: a nonce a page, and the ciphertext put where it belongs. */
function nodeSealer({ input, aad }: PageBatch, pageBytes: number): () => void {
  const key = randomBytes(32);
  const output = new Uint8Array(input.length);
  const nonces = randomBytes(12 * (input.length / pageBytes));
  return () => {
    for (let page = 0; page * pageBytes < input.length; page++) {
      const cipher = createCipheriv('aes-256-gcm', key, nonces.subarray(12 * page, 12 * (page + 1)));
      cipher.setAAD(aad);
      output.set(cipher.update(input.subarray(page * pageBytes, (page + 1) * pageBytes)), page * pageBytes);
      cipher.final();
      cipher.getAuthTag();
    }
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
