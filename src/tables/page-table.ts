/** A table over its tree: items in, items out, each write decided where commits are serialised. */
import { assert, refuse } from '../base/errors.ts';
import type { Transaction } from '../pages/commit.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { Tree } from '../pages/tree.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Item } from './attribute.ts';
import { type Consumption, writeUnits } from './capacity.ts';
import { EncodedItem } from './encoded-item.ts';
import { checkIndexKeys, checkSizeWithIndexes } from './index-check.ts';
import { hasEntry, type IndexLayout } from './index-layout.ts';
import { decodeItem, encodedItemBytes, encodeItem } from './item.ts';
import type { ItemCollections } from './item-collections.ts';
import { itemBytes } from './item-size.ts';
import type { IndexKey, KeySchema } from './key-schema.ts';
import type { PageIndex } from './page-index.ts';
import { PageItemCursor } from './page-item-cursor.ts';
import type {
  ItemCursor,
  KeyRange,
  NextItem,
  OpenIndex,
  OpenTable,
  StoredItem,
  WriteDecision,
} from './table.ts';
import { successor } from './tree-key.ts';
import type { ItemChange, WriteFollower } from './write-follower.ts';

/** What a slice of a back-fill looks at: other commits wait for it. */
const sliceItemsMax = 100;
const sliceBytesMax = 256 * 1024;

export interface PageTableOptions {
  readonly name: string;
  readonly arn: string;
  readonly keySchema: KeySchema;
  readonly engine: PageEngine;
  readonly tree: Tree;
  readonly indexes?: readonly PageIndex[];
  /** Of a table with local indexes. */
  readonly collections?: ItemCollections | undefined;
  readonly followers?: readonly WriteFollower[];
}

/** Knows nothing of keys: whoever hands it out has asked for them. One serves every connection. */
export class PageTable implements OpenTable {
  readonly name: string;
  readonly arn: string;
  readonly keySchema: KeySchema;
  readonly #engine: PageEngine;
  readonly #tree: Tree;
  readonly #collections: ItemCollections | undefined;
  #indexes: readonly PageIndex[];
  /** In the order in which AWS looks at them: global ones first. */
  #layouts: readonly IndexLayout[] = [];
  #locals: readonly IndexLayout[] = [];
  #indexKeys: readonly IndexKey[] = [];
  #others: readonly WriteFollower[];
  /** What may refuse first, then the indexes, and then the others. */
  #followers: readonly WriteFollower[] = [];

  constructor({
    name,
    arn,
    keySchema,
    engine,
    tree,
    indexes = [],
    collections,
    followers = [],
  }: PageTableOptions) {
    this.name = name;
    this.arn = arn;
    this.keySchema = keySchema;
    this.#engine = engine;
    this.#tree = tree;
    this.#collections = collections;
    this.#indexes = indexes;
    this.#others = followers;
    this.#rank();
  }

  /** From the next transaction on, these follow each write, beside the indexes. */
  setFollowers(followers: readonly WriteFollower[]): void {
    this.#others = followers;
    this.#rank();
  }

  get indexes(): readonly PageIndex[] {
    return this.#indexes;
  }

  /** From the next transaction on, these are kept up with each write. */
  setIndexes(indexes: readonly PageIndex[]): void {
    this.#indexes = indexes;
    this.#rank();
  }

  get indexKeys(): readonly IndexKey[] {
    return this.#indexKeys;
  }

