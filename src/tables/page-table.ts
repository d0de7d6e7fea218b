/** A table over its tree: items in, items out, each write decided where commits are serialised. */

import type { Transaction } from '../pages/commit.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { Tree } from '../pages/tree.ts';
import type { Entry, TreeCursor } from '../pages/tree-cursor.ts';
import type { MaybePromise } from '../store/page-store.ts';
import { bufferOver } from './byte-reader.ts';
import { EncodedItem } from './encoded-item.ts';
import { decodeItem, encodedItemBytes, encodeItem } from './item.ts';
import type { KeySchema } from './key-schema.ts';
import type { ItemCursor, KeyRange, OpenTable, StoredItem, WriteDecision } from './table.ts';
import type { ItemChange, WriteFollower } from './write-follower.ts';

export interface PageTableOptions {
  readonly name: string;
  readonly arn: string;
  readonly keySchema: KeySchema;
  readonly engine: PageEngine;
  readonly tree: Tree;
  readonly followers?: readonly WriteFollower[];
}

/** Knows nothing of keys: whoever hands it out has asked for them. One serves every connection. */
export class PageTable implements OpenTable {
  readonly name: string;
  readonly arn: string;
  readonly keySchema: KeySchema;
  readonly #engine: PageEngine;
  readonly #tree: Tree;
  #followers: readonly WriteFollower[];

  constructor({ name, arn, keySchema, engine, tree, followers = [] }: PageTableOptions) {
    this.name = name;
    this.arn = arn;
    this.keySchema = keySchema;
    this.#engine = engine;
    this.#tree = tree;
    this.#followers = followers;
  }

  /** From the next transaction on, these follow each write. */
  setFollowers(followers: readonly WriteFollower[]): void {
    this.#followers = followers;
  }

  /** What the table holds at this moment. The bytes are those of the tree: near to DynamoDB's count, and free. */
  get counts(): { readonly itemCount: number; readonly tableBytes: number } {
    const { entries, bytes } = this.#tree.stats();
    return { itemCount: entries, tableBytes: bytes };
  }

  get(key: Uint8Array): MaybePromise<StoredItem | undefined> {
    return this.#tree.read(key, decoded);
  }

  write<T>(key: Uint8Array, decide: (old: StoredItem | undefined) => WriteDecision<T>): Promise<T> {
    return this.#engine.transact((tx) => this.writeIn(tx, key, decide));
  }

  getIn(tx: Transaction, key: Uint8Array): MaybePromise<StoredItem | undefined> {
    const found = tx.get(this.#tree, key);
    return found instanceof Promise ? found.then(itemOf) : itemOf(found);
  }

  writeIn<T>(
    tx: Transaction,
    key: Uint8Array,
    decide: (old: StoredItem | undefined) => WriteDecision<T>,
  ): MaybePromise<T> {
    const old = tx.get(this.#tree, key);
    if (old instanceof Promise) return old.then((bytes) => this.#carryOut(tx, key, bytes, decide));
    return this.#carryOut(tx, key, old, decide);
  }

  #carryOut<T>(
    tx: Transaction,
    key: Uint8Array,
    bytes: Uint8Array | undefined,
    decide: (old: StoredItem | undefined) => WriteDecision<T>,
  ): MaybePromise<T> {
    const old = itemOf(bytes);
    const decision = decide(old);
    if ('unchanged' in decision) return decision.result;
    const { next, nextBytes, result } = decision;
    if (next === undefined && old === undefined) return result;
    const change = { key, old, next };
    for (const follower of this.#followers) follower.check(change);
    const written =
      next === undefined ? tx.delete(this.#tree, key) : tx.put(this.#tree, key, encodeItem(next, nextBytes));
    return after(this.#follow(tx, change, written), result);
  }

  /** One after another, each once the last has ended: they share the transaction. */
  #follow(tx: Transaction, change: ItemChange, written: MaybePromise<unknown>): MaybePromise<unknown> {
    let done = written;
    for (const follower of this.#followers) {
      done =
        done instanceof Promise ? done.then(() => follower.follow(tx, change)) : follower.follow(tx, change);
    }
    return done;
  }

  items({ from, to }: KeyRange, options?: { readonly backwards?: boolean }): ItemCursor {
    return new PageItemCursor(this.#tree.cursor({ from, to, backwards: options?.backwards }));
  }
}

class PageItemCursor implements ItemCursor {
  readonly #entries: TreeCursor;
  /** The memory that the last entry lay in, and the same as a Buffer: many entries lie in one leaf. */
  #memory: Uint8Array = new Uint8Array();
  #buffer = bufferOver(this.#memory);

  constructor(entries: TreeCursor) {
    this.#entries = entries;
  }

  next(): MaybePromise<StoredItem | undefined> {
    const entry = this.#entries.next();
    return entry instanceof Promise ? entry.then((found) => this.#itemOf(found)) : this.#itemOf(entry);
  }

  #itemOf(entry: Entry | undefined): StoredItem | undefined {
    if (entry === undefined) return undefined;
    const { bytes, from, to } = entry;
    if (bytes !== this.#memory) {
      this.#memory = bytes;
      this.#buffer = bufferOver(bytes);
    }
    return new EncodedItem(this.#buffer, from, to);
  }
}

/** Decoded at once, where it lies in an opened page: its bytes need no copy. */
function decoded(bytes: Uint8Array, from: number, to: number): StoredItem {
  return { item: decodeItem(bytes, from, to), itemBytes: encodedItemBytes(bytes, from, to) };
}

function itemOf(bytes: Uint8Array | undefined): StoredItem | undefined {
  return bytes === undefined ? undefined : new EncodedItem(bytes);
}

function after<T>(done: unknown, result: T): MaybePromise<T> {
  return done instanceof Promise ? done.then(() => result) : result;
}
