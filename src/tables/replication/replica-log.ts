/** The versions and the log of one replica: written to in the commits of its items. There is one for each tree. */
import type { Clock } from '../../base/clock.ts';
import type { Transaction } from '../../pages/commit.ts';
import type { Tree } from '../../pages/tree.ts';
import type { HybridClock } from './hybrid-clock.ts';
import {
  decodeLogEntry,
  decodeVersion,
  encodeLogEntry,
  encodeVersion,
  type ItemVersion,
  logKey,
  logRange,
  sequenceOfLog,
  versionKey,
} from './replica-tree.ts';
import type { Stamp } from './stamp.ts';

export interface ReplicaLogOptions {
  readonly tree: Tree;
  readonly clock: Clock;
  readonly stamps: HybridClock;
}

/** A write as it is recorded. */
export interface RecordedWrite {
  readonly key: Uint8Array;
  readonly isDeleted: boolean;
  readonly region: string;
  /** Of a write that was read from another replica; one that is made here gets its stamp here. */
  readonly replicated?: { readonly stamp: Stamp; readonly from: string };
}

export class ReplicaLog {
  readonly tree: Tree;
  readonly #clock: Clock;
  readonly #stamps: HybridClock;
  #sequence: number;

  private constructor({ tree, clock, stamps }: ReplicaLogOptions, sequence: number) {
    this.tree = tree;
    this.#clock = clock;
    this.#stamps = stamps;
    this.#sequence = sequence;
  }

  /** Goes on behind the last entry, and the hybrid clock behind what it was then. */
  static async behind(options: ReplicaLogOptions): Promise<ReplicaLog> {
    const last = await options.tree.cursor({ ...logRange, backwards: true }).next();
    if (last === undefined) return new ReplicaLog(options, 0);
    options.stamps.witness(decodeLogEntry(last.value).high);
    return new ReplicaLog(options, sequenceOfLog(last.key));
  }

  async version(tx: Transaction, key: Uint8Array): Promise<ItemVersion | undefined> {
    const found = await tx.get(this.tree, versionKey(key));
    return found && decodeVersion(found);
  }

  /** Of a local write: greater than the stamp of the item's version, whatever clock that is from. */
  async record(tx: Transaction, { key, isDeleted, region, replicated }: RecordedWrite): Promise<void> {
    const before = await this.version(tx, key);
    if (before !== undefined) {
      this.#stamps.witness(before.stamp);
      await tx.delete(this.tree, logKey(before.sequence));
    }
    const sequence = this.#next();
    const { stamp, from } = replicated ?? { stamp: this.#stamps.next(region), from: undefined };
    const version = { stamp, isDeleted, sequence, ...(from !== undefined && { from }) };
    await tx.put(this.tree, versionKey(key), encodeVersion(version));
    const high = this.#stamps.high(region);
    await tx.put(this.tree, logKey(sequence), encodeLogEntry({ key, high }));
  }

  /** With the time: after a store was put back to an older state, none comes again that was given before. */
  #next(): number {
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(this.#clock.nowMs()) * 1000);
    return this.#sequence;
  }
}
