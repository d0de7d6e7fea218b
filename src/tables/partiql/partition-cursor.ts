/** Items of several ranges as one walk: one range after another, or merged by an attribute. */
import type { MaybePromise } from '../../store/page-store.ts';
import { type KeyAttribute, keyValue } from '../key-schema.ts';
import type { ItemCursor, StoredItem } from '../table.ts';
import { orderOf } from '../value-order.ts';

/** The items of each cursor in turn. */
export class ChainedCursor implements ItemCursor {
  readonly #cursors: readonly ItemCursor[];
  #at = 0;

  constructor(cursors: readonly ItemCursor[]) {
    this.#cursors = cursors;
  }

  next(): MaybePromise<StoredItem | undefined> {
    for (;;) {
      const cursor = this.#cursors[this.#at];
      if (cursor === undefined) return undefined;
      const next = cursor.next();
      if (next instanceof Promise) return next.then((item) => item ?? this.#following());
      if (next !== undefined) return next;
      this.#at++;
    }
  }

  #following(): MaybePromise<StoredItem | undefined> {
    this.#at++;
    return this.next();
  }
}

export interface MergeOrder {
  readonly by: KeyAttribute;
  readonly backwards: boolean;
}

/** The items of all cursors, each of which is in this order; of equal ones the earlier cursor's come first. */
export class MergedCursor implements ItemCursor {
  readonly #cursors: readonly ItemCursor[];
  readonly #order: MergeOrder;
  /** The next item of each cursor; a cursor that is not there has still to be asked. */
  readonly #heads = new Map<ItemCursor, StoredItem | undefined>();

  constructor(cursors: readonly ItemCursor[], order: MergeOrder) {
    this.#cursors = cursors;
    this.#order = order;
  }

  next(): MaybePromise<StoredItem | undefined> {
    for (const cursor of this.#cursors) {
      if (this.#heads.has(cursor)) continue;
      const next = cursor.next();
      if (next instanceof Promise) {
        return next.then((item) => {
          this.#heads.set(cursor, item);
          return this.next();
        });
      }
      this.#heads.set(cursor, next);
    }
    return this.#takeFirst();
  }

  #takeFirst(): StoredItem | undefined {
    let first: { readonly cursor: ItemCursor; readonly item: StoredItem } | undefined;
    for (const cursor of this.#cursors) {
      const item = this.#heads.get(cursor);
      if (item !== undefined && (first === undefined || this.#precedes(item, first.item))) {
        first = { cursor, item };
      }
    }
    if (first !== undefined) this.#heads.delete(first.cursor);
    return first?.item;
  }

  #precedes(one: StoredItem, other: StoredItem): boolean {
    const { by, backwards } = this.#order;
    const order = orderOf(keyValue(one.item, by), keyValue(other.item, by)) ?? 0;
    return backwards ? order > 0 : order < 0;
  }
}
