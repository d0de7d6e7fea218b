/** Takes the records out of a stream that are older than a day, and closes shards that have been open long enough. */
import type { Transaction } from '../../pages/commit.ts';
import type { PageEngine } from '../../pages/pages.ts';
import type { Tree } from '../../pages/tree.ts';
import { changeTimeMs } from './change-record.ts';
import { shardAgeMsMax } from './shard.ts';
import { retentionMs, type StreamState, trimHorizonMs } from './stream-state.ts';
import {
  decodePosition,
  decodeShard,
  encodePosition,
  positionKey,
  recordKey,
  type StreamPosition,
  sequenceOfKey,
  shardRange,
} from './stream-tree.ts';
import { closing, isFull, putAll } from './stream-writer.ts';

/** Records that one commit takes away, at most: requests go on between two of them. */
export const trimmedMax = 500;

export interface TrimOptions {
  readonly engine: PageEngine;
  readonly tree: Tree;
  readonly stream: StreamState;
  readonly nowMs: number;
  /** True where no further commit is wanted. */
  readonly isStopped: () => boolean;
}

interface Slice {
  /** More may be due at once. */
  readonly isWhole: boolean;
  /** When there will be something to do again. */
  readonly dueMs: number;
}

/** Resolves with the time at which something will be due again. */
export async function trimStream({ engine, isStopped, ...slicing }: TrimOptions): Promise<number> {
  for (;;) {
    const slice = await engine.transact((tx) => trimSlice(tx, slicing));
    if (!slice.isWhole || isStopped()) return slice.dueMs;
  }
}

async function trimSlice(
  tx: Transaction,
  { tree, stream, nowMs }: Omit<TrimOptions, 'engine' | 'isStopped'>,
): Promise<Slice> {
  const before = decodePosition(await tx.get(tree, positionKey), stream.createdAtMs);
  const { due, oldestMs } = await dueRecords(tx, tree, { position: before, horizonMs: trimHorizonMs(nowMs) });
  const shards = await dueShards(tx, tree, trimHorizonMs(nowMs));
  for (const key of [...due, ...shards]) await tx.delete(tree, key);
  const last = due.at(-1);
  const trimmed = last === undefined ? before : { ...before, trimmed: sequenceOfKey(last) + 1 };
  const isEnabled = stream.disabledAtMs === undefined;
  const { position, puts } =
    isEnabled && isFull(trimmed, nowMs) ? closing(trimmed, nowMs) : { position: trimmed, puts: [] };
  if (position !== before) await putAll(tx, tree, [...puts, [positionKey, encodePosition(position)]]);
  const rollMs = isEnabled ? position.shard.openedAtMs + shardAgeMsMax : Number.POSITIVE_INFINITY;
  return {
    isWhole: due.length === trimmedMax,
    dueMs: Math.min(rollMs, (oldestMs ?? nowMs) + retentionMs),
  };
}

/** The keys of the oldest records that are due, and the time of the first that is not. */
async function dueRecords(
  tx: Transaction,
  tree: Tree,
  { position, horizonMs }: { readonly position: StreamPosition; readonly horizonMs: number },
): Promise<{ readonly due: readonly Uint8Array[]; readonly oldestMs: number | undefined }> {
  const due: Uint8Array[] = [];
  const range = { from: recordKey(position.trimmed), to: recordKey(position.next) };
  const cursor = tx.cursor(tree, range);
  while (due.length < trimmedMax) {
    const entry = await cursor.next();
    if (entry === undefined) break;
    const createdMs = changeTimeMs(entry.value);
    if (createdMs > horizonMs) return { due, oldestMs: createdMs };
    due.push(entry.key.slice());
  }
  return { due, oldestMs: undefined };
}

/** The keys of the shards that nobody sees any more. */
async function dueShards(tx: Transaction, tree: Tree, horizonMs: number): Promise<readonly Uint8Array[]> {
  const due: Uint8Array[] = [];
  const cursor = tx.cursor(tree, shardRange);
  for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
    const { end } = decodeShard(entry.value);
    if (end !== undefined && end.closedAtMs <= horizonMs) due.push(entry.key.slice());
  }
  return due;
}