  #rank(): void {
    const layoutsOf = (asked: 'local' | 'global') =>
      this.#indexes.filter(({ kind }) => kind === asked).map(({ layout }) => layout);
    this.#locals = layoutsOf('local');
    this.#layouts = [...layoutsOf('global'), ...this.#locals];
    this.#indexKeys = this.#layouts.flatMap(({ name, keys }) => keys.map((key) => ({ ...key, index: name })));
    const sizes = this.#collections === undefined ? [] : [this.#collections];
    this.#followers = [...sizes, ...this.#indexes, ...this.#others];
  }

  index(name: string): OpenIndex {
    const found = this.#indexes.find((index) => index.name === name);
    if (found === undefined || found.status === 'DELETING') {
      refuse(`The table does not have the specified index: ${name}`);
    }
    if (found.status === 'CREATING') refuse(`Cannot read from backfilling global secondary index: ${name}`);
    return found;
  }

  /**
   * Puts a slice of the items behind this key, from the first on for an empty one, into an index that is being filled; the
   * key of the last of them, or undefined where it was the last of all.
   */
  async fillIndex(tx: Transaction, name: string, behind: Uint8Array): Promise<Uint8Array | undefined> {
    const index = this.#indexes.find((each) => each.name === name);
    assert(index !== undefined, 'an index that is filled is kept up with writes');
    const from = behind.length === 0 ? behind : successor(behind);
    const cursor = tx.cursor(this.#tree, { from });
    let last: Uint8Array | undefined;
    let bytes = 0;
    for (let count = 0; count < sliceItemsMax && bytes < sliceBytesMax; count++) {
      const entry = await cursor.next();
      if (entry === undefined) return undefined;
      last = entry.key;
      bytes += entry.value.length;
      const { item } = new EncodedItem(entry.value);
      if (hasEntry(index.layout, item)) await index.put(tx, last, item, entry.value);
    }
    return last;
  }

  /** Counts the items into their collections, in a table where that was not done: a slice, as fillIndex. */
  async countCollections(tx: Transaction, behind: Uint8Array): Promise<Uint8Array | undefined> {
    const collections = this.#collections;
    assert(collections !== undefined, 'a table with local indexes has collections');
    const cursor = tx.cursor(this.#tree, { from: behind.length === 0 ? behind : successor(behind) });
    let last: Uint8Array | undefined;
    for (let count = 0; count < sliceItemsMax; count++) {
      const entry = await cursor.next();
      if (entry === undefined) return undefined;
      last = entry.key;
      const { item: next } = new EncodedItem(entry.value);
      await collections.follow(tx, { key: last, old: undefined, next });
    }
    return last;
  }

  collectionBytes(key: Uint8Array): MaybePromise<number | undefined> {
    return this.#collections?.size(key);
  }

  checkPut(next: NextItem, { isUpdate = false }: { readonly isUpdate?: boolean } = {}): void {
    for (const layout of this.#layouts) checkIndexKeys(layout, next.item, isUpdate);
    checkSizeWithIndexes(this.#locals, next, isUpdate);
  }

  consumption(old: StoredItem | undefined, next: NextItem | undefined): Consumption {
    const nextBytes = next && (next.itemBytes ?? itemBytes(next.item));
    const table = writeUnits(old?.itemBytes, nextBytes);
    if (this.#indexes.length === 0) return { table };
    const used = { local: new Map<string, number>(), global: new Map<string, number>() };
    for (const index of this.#indexes) {
      const units = index.writeUnits(old, next);
      if (units > 0) used[index.kind].set(index.name, units);
    }
    const { local, global } = used;
    return { table, ...(local.size > 0 && { local }), ...(global.size > 0 && { global }) };
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
    const { next, nextBytes, isUpdate = false, isExpired = false, replicated, result } = decision;
    const origin = replicated && { replicated };
    if (next === undefined && old === undefined) return result;
    if (next === undefined) {
      const change = { key, old, next, isExpired, ...origin };
      this.#check(change);
      return after(this.#follow(tx, change, tx.delete(this.#tree, key)), result);
    }
    const nextEncoded = encodeItem(next, nextBytes);
    const change = { key, old, next, nextEncoded, isUpdate, ...origin };
    this.#check(change, sized(next, nextBytes));
    return after(this.#follow(tx, change, tx.put(this.#tree, key, nextEncoded)), result);
  }

  /** What was made in another region is there already, and must be here too. */
  #check(change: ItemChange, next?: NextItem): void {
    if (change.replicated !== undefined) return;
    for (const follower of this.#followers) follower.check(change);
    if (next !== undefined) checkSizeWithIndexes(this.#locals, next, change.isUpdate === true);
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

/** Decoded at once, where it lies in an opened page: its bytes need no copy. */
function decoded(bytes: Uint8Array, from: number, to: number): StoredItem {
  return { item: decodeItem(bytes, from, to), itemBytes: encodedItemBytes(bytes, from, to) };
}

function sized(item: Item, bytes: number | undefined): NextItem {
  return bytes === undefined ? { item } : { item, itemBytes: bytes };
}

function itemOf(bytes: Uint8Array | undefined): StoredItem | undefined {
  return bytes === undefined ? undefined : new EncodedItem(bytes);
}

function after<T>(done: unknown, result: T): MaybePromise<T> {
  return done instanceof Promise ? done.then(() => result) : result;
}
