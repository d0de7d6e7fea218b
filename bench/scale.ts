/** What stays the same when a table grows: cost of an operation, time to open, memory, bytes on disk; and peers beside it. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { EmbeddedTable } from '../src/embedded-table.ts';
import type { AttributeValue } from '../src/tables/attribute.ts';
import { itemBytes } from '../src/tables/item-size.ts';
import { type BenchEngine, openEngine } from './engine.ts';
import type { Bench, Figure } from './figures.ts';
import { type Contestant, interleaved, median, of, perSecond } from './measure.ts';
import { openStorePeers, type Row, type StorePeer } from './store-peers.ts';

/** Far less than either of the larger tables, unless the question is what they cost where they fit. */
const pageCacheBytes = Number(process.env.CRYPTABLE_BENCH_CACHE_MIB ?? 64) * 2 ** 20;
const smallCount = 100_000;
/** 10,000,000 take some ten minutes to load, and 5 GB. */
const largeCount = Number(process.env.CRYPTABLE_BENCH_ITEMS ?? 10_000_000);
const wideCount = Number(process.env.CRYPTABLE_BENCH_WIDE_ITEMS ?? 1_000_000);
const loadersAtOnce = 2_000;
const writers = 512;
const turnMs = 2_000;
const rounds = 5;
const thinText = 'x'.repeat(160);
const wideText = 'x'.repeat(980);
const deletedShare = 0.1;

interface Trial {
  readonly name: string;
  readonly folder: string;
  readonly count: number;
  readonly text: string;
  engine: BenchEngine;
  table: EmbeddedTable;
}

