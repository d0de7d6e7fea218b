/** Small records beside the tables' in the catalogue, each of a kind: what is to be found again sealed, and without any table. */
import { textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { Transaction } from '../pages/commit.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { Tree } from '../pages/tree.ts';

export interface ShelfEntry {
  readonly id: string;
  /** JSON as it was put. */
  readonly value: unknown;
}

export interface CatalogShelfOptions {
  readonly engine: Pick<PageEngine, 'transact'>;
  /** The catalogue's. */
  readonly tree: Tree;
}

/** No table's key is like it: those begin with a bracket. */
const keyPrefix = 'shelf ';

/** True for keys of the catalogue that are not about tables. */
export function isShelfKey(key: Uint8Array): boolean {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1').startsWith(keyPrefix);
}

/** A kind and an id are printable, and a kind has no blank. */
export class CatalogShelf {
  readonly #engine: CatalogShelfOptions['engine'];
  readonly #tree: Tree;

  constructor({ engine, tree }: CatalogShelfOptions) {
    this.#engine = engine;
    this.#tree = tree;
  }

  /** In ascending order of their ids. */
  all(kind: string): Promise<readonly ShelfEntry[]> {
    const prefix = `${keyPrefix}${kind} `;
    return this.#engine.transact(async (tx) => {
      const entries: ShelfEntry[] = [];
      const cursor = tx.cursor(this.#tree, { from: utf8(prefix), to: utf8(`${prefix}~`) });
      for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
        entries.push({ id: textOf(entry.key).slice(prefix.length), value: parsed(entry.value) });
      }
      return entries;
    });
  }

  /** Durable once it resolves, in place of what was there. */
  put(kind: string, id: string, value: object): Promise<void> {
    return this.#engine.transact((tx) => this.putIn(tx, kind, { id, value }));
  }

  async putIn(tx: Transaction, kind: string, { id, value }: ShelfEntry): Promise<void> {
    await tx.put(this.#tree, keyOf(kind, id), utf8(JSON.stringify(value)));
  }

  /** Nothing to do where there is none. */
  async remove(kind: string, id: string): Promise<void> {
    await this.#engine.transact((tx) => tx.delete(this.#tree, keyOf(kind, id)));
  }
}

function keyOf(kind: string, id: string): Uint8Array {
  return utf8(`${keyPrefix}${kind} ${id}`);
}

/** The bytes come out of a sealed page: they are what was written. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    throw new IntegrityFault({ record: 'catalogue' });
  }
}
