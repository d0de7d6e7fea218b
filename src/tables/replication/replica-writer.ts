/** Records each write to a replica, in the item's own commit: its version, and that it is to be told to other regions. */
import type { Transaction } from '../../pages/commit.ts';
import type { ItemChange, WriteFollower } from '../write-follower.ts';
import type { ReplicaLog } from './replica-log.ts';

export interface ReplicaWriterOptions {
  readonly log: ReplicaLog;
  /** Of the table. */
  readonly region: string;
  /** Called with each write that was made here; it is not durable yet. */
  readonly onLocalWrite: () => void;
  /** True from the commit on in which replication ends: then there is no log any more. */
  readonly isEnded: () => boolean;
}

export class ReplicaWriter implements WriteFollower {
  readonly #options: ReplicaWriterOptions;

  constructor(options: ReplicaWriterOptions) {
    this.#options = options;
  }

  /** Every change is told. */
  check(): void {}

  async follow(tx: Transaction, { key, next, replicated }: ItemChange): Promise<void> {
    const { log, region, onLocalWrite, isEnded } = this.#options;
    if (isEnded()) return;
    const isDeleted = next === undefined;
    if (replicated === undefined) {
      await log.record(tx, { key, isDeleted, region });
      onLocalWrite();
      return;
    }
    const { stamp, from } = replicated;
    // An item that nobody wrote since there are replicas stays one.
    if (stamp !== undefined) await log.record(tx, { key, isDeleted, region, replicated: { stamp, from } });
  }
}
