/** Which items changed since a moment, in the order of their keys: window after window, in as much memory as one may take. */
import type { Tree } from '../../pages/tree.ts';
import { decodePast, momentOf, type PastMoment } from './past-entry.ts';

/** Changes from `fromMs` on, up to but without `toMs`; those behind it take away what the item was then. */
export interface PastPeriod {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The changes of one item that tell what it was at both ends of a period. */
export interface KeyChanges {
  /** The oldest in the period, and the newest; absent where it did not change in it. */
  readonly first?: PastMoment;
  readonly last?: PastMoment;
  /** The oldest behind the period. */
  readonly behind?: PastMoment;
}

export interface ChangedKeys {
  /** Keys from `from` on, up to but without `to`; an absent bound is open. */
  readonly from: Uint8Array | undefined;
  readonly to: Uint8Array | undefined;
  /** Of every item in these bounds that changed, in the order of keys. */
  readonly changed: readonly (readonly [key: Uint8Array, changes: KeyChanges])[];
}

export interface ChangedKeysOptions {
  readonly past: Tree;
  readonly period: PastPeriod;
  /** Asked at each change. */
  readonly mayGoOn: () => void;
  readonly windowBytes?: number;
}

export const windowBytesDefault = 32 * 1024 * 1024;
/** Of what is kept for a key beside itself. */
const keptBytes = 256;

/** The past is walked once for each window. Throws IntegrityFault for what is no past. */
export async function* changedKeys(options: ChangedKeysOptions): AsyncGenerator<ChangedKeys> {
  let from: Uint8Array | undefined;
  do {
    const window: ChangedKeys = await new Window(from, options).gathered();
    yield window;
    from = window.to;
  } while (from !== undefined);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Keys are held as text of one character a byte, which has the order of the bytes. */
class Window {
  readonly #options: ChangedKeysOptions;
  readonly #from: Uint8Array | undefined;
  readonly #first: string;
  readonly #changed = new Map<string, Writable<KeyChanges>>();
  #bytes = 0;
  #end: string | undefined;

  constructor(from: Uint8Array | undefined, options: ChangedKeysOptions) {
    this.#options = options;
    this.#from = from;
    this.#first = from === undefined ? '' : textOf(from);
  }

  async gathered(): Promise<ChangedKeys> {
    const { past, period, mayGoOn } = this.#options;
    const cursor = past.cursor({ backwards: true });
    for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
      const moment = momentOf(entry.key);
      if (moment.ms < period.fromMs) break;
      mayGoOn();
      this.#add(textOf(decodePast(entry.value).key), moment);
    }
    const to = this.#end === undefined ? undefined : bytesOf(this.#end);
    const changed = this.#inOrder().map(([key, changes]) => [bytesOf(key), changes] as const);
    return { from: this.#from, to, changed };
  }

  #add(key: string, moment: PastMoment): void {
    if (key < this.#first || (this.#end !== undefined && key >= this.#end)) return;
    const changes = this.#changed.get(key) ?? this.#begin(key);
    // Older than all that were there before.
    if (moment.ms >= this.#options.period.toMs) changes.behind = moment;
    else {
      changes.first = moment;
      changes.last ??= moment;
    }
    const { windowBytes = windowBytesDefault } = this.#options;
    if (this.#bytes > windowBytes) this.#leaveHalf();
  }

  #begin(key: string): Writable<KeyChanges> {
    const changes = {};
    this.#changed.set(key, changes);
    this.#bytes += key.length + keptBytes;
    return changes;
  }

  /** The greater keys are for the next window. */
  #leaveHalf(): void {
    const keys = this.#inOrder().map(([key]) => key);
    const left = keys.slice(Math.max(1, Math.floor(keys.length / 2)));
    for (const key of left) {
      this.#changed.delete(key);
      this.#bytes -= key.length + keptBytes;
    }
    this.#end = left[0] ?? this.#end;
  }

  #inOrder(): readonly (readonly [string, KeyChanges])[] {
    return [...this.#changed].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

function bytesOf(key: string): Uint8Array {
  return Buffer.from(key, 'latin1');
}
