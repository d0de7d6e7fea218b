/** A table and its past in the page layer alone, beside a list of what it held after each change. */
import type { PageEngine } from '../../../src/pages/pages.ts';
import type { Tree } from '../../../src/pages/tree.ts';
import type { Item } from '../../../src/tables/attribute.ts';
import { EncodedItem } from '../../../src/tables/encoded-item.ts';
import { encodeItem } from '../../../src/tables/item.ts';
import { PastMoments, PastWriter } from '../../../src/tables/past/past-writer.ts';
import { newCipher, treeOf } from '../../pages/support.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { item, S } from '../support.ts';

export interface State {
  readonly atMs: number;
  /** By key, what the item says. */
  readonly held: ReadonlyMap<string, string>;
}

export class PastModel {
  readonly items: Tree;
  readonly past: Tree;
  readonly clock: VirtualClock;
  readonly #engine: PageEngine;
  readonly #writer: PastWriter;
  readonly #held = new Map<string, string>();
  /** After each change, the oldest first; the first is before any. */
  readonly states: State[];

  private constructor(
    parts: Pick<PastModel, 'items' | 'past' | 'clock'>,
    engine: PageEngine,
    writer: PastWriter,
  ) {
    this.items = parts.items;
    this.past = parts.past;
    this.clock = parts.clock;
    this.#engine = engine;
    this.#writer = writer;
    this.states = [{ atMs: this.clock.nowMs(), held: new Map() }];
    this.clock.advance(1);
  }

  static async open(): Promise<PastModel> {
    const { engine, tree: items } = await treeOf(0, 0);
    const past = await engine.createTree(2, newCipher());
    const clock = new VirtualClock();
    const writer = new PastWriter({ tree: past, moments: await PastMoments.after(past, clock) });
    return new PastModel({ items, past, clock }, engine, writer);
  }

  /** Undefined takes the item away. The clock stands still at it where `ms` is 0. */
  async put(id: string, text: string | undefined, ms = 1): Promise<void> {
    const key = Buffer.from(id, 'latin1');
    const next = text === undefined ? undefined : itemOf(id, text);
    await this.#engine.transact(async (tx) => {
      const stored = await tx.get(this.items, key);
      const old = stored === undefined ? undefined : new EncodedItem(stored);
      if (next === undefined) await tx.delete(this.items, key);
      else await tx.put(this.items, key, encodeItem(next));
      if (old !== undefined || next !== undefined) await this.#writer.follow(tx, { key, old, next });
    });
    if (text === undefined) this.#held.delete(id);
    else this.#held.set(id, text);
    const state = { atMs: this.clock.nowMs(), held: new Map(this.#held) };
    // What comes later in the same millisecond is what that was in the end.
    if (this.states.at(-1)?.atMs === state.atMs) this.states.pop();
    this.states.push(state);
    this.clock.advance(ms);
  }
}

function itemOf(id: string, text: string): Item {
  return item({ id: S(Buffer.from(id, 'latin1').toString('hex')), text: S(text) });
}

/** The id and the text of an item of the model. */
export function told(found: Item): readonly [string, string] {
  const [id, text] = ['id', 'text'].map((name) => {
    const value = found.get(name);
    return value !== undefined && 'S' in value ? value.S : '';
  });
  return [Buffer.from(id ?? '', 'hex').toString('latin1'), text ?? ''];
}
