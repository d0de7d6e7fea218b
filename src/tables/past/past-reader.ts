/** The items of a table as they were at a moment of its past, or what became of them between two; nothing is written for it. */
import { IntegrityFault } from '../../base/errors.ts';
import type { Tree } from '../../pages/tree.ts';
import type { TreeCursor } from '../../pages/tree-cursor.ts';
import { EncodedItem } from '../encoded-item.ts';
import { itemBytes } from '../item-size.ts';
import type { StoredItem } from '../table.ts';
import { type ChangedKeys, changedKeys, type KeyChanges, type PastPeriod } from './changed-keys.ts';
import { decodePast, momentKey, type PastMoment } from './past-entry.ts';

/** A table's items and its past, both as one commit left them. */
export interface PastSource {
  readonly items: Tree;
  /** Absent where no change was kept yet. */
  readonly past: Tree | undefined;
  /** Asked at each step; what it throws ends the walk. */
  readonly mayGoOn: () => void;
  readonly windowBytes?: number;
}

/** An item that changed: what it was before the first change of a period, and behind the last. */
export interface ChangeOfItem {
  /** Undefined where it was not there. */
  readonly before: StoredItem | undefined;
  readonly after: StoredItem | undefined;
  /** Of the last change. */
  readonly changedAt: PastMoment;
}

/** Changes of that millisecond count. In the order of the table; memory does not grow with the number of changes. */
export async function* itemsAt(source: PastSource, atMs: number): AsyncGenerator<StoredItem> {
  const endMs = Math.floor(atMs) + 1;
  for await (const window of windowsOf(source, { fromMs: endMs, toMs: endMs })) {
    const present = new Present(source.items.cursor({ from: window.from, to: window.to }));
    for (const [key, { behind }] of window.changed) {
      for (let item = await present.before(key); item !== undefined; item = await present.before(key)) {
        source.mayGoOn();
        yield item;
      }
      source.mayGoOn();
      await present.skip(key);
      const item = behind && (await takenAway(source, behind));
      if (item !== undefined) yield item;
    }
    for (let item = await present.before(undefined); item !== undefined; ) {
      source.mayGoOn();
      yield item;
      item = await present.before(undefined);
    }
  }
}

/** In the order of the table; an item that came and went again in the period is none of them. */
export async function* changesIn(source: PastSource, period: PastPeriod): AsyncGenerator<ChangeOfItem> {
  for await (const { changed } of windowsOf(source, period)) {
    for (const [key, changes] of changed) {
      source.mayGoOn();
      const change = await changeOf(source, key, changes);
      if (change !== undefined) yield change;
    }
  }
}

async function* windowsOf(source: PastSource, period: PastPeriod): AsyncGenerator<ChangedKeys> {
  const { past, mayGoOn, windowBytes } = source;
  if (past === undefined) yield { from: undefined, to: undefined, changed: [] };
  else yield* changedKeys({ past, period, mayGoOn, ...(windowBytes !== undefined && { windowBytes }) });
}

async function changeOf(
  source: PastSource,
  key: Uint8Array,
  { first, last, behind }: KeyChanges,
): Promise<ChangeOfItem | undefined> {
  if (first === undefined || last === undefined) return undefined;
  const before = await takenAway(source, first);
  const after = behind === undefined ? await presentOf(source, key) : await takenAway(source, behind);
  return before === undefined && after === undefined ? undefined : { before, after, changedAt: last };
}

/** What the item was before this change. */
async function takenAway({ past }: PastSource, moment: PastMoment): Promise<StoredItem | undefined> {
  const value = await past?.get(momentKey(moment));
  if (value === undefined) throw new IntegrityFault({ record: 'past' });
  const { before } = decodePast(value);
  return before && { item: before, itemBytes: itemBytes(before) };
}

async function presentOf({ items }: PastSource, key: Uint8Array): Promise<StoredItem | undefined> {
  const value = await items.get(key);
  return value && new EncodedItem(value);
}

/** The items that are there now, one behind the other. */
class Present {
  readonly #cursor: TreeCursor;
  #held: { readonly key: Buffer; readonly item: StoredItem } | undefined;
  #isOver = false;

  constructor(cursor: TreeCursor) {
    this.#cursor = cursor;
  }

  /** The next one before this key, or the next of all. */
  async before(key: Uint8Array | undefined): Promise<StoredItem | undefined> {
    await this.#hold();
    const held = this.#held;
    if (held === undefined || (key !== undefined && held.key.compare(key) >= 0)) return undefined;
    this.#held = undefined;
    return held.item;
  }

  /** Passes over the item of this key, if it is the next. */
  async skip(key: Uint8Array): Promise<void> {
    await this.#hold();
    if (this.#held?.key.equals(key) === true) this.#held = undefined;
  }

  async #hold(): Promise<void> {
    if (this.#held !== undefined || this.#isOver) return;
    const entry = await this.#cursor.next();
    this.#isOver = entry === undefined;
    this.#held = entry && {
      key: Buffer.from(entry.key),
      item: new EncodedItem(entry.bytes, entry.from, entry.to),
    };
  }
}
