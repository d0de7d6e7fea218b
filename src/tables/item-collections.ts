/** How large each item collection is: the items of one partition with their entries in local indexes (aws-behaviour §5.3). */
import { Refusal } from '../base/errors.ts';
import type { Transaction } from '../pages/commit.ts';
import type { Tree } from '../pages/tree.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Item } from './attribute.ts';
import { hasEntry, type IndexLayout, projectedItem } from './index-layout.ts';
import { itemBytes } from './item-size.ts';
import { partitionOf } from './tree-key.ts';
import type { ItemChange, WriteFollower } from './write-follower.ts';

export const collectionBytesMax = 10 * 2 ** 30;

export interface ItemCollectionsOptions {
  readonly tree: Tree;
  /** Of the local indexes. */
  readonly layouts: readonly IndexLayout[];
  readonly bytesMax?: number;
}

/** Of a table with local indexes. A collection's size lies under its partition: eight bytes, great end first. */
export class ItemCollections implements WriteFollower {
  readonly #tree: Tree;
  readonly #layouts: readonly IndexLayout[];
  readonly #bytesMax: number;

  constructor({ tree, layouts, bytesMax = collectionBytesMax }: ItemCollectionsOptions) {
    this.#tree = tree;
    this.#layouts = layouts;
    this.#bytesMax = bytesMax;
  }

  /** Of the collection that the item of this tree key belongs to. */
  size(key: Uint8Array): MaybePromise<number> {
    const found = this.#tree.get(partitionOf(key));
    return found instanceof Promise ? found.then(sizeOf) : sizeOf(found);
  }

  /** The size is known only in the transaction. */
  check(): void {}

  /** Refuses CollectionTooLarge: so rarely that it need not come before the first change. */
  follow(tx: Transaction, { key, old, next, replicated }: ItemChange): MaybePromise<void> {
    const growth = this.#bytesOf(next) - this.#bytesOf(old?.item, old?.itemBytes);
    if (growth === 0) return;
    const partition = partitionOf(key);
    // A replica takes what the collection has become elsewhere.
    const bytesMax = growth > 0 && replicated === undefined ? this.#bytesMax : Number.POSITIVE_INFINITY;
    const found = tx.get(this.#tree, partition);
    if (found instanceof Promise)
      return found.then((bytes) => this.#resize(tx, partition, sizeOf(bytes) + growth, bytesMax));
    return this.#resize(tx, partition, sizeOf(found) + growth, bytesMax);
  }

  #resize(tx: Transaction, partition: Uint8Array, size: number, bytesMax: number): MaybePromise<void> {
    if (size > bytesMax) throw new Refusal('CollectionTooLarge', {});
    if (size > 0) return tx.put(this.#tree, partition, bytesOf(size));
    const removed = tx.delete(this.#tree, partition);
    return removed instanceof Promise ? removed.then(() => {}) : undefined;
  }

  #bytesOf(item: Item | undefined, known?: number): number {
    if (item === undefined) return 0;
    const whole = known ?? itemBytes(item);
    let bytes = whole;
    for (const layout of this.#layouts) {
      if (!hasEntry(layout, item)) continue;
      bytes += layout.projected === undefined ? whole : itemBytes(projectedItem(layout, item));
    }
    return bytes;
  }
}

function sizeOf(bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return 0;
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0));
}

function bytesOf(size: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size));
  return bytes;
}
