/** A secondary index over its tree: read by Query and Scan, and kept up with every write to its table. */
import type { Transaction } from '../pages/commit.ts';
import type { Tree } from '../pages/tree.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Item } from './attribute.ts';
import { writeUnits } from './capacity.ts';
import { checkIndexKeys } from './index-check.ts';
import type { IndexCounts, IndexStatus } from './index-definition.ts';
import { indexEntryKey } from './index-key.ts';
import { areSameEntries, hasEntry, type IndexLayout, projectedItem } from './index-layout.ts';
import { encodeItem } from './item.ts';
import { itemBytes } from './item-size.ts';
import { type KeySchema, keyValue } from './key-schema.ts';
import { PageItemCursor } from './page-item-cursor.ts';
import type { ItemCursor, KeyRange, NextItem, OpenIndex, StoredItem } from './table.ts';
import { encodeKey } from './tree-key.ts';
import { equalValues } from './value-order.ts';
import type { ItemChange, WriteFollower } from './write-follower.ts';

export interface PageIndexOptions {
  readonly layout: IndexLayout;
  readonly tree: Tree;
  /** As the catalogue has it at the time of the call: whoever was told that an index is there can read it. */
  readonly status: () => IndexStatus;
  readonly tableSchema: KeySchema;
}

/** As PageTable, it knows nothing of encryption. One serves every connection. */
export class PageIndex implements OpenIndex, WriteFollower {
  readonly layout: IndexLayout;
  readonly #status: () => IndexStatus;
  readonly #tree: Tree;
  readonly #tableSchema: KeySchema;

  constructor({ layout, tree, status, tableSchema }: PageIndexOptions) {
    this.layout = layout;
    this.#status = status;
    this.#tree = tree;
    this.#tableSchema = tableSchema;
  }

  get name(): string {
    return this.layout.name;
  }

  get status(): IndexStatus {
    return this.#status();
  }

  get kind(): OpenIndex['kind'] {
    return this.layout.kind;
  }

  get keySchema(): OpenIndex['keySchema'] {
    return this.layout.keySchema;
  }

  get projected(): OpenIndex['projected'] {
    return this.layout.projected;
  }

  get counts(): IndexCounts {
    const { entries, bytes } = this.#tree.stats();
    return { itemCount: entries, bytes };
  }

  entryKey(item: Item): Uint8Array {
    return indexEntryKey(this.layout.keySchema, item, encodeKey(this.#tableSchema, item));
  }

  items({ from, to }: KeyRange, options?: { readonly backwards?: boolean }): ItemCursor {
    return new PageItemCursor(this.#tree.cursor({ from, to, backwards: options?.backwards }));
  }

  check({ next, isUpdate = false }: ItemChange): void {
    if (next !== undefined) checkIndexKeys(this.layout, next, isUpdate);
  }

  follow(tx: Transaction, { key, old, next, nextEncoded }: ItemChange): MaybePromise<void> {
    const before = this.#entryOf(old?.item);
    const after = this.#entryOf(next);
    if (before !== undefined && after !== undefined && areSameEntries(this.layout, before, after)) return;
    const isMoved = before !== undefined && (after === undefined || this.#isMoved(before, after));
    const removed = isMoved
      ? tx.delete(this.#tree, indexEntryKey(this.layout.keySchema, before, key))
      : undefined;
    if (after === undefined) return removed instanceof Promise ? removed.then(() => {}) : undefined;
    const put = () => this.put(tx, key, after, nextEncoded);
    return removed instanceof Promise ? removed.then(put) : put();
  }

  /** Puts the entry of an item that lies under `key` in the table; `encoded` are the bytes of the item, where there are any. */
  put(tx: Transaction, key: Uint8Array, item: Item, encoded?: Uint8Array): MaybePromise<void> {
    const whole = this.layout.projected === undefined ? encoded : undefined;
    const value = whole ?? encodeItem(projectedItem(this.layout, item));
    return tx.put(this.#tree, indexEntryKey(this.layout.keySchema, item, key), value);
  }

  /** Nothing, one write, or two where the entry moves. */
  writeUnits(old: StoredItem | undefined, next: NextItem | undefined): number {
    const before = this.#entryOf(old?.item);
    const after = this.#entryOf(next?.item);
    if (before === undefined && after === undefined) return 0;
    const size = (item: Item | undefined) => item && itemBytes(projectedItem(this.layout, item));
    if (before === undefined || after === undefined) return writeUnits(size(before), size(after));
    if (areSameEntries(this.layout, before, after)) return 0;
    if (!this.#isMoved(before, after)) return writeUnits(size(before), size(after));
    return writeUnits(size(before), undefined) + writeUnits(undefined, size(after));
  }

  /** The item, where it has an entry. */
  #entryOf(item: Item | undefined): Item | undefined {
    return item !== undefined && hasEntry(this.layout, item) ? item : undefined;
  }

  /** Two items of one place in the table: it is for the index's own keys to differ. */
  #isMoved(before: Item, after: Item): boolean {
    return this.layout.keys.some(
      (attribute) => !equalValues(keyValue(before, attribute), keyValue(after, attribute)),
    );
  }
}
