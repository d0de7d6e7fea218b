/** Writes each change of an item into the stream of its table, in the item's own commit. */
import type { Clock } from '../../base/clock.ts';
import type { Transaction } from '../../pages/commit.ts';
import type { Tree } from '../../pages/tree.ts';
import type { MaybePromise } from '../../store/page-store.ts';
import type { ItemChange, WriteFollower } from '../write-follower.ts';
import { type ChangeRecord, type ChangeView, changeRecord, encodeChange } from './change-record.ts';
import { shardAgeMsMax, shardRecordsMax } from './shard.ts';
import {
  decodePosition,
  encodePosition,
  encodeShard,
  positionKey,
  recordKey,
  rolled,
  type StreamPosition,
  shardKey,
} from './stream-tree.ts';

export interface StreamWriterOptions extends ChangeView {
  /** When the stream was made. */
  readonly sinceMs: number;
  readonly tree: Tree;
  readonly clock: Clock;
}

type Put = readonly [key: Uint8Array, value: Uint8Array];

export class StreamWriter implements WriteFollower {
  readonly #tree: Tree;
  readonly #clock: Clock;
  readonly #view: ChangeView;
  readonly #sinceMs: number;

  constructor({ tree, clock, view, keySchema, sinceMs }: StreamWriterOptions) {
    this.#tree = tree;
    this.#clock = clock;
    this.#view = { view, keySchema };
    this.#sinceMs = sinceMs;
  }

  /** Every change has a record. */
  check(): void {}

  follow(tx: Transaction, change: ItemChange): MaybePromise<void> {
    const record = changeRecord(change, this.#view, this.#clock.nowMs());
    if (record === undefined) return undefined;
    const found = tx.get(this.#tree, positionKey);
    if (found instanceof Promise) return found.then((bytes) => this.#append(tx, bytes, record));
    return this.#append(tx, found, record);
  }

  #append(tx: Transaction, found: Uint8Array | undefined, record: ChangeRecord): MaybePromise<void> {
    const before = decodePosition(found, this.#sinceMs);
    const { position, puts } = isFull(before, record.createdAtMs)
      ? closing(before, record.createdAtMs)
      : { position: before, puts: [] };
    const { next, recordCount } = position;
    const after = { ...position, next: next + 1, recordCount: recordCount + 1 };
    return putAll(tx, this.#tree, [
      ...puts,
      [recordKey(next), encodeChange(record)],
      [positionKey, encodePosition(after)],
    ]);
  }
}

/** True where the open shard has taken what it may. */
export function isFull({ recordCount, shard }: StreamPosition, nowMs: number): boolean {
  return recordCount >= shardRecordsMax || nowMs - shard.openedAtMs >= shardAgeMsMax;
}

/** Closes the open shard: the next position, and what is to be put beside it. */
export function closing(
  before: StreamPosition,
  nowMs: number,
): { readonly position: StreamPosition; readonly puts: readonly Put[] } {
  const { position, closed } = rolled(before, nowMs);
  return { position, puts: [[shardKey(closed.number), encodeShard(closed)]] };
}

/** One after another from `at` on: the next begins once the last has ended. */
export function putAll(tx: Transaction, tree: Tree, puts: readonly Put[], at = 0): MaybePromise<void> {
  for (const [index, [key, value]] of puts.slice(at).entries()) {
    const put = tx.put(tree, key, value);
    if (put instanceof Promise) return put.then(() => putAll(tx, tree, puts, at + index + 1));
  }
  return undefined;
}