export const scale: Bench = {
  question: `tables of ${smallCount.toLocaleString('en')} and ${largeCount.toLocaleString('en')} items of 200 bytes, and of ${wideCount.toLocaleString('en')} of 1 KB, with ${pageCacheBytes / 2 ** 20} MiB of page cache`,
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-bench-'));
    const trials: Trial[] = [];
    let peers: readonly StorePeer[] = [];
    try {
      const peerFolder = join(folder, 'peers');
      mkdirSync(peerFolder);
      peers = openStorePeers(peerFolder, say);
      for (const peer of peers) await fillPeer(peer, say);
      for (const [name, count, text] of [
        ['small', smallCount, thinText],
        ['large', largeCount, thinText],
        ['wide', wideCount, wideText],
      ] as const) {
        trials.push(await filled({ name, count, text, folder: join(folder, name) }, say));
      }
      const [, large] = trials;
      if (large === undefined) throw new Error('the large table is the second');
      const onDisk = diskFigures(large);
      const opening = await reopen(large);
      say(`${rounds} rounds of ${turnMs / 1000} s for each of the contestants`);
      const loopMs: number[] = [];
      const contestants = trials.flatMap((trial) => contestantsOf(trial, loopMs));
      const medians = await interleaved([...contestants, ...peers.flatMap(peerContestants)], rounds);
      const rss = { name: 'memory_mb', value: process.memoryUsage.rss() / 2 ** 20, note: 'MiB resident' };
      return [
        ...figuresOf(medians, peers),
        {
          name: 'event_loop_p999_ms',
          value: median(loopMs),
          note: 'ms the event loop is late under puts, p99.9',
        },
        ...onDisk,
        ...opening,
        rss,
        ...(await reuseFigures(large, say)),
      ];
    } finally {
      for (const { engine } of trials) await engine.close();
      for (const peer of peers) await peer.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function filled(parts: Omit<Trial, 'engine' | 'table'>, say: (line: string) => void): Promise<Trial> {
  const { name, folder, count } = parts;
  const engine = await openEngine(folder, { kind: 'sealed', pageCacheBytes });
  const table = await engine.createTable(name);
  const trial = { ...parts, engine, table };
  const startMs = performance.now();
  for (let from = 0; from < count; from += loadersAtOnce) {
    await putRange(trial, from, Math.min(count, from + loadersAtOnce));
  }
  const seconds = (performance.now() - startMs) / 1000;
  say(`loaded ${count.toLocaleString('en')} items into ${name}, ${Math.round(count / seconds)} a second`);
  return trial;
}

async function putRange({ table, text }: Trial, from: number, to: number): Promise<void> {
  await Promise.all(Array.from({ length: to - from }, (_, index) => table.put(itemAt(from + index, text))));
}

async function fillPeer(peer: StorePeer, say: (line: string) => void): Promise<void> {
  for (let from = 0; from < wideCount; from += loadersAtOnce) {
    await peer.putMany(Array.from({ length: loadersAtOnce }, (_, index) => rowAt(from + index)));
  }
  say(`loaded ${peer.name}`);
}

/** `loopMs` receives how late the event loop was in each turn of puts. */
function contestantsOf(trial: Trial, loopMs: number[]): Contestant[] {
  const { name, table, text } = trial;
  const next = strides(trial.count);
  const puts = async () => {
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    try {
      return await perSecond(writers, turnMs, () => table.put(itemAt(next(), text)));
    } finally {
      loop.disable();
      loopMs.push(loop.percentile(99.9) / 1e6);
    }
  };
  return [
    { name: `get ${name}`, turn: () => perSecond(1, turnMs, () => trial.table.get(keyAt(next()))) },
    { name: `put ${name}`, turn: puts },
  ];
}

function peerContestants(peer: StorePeer): Contestant[] {
  const next = strides(wideCount);
  return [
    { name: `get ${peer.name}`, turn: () => perSecond(1, turnMs, async () => peer.get(idAt(next()))) },
    {
      name: `put ${peer.name}`,
      turn: async () =>
        writers *
        (await perSecond(1, turnMs, async () =>
          peer.putMany(Array.from({ length: writers }, () => rowAt(next()))),
        )),
    },
  ];
}

function figuresOf(medians: ReadonlyMap<string, number>, peers: readonly StorePeer[]): readonly Figure[] {
  const rate = (name: string) => of(medians, name);
  const gets = rate('get small') / rate('get large');
  const puts = rate('put small') / rate('put large');
  const rows: (readonly [name: string, value: number, note: string])[] = [
    ['growth_10m_vs_100k', Math.max(gets, puts), 'times as long an operation takes in the large table'],
    ['growth_get', gets, 'of a get past the cache'],
    ['growth_put', puts, `of a durable put, ${writers} in flight`],
    ['get_large_us', 1e6 / rate('get large'), 'µs a get in the large table'],
    ['put_large_per_s', rate('put large'), 'durable puts a second into the large table'],
    ['get_wide_us', 1e6 / rate('get wide'), 'µs a get of 1 KB'],
    ['put_wide_per_s', rate('put wide'), 'durable puts of 1 KB a second'],
  ];
  for (const { name } of peers) {
    const key = name.replaceAll('-', '_');
    rows.push([`${key}_get_us`, 1e6 / rate(`get ${name}`), 'µs a get of a bare row of 1 KB']);
    rows.push([`${key}_put_per_s`, rate(`put ${name}`), `durable rows a second, ${writers} a transaction`]);
    rows.push([`put_vs_${key}`, rate('put wide') / rate(`put ${name}`), 'ours / bare rows']);
  }
  return rows.map(([name, value, note]) => ({ name, value, note }));
}

function diskFigures({ folder, count, text }: Trial): readonly Figure[] {
  let itemsBytes = 0;
  for (let index = 0; index < count; index++) itemsBytes += itemBytes(itemAt(index, text));
  const value = folderBytes(join(folder, 'data')) / itemsBytes;
  return [{ name: 'disk_vs_data', value, note: "bytes on disk / bytes of the items by DynamoDB's rules" }];
}

/** Closes and opens, as a process that starts, up to the first answer. */
async function reopen(trial: Trial): Promise<readonly Figure[]> {
  await trial.engine.close();
  const startMs = performance.now();
  trial.engine = await openEngine(trial.folder, { kind: 'sealed', pageCacheBytes });
  trial.table = trial.engine.table(trial.name);
  await trial.table.get(keyAt(0));
  return [{ name: 'open_ms', value: performance.now() - startMs, note: 'ms to open, up to the first get' }];
}

/** Deletes a tenth, puts as much again, and tells what the files grew by. */
async function reuseFigures(trial: Trial, say: (line: string) => void): Promise<readonly Figure[]> {
  const deleted = Math.floor(trial.count * deletedShare);
  say(`deleting and putting ${deleted.toLocaleString('en')} items`);
  const before = folderBytes(join(trial.folder, 'data'));
  for (let from = 0; from < deleted; from += loadersAtOnce) {
    const keys = Array.from({ length: Math.min(loadersAtOnce, deleted - from) }, (_, i) => keyAt(from + i));
    await Promise.all(keys.map((key) => trial.table.delete(key)));
  }
  for (let from = 0; from < deleted; from += loadersAtOnce) {
    await putRange(trial, trial.count + from, trial.count + Math.min(deleted, from + loadersAtOnce));
  }
  const value = folderBytes(join(trial.folder, 'data')) / before;
  return [
    { name: 'disk_after_reuse', value, note: 'of the bytes on disk, after a tenth was deleted and put' },
  ];
}

function folderBytes(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? folderBytes(path) : statSync(path).size);
  }, 0);
}

/** Visits every item, and no neighbour after its neighbour. */
function strides(count: number): () => number {
  let index = 0;
  return () => {
    index = (index + 7_919) % count;
    return index;
  };
}

function idAt(index: number): string {
  return `item-${String(index).padStart(10, '0')}`;
}

function keyAt(index: number): ReadonlyMap<string, AttributeValue> {
  return new Map([['id', { S: idAt(index) }]]);
}

function itemAt(index: number, text: string): ReadonlyMap<string, AttributeValue> {
  return new Map([
    ['id', { S: idAt(index) }],
    ['text', { S: `${index} ${text}` }],
  ]);
}

function rowAt(index: number): Row {
  return [idAt(index), Buffer.from(`${index} ${wideText}`)];
}
