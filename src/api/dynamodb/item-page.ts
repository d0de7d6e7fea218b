/** One page of a Query or Scan: items evaluated up to a limit, filtered, projected and counted. */
import { assert } from '../../base/errors.ts';
import type { MaybePromise } from '../../store/page-store.ts';
import type { Item } from '../../tables/attribute.ts';
import { type CapacityMode, type Consumption, consumedCapacity, readUnits } from '../../tables/capacity.ts';
import type { CompiledExpressions, ExpressionParameters } from '../../tables/expression/compile.ts';
import { indexKeyOf } from '../../tables/index-start-key.ts';
import { type KeySchema, keyOf } from '../../tables/key-schema.ts';
import type { LegacyParameters } from '../../tables/legacy/parameters.ts';
import type { ItemCursor, OpenIndex, StoredItem } from '../../tables/table.ts';
import type { Select } from './select.ts';

/** A page ends once it has evaluated so much, whatever the filter left of it. */
export const pageBytesMax = 1024 * 1024;

/** The members of a Query or Scan that shape its page. */
export interface PageInput extends ExpressionParameters, LegacyParameters {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly Select?: Select;
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

export interface PageSource {
  readonly cursor: ItemCursor;
  readonly keySchema: KeySchema;
  readonly expressions: CompiledExpressions;
  /** Whose entries these are, where they are not the items of the table. */
  readonly index?: OpenIndex | undefined;
  /** What reading items whole has cost the table beside its index. */
  readonly fetched?: { readonly units: number } | undefined;
}

/** The answer, at once where all the items were. */
export function itemPage(input: PageInput, source: PageSource): MaybePromise<object> {
  return new ItemPage(input, source).fill();
}

class ItemPage {
  readonly #input: PageInput;
  readonly #source: PageSource;
  readonly #itemsMax: number;
  readonly #items: Item[] = [];
  #count = 0;
  #scannedCount = 0;
  #bytes = 0;

  constructor(input: PageInput, source: PageSource) {
    this.#input = input;
    this.#source = source;
    this.#itemsMax = input.Limit ?? Number.POSITIVE_INFINITY;
    assert(this.#itemsMax > 0, 'the model refuses a limit of no items');
  }

  fill(): MaybePromise<object> {
    for (;;) {
      const next = this.#source.cursor.next();
      if (next instanceof Promise) {
        return next.then((stored) => (this.#takes(stored) ? this.fill() : this.#answer(stored)));
      }
      if (!this.#takes(next)) return this.#answer(next);
    }
  }

  /** Evaluates an item; false where the page ends with it. */
  #takes(stored: StoredItem | undefined): boolean {
    if (stored === undefined) return false;
    const { filter, projection } = this.#source.expressions;
    this.#scannedCount++;
    this.#bytes += stored.itemBytes;
    // The item itself is asked for only where it is needed: a count of everything decodes none.
    if (filter === undefined || filter.holds(stored.item)) {
      this.#count++;
      if (this.#input.Select !== 'COUNT') this.#items.push(projection?.project(stored.item) ?? stored.item);
    }
    return this.#scannedCount < this.#itemsMax && this.#bytes < pageBytesMax;
  }

  /** `last`: evaluated last, be it filtered out; undefined where the range ended before the page was full. */
  #answer(last: StoredItem | undefined): object {
    const { TableName, Select, ReturnConsumedCapacity } = this.#input;
    return {
      Items: Select === 'COUNT' ? undefined : this.#items,
      Count: this.#count,
      ScannedCount: this.#scannedCount,
      LastEvaluatedKey: last === undefined ? undefined : this.#keyOf(last.item),
      ConsumedCapacity: consumedCapacity(ReturnConsumedCapacity, TableName, this.#units()),
    };
  }

  #keyOf(item: Item): Item {
    const { index, keySchema } = this.#source;
    return index === undefined ? keyOf(keySchema, item) : indexKeyOf(index, keySchema, item);
  }

  #units(): number | Consumption {
    const { index, fetched } = this.#source;
    const units = readUnits(this.#bytes, this.#input.ConsistentRead === true);
    if (index === undefined) return units;
    return { table: fetched?.units ?? 0, [index.kind]: new Map([[index.name, units]]) };
  }
}
