/** The catalogue as a process that only reads follows it: read again whenever a commit has changed it. */
import { equalBytes } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { Tree } from '../pages/tree.ts';
import type { KnownTable } from './catalog.ts';
import {
  areSameKeys,
  decodeTableRecord,
  identityOf,
  placeOfRecord,
  type TableRecord,
  tableRecords,
  treesOf,
} from './catalog-record.ts';
import { catalogId, catalogTree, openCatalogRoot, rootTree } from './catalog-root.ts';
import { TableDirectory } from './table-directory.ts';
import type { Namespace } from './table-name.ts';

export interface FollowedCatalogOptions {
  /** Over a store that tells of others' commits. */
  readonly engine: PageEngine;
  readonly keys: TableKeys;
  readonly namespace: Namespace;
}

interface FollowedTable {
  /** As they were read: what has not changed is not decoded again. */
  readonly bytes: Uint8Array;
  readonly known: KnownTable;
}

export class FollowedCatalog {
  readonly #engine: PageEngine;
  readonly #keys: TableKeys;
  readonly #tree: Tree;
  readonly #tables = new TableDirectory<FollowedTable>();
  /** The store's mark when the catalogue was last found to be the newest. */
  #mark: number | undefined;
  /** The version of its head that was there before what is known was read. */
  #version = 0;
  #reading: Promise<void> | undefined;

  private constructor({ engine, keys }: FollowedCatalogOptions, tree: Tree) {
    this.#engine = engine;
    this.#keys = keys;
    this.#tree = tree;
  }

  /** Throws IntegrityFault for a store without a catalogue, and for a changed one. */
  static async open(options: FollowedCatalogOptions): Promise<FollowedCatalog> {
    const { engine, keys } = options;
    const [root] = await engine.store.readHeads([rootTree]);
    if (root === undefined) throw new IntegrityFault({ tree: rootTree, record: 'head' });
    await openCatalogRoot({ ...options, store: engine.store });
    const tree = await engine.openTree(catalogTree, keys.cipher(catalogId, catalogTree));
    const catalog = new FollowedCatalog(options, tree);
    await catalog.follow();
    return catalog;
  }

  find(account: string, region: string, name: string): KnownTable | undefined {
    return this.#tables.get(account, region, name)?.known;
  }

  findById(id: string): KnownTable | undefined {
    return this.#tables.getById(id)?.known;
  }

  /**
   * Before each request. Undefined at once where the catalogue is as it was; else resolves when it has been read as it
   * was at some moment since this was called.
   */
  follow(): Promise<void> | undefined {
    const mark = this.#engine.store.commitMark?.();
    if (mark !== undefined && mark === this.#mark) return undefined;
    const heads = this.#engine.store.readHeads([catalogTree]);
    if (heads instanceof Promise) return heads.then(([head]) => this.#compare(head?.version, mark));
    return this.#compare(heads[0]?.version, mark);
  }

  #compare(version: number | undefined, mark: number | undefined): Promise<void> | undefined {
    if (version === undefined) throw new IntegrityFault({ tree: catalogTree, record: 'head' });
    if (version === this.#version) {
      this.#mark = mark;
      return undefined;
    }
    // One that is being read already may have begun before the newest commit: then once more.
    if (this.#reading !== undefined) return this.#reading.then(() => this.follow());
    this.#reading = this.#read(version).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(version: number): Promise<void> {
    const entries = await this.#engine.transact(async (tx) => {
      const found: { readonly key: Uint8Array; readonly bytes: Uint8Array }[] = [];
      const cursor = tx.cursor(this.#tree, tableRecords);
      for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
        // Copies: those of the cursor keep a whole page each.
        found.push({ key: entry.key.slice(), bytes: entry.value.slice() });
      }
      return found;
    });
    const left = new Set(this.#tables.all());
    for (const { key, bytes } of entries) {
      const before = this.#tableAt(key);
      if (before !== undefined) left.delete(before);
      if (before === undefined || !equalBytes(before.bytes, bytes)) this.#accept(bytes, before);
    }
    for (const { known } of left) this.#forget(known.record);
    this.#version = version;
  }

  #tableAt(recordKey: Uint8Array): FollowedTable | undefined {
    const { account, region, name } = placeOfRecord(recordKey);
    return this.#tables.get(account, region, name);
  }

  /** A changed table is opened anew; where its keys have changed, everyone's right to them is asked for anew as well. */
  #accept(bytes: Uint8Array, before: FollowedTable | undefined): void {
    const record = decodeTableRecord(bytes);
    const old = before?.known.record;
    const isKept = old?.id === record.id && areSameKeys(old.keys, record.keys);
    if (old !== undefined && !isKept) this.#forget(old);
    if (!isKept) this.#keys.hold(identityOf(record), record.keys);
    const known = { record, opened: undefined, opening: undefined, isShort: false, isDropping: false };
    this.#tables.set(identityOf(record), { bytes, known });
  }

  #forget(record: TableRecord): void {
    this.#tables.delete(identityOf(record));
    this.#keys.release(record.id);
    for (const tree of treesOf(record)) this.#engine.evictTree(tree);
  }
}
