/** Removes the items whose time is up, a few at a time, as the service itself. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { isRefusal } from '../base/errors.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Catalog, KnownTable } from './catalog.ts';
import { identityOf, isWhole, isWithdrawn } from './catalog-record.ts';
import type { KeyRange, OpenTable, WriteDecision } from './table.ts';
import { isTimeUp } from './time-to-live.ts';
import { encodeKey, rangeAfter } from './tree-key.ts';

/** Items that are looked at before requests have their turn. */
export const sliceItemsMax = 1000;
/** Then the key service is asked again. */
const keyHeldMsMax = 60_000;

export interface ItemExpiryOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly clock: Clock;
  /** The table over its tree; its key is there. */
  readonly open: (known: KnownTable) => MaybePromise<OpenTable>;
}

export class ItemExpiry {
  readonly #catalog: Catalog;
  readonly #keys: TableKeys;
  readonly #clock: Clock;
  readonly #open: ItemExpiryOptions['open'];
  #isStopped = false;

  constructor({ catalog, keys, clock, open }: ItemExpiryOptions) {
    this.#catalog = catalog;
    this.#keys = keys;
    this.#clock = clock;
    this.#open = open;
  }

  /** Walks every table that heeds times once, but for those without their key. */
  async sweep(): Promise<void> {
    for (const known of this.#catalog.all()) {
      try {
        await this.#sweepTable(known);
      } catch (fault) {
        // What is due stays due.
        if (!isRefusal(fault, 'TableKeyRefused') && !isRefusal(fault, 'TableNotFound')) throw fault;
      }
    }
  }

  /** A sweep that is under way ends with the items it is at. */
  stop(): void {
    this.#isStopped = true;
  }

  async #sweepTable(known: KnownTable): Promise<void> {
    let rest: KeyRange | undefined = {};
    while (rest !== undefined && this.#attributeOf(known) !== undefined) {
      const from: KeyRange = rest;
      rest = await this.#keys.withService(identityOf(known.record), () => this.#sweepRange(known, from));
    }
  }

  /** For as long as the key may be held; what is left of the range, if anything. */
  async #sweepRange(known: KnownTable, range: KeyRange): Promise<KeyRange | undefined> {
    const table = await this.#open(known);
    const beganMs = this.#clock.monotonicMs();
    let rest: KeyRange | undefined = range;
    while (rest !== undefined && this.#clock.monotonicMs() - beganMs < keyHeldMsMax) {
      const attribute = this.#attributeOf(known);
      if (attribute === undefined) return undefined;
      rest = await this.#sweepSlice(known, table, { range: rest, attribute });
      await turn();
    }
    return rest;
  }

  async #sweepSlice(
    known: KnownTable,
    table: OpenTable,
    { range, attribute }: { readonly range: KeyRange; readonly attribute: string },
  ): Promise<KeyRange | undefined> {
    const nowMs = this.#clock.nowMs();
    const due: Uint8Array[] = [];
    let last: Uint8Array | undefined;
    const items = table.items(range);
    let count = 0;
    for (; count < sliceItemsMax; count++) {
      const stored = await items.next();
      if (stored === undefined) break;
      last = encodeKey(table.keySchema, stored.item);
      if (isTimeUp(stored.item, attribute, nowMs)) due.push(last);
    }
    await Promise.all(
      due.map((key) => table.write(key, (old) => this.#removal(known, attribute, old?.item))),
    );
    return count < sliceItemsMax || last === undefined ? undefined : rangeAfter(range, last, false);
  }

  /** Looked at again where commits are serialised: a writer may have given the item more time, or the table none. */
  #removal(
    known: KnownTable,
    attribute: string,
    item: Parameters<typeof isTimeUp>[0] | undefined,
  ): WriteDecision<void> {
    const isDue = item !== undefined && isTimeUp(item, attribute, this.#clock.nowMs());
    if (!isDue || this.#attributeOf(known) !== attribute) return { unchanged: true, result: undefined };
    return { next: undefined, isExpired: true, result: undefined };
  }

  #attributeOf({ record }: KnownTable): string | undefined {
    const { timeToLive } = record;
    if (timeToLive?.isEnabled !== true || this.#isStopped) return undefined;
    if (isWithdrawn(record) || !isWhole(record)) return undefined;
    return timeToLive.attribute;
  }
}
