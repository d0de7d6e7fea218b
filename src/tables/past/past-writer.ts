/** Keeps what each change of an item took away, in the item's own commit, so that any moment since can be had again. */
import type { Clock } from '../../base/clock.ts';
import type { Transaction } from '../../pages/commit.ts';
import type { Tree } from '../../pages/tree.ts';
import type { MaybePromise } from '../../store/page-store.ts';
import { EncodedItem } from '../encoded-item.ts';
import { encodeItem } from '../item.ts';
import type { StoredItem } from '../table.ts';
import type { ItemChange, WriteFollower } from '../write-follower.ts';
import { encodePast, momentKey, momentOf, type PastMoment } from './past-entry.ts';

/**
 * The moments of one tree: each after the one before it, also where the clock was set back. There is one for each tree,
 * whatever writers come and go: no two changes may have one moment.
 */
export class PastMoments {
  readonly #clock: Clock;
  #last: PastMoment;

  private constructor(clock: Clock, last: PastMoment) {
    this.#clock = clock;
    this.#last = last;
  }

  /** Goes on behind the last change in the tree. */
  static async after(tree: Tree, clock: Clock): Promise<PastMoments> {
    const entry = await tree.cursor({ backwards: true }).next();
    return new PastMoments(clock, entry === undefined ? { ms: 0, number: 0 } : momentOf(entry.key));
  }

  next(): PastMoment {
    const { ms, number } = this.#last;
    const nowMs = Math.floor(this.#clock.nowMs());
    this.#last = nowMs > ms ? { ms: nowMs, number: 0 } : { ms, number: number + 1 };
    return this.#last;
  }
}

export interface PastWriterOptions {
  readonly tree: Tree;
  readonly moments: PastMoments;
}

export class PastWriter implements WriteFollower {
  readonly #tree: Tree;
  readonly #moments: PastMoments;

  constructor({ tree, moments }: PastWriterOptions) {
    this.#tree = tree;
    this.#moments = moments;
  }

  /** Every change has a past. */
  check(): void {}

  follow(tx: Transaction, { key, old }: ItemChange): MaybePromise<void> {
    return tx.put(this.#tree, momentKey(this.#moments.next()), encodePast(key, old && storedBytes(old)));
  }
}

function storedBytes(old: StoredItem): Uint8Array {
  return old instanceof EncodedItem ? old.bytes : encodeItem(old.item, old.itemBytes);
}
