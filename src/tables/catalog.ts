/** Every table there is: in memory for questions, in a sealed tree for good, changed where commits are serialised. */
import { equalBytes } from '../base/bytes.ts';
import { IntegrityFault, Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Transaction } from '../pages/commit.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { Tree } from '../pages/tree.ts';
import type { MaybePromise } from '../store/page-store.ts';
import {
  areSameKeys,
  decodeNextTree,
  decodeTableRecord,
  encodeNextTree,
  encodeTableRecord,
  identityOf,
  nextTreeKey,
  type TableRecord,
  tableRecordKey,
  treesOf,
} from './catalog-record.ts';
import { catalogId, catalogTree, firstTableTree, openCatalogRoot, rootTree } from './catalog-root.ts';
import { CatalogShelf, isShelfKey } from './catalog-shelf.ts';
import {
  type DeletedTable,
  decodeDeletedTable,
  deletedTableKey,
  encodeDeletedTable,
  isDeletedTableKey,
} from './deleted-table.ts';
import type { PageTable } from './page-table.ts';
import { treesOfStreams } from './stream/stream-state.ts';
import { TableDirectory } from './table-directory.ts';
import type { Namespace } from './table-name.ts';

/** A table as this process knows it. */
export interface KnownTable {
  /** As it is durable. */
  record: TableRecord;
  opened: PageTable | undefined;
  opening: Promise<PageTable> | undefined;
  /** That its data keys may seal more could not be written down: it is tried again with each use. */
  isShort: boolean;
  /** Its deletion is under way: that its tree is missing then proves nothing. */
  isDropping: boolean;
}

/** In one account and region. */
export const tablesMax = 2500;

export function nameInUse(name: string): Refusal<'TableInUse'> {
  return new Refusal('TableInUse', { message: `Table already exists: ${name}` });
}

function tooManyTables(): Refusal {
  const message = `Subscriber limit exceeded: There is a limit of ${tablesMax} tables per subscriber`;
  return new Refusal('LimitExceeded', { message });
}

export type RecordChange = (record: TableRecord, tx: Transaction) => MaybePromise<TableRecord>;

export interface CatalogOptions {
  readonly engine: PageEngine;
  readonly keys: TableKeys;
  readonly log: Log;
  readonly namespace: Namespace;
}

interface Contents {
  readonly records: readonly TableRecord[];
  readonly deleted: readonly DeletedTable[];
  readonly nextTree: number;
}

export class Catalog {
  readonly shelf: CatalogShelf;
  readonly #engine: PageEngine;
  readonly #keys: TableKeys;
  readonly #log: Log;
  readonly #tree: Tree;
  readonly #tables = new TableDirectory<KnownTable>();
  /** Tables on their way in: their keys are held, and they count already. */
  readonly #adding = new Map<string, TableRecord>();
  /** By id: what deleted tables left to be read. */
  readonly #deleted = new Map<string, DeletedTable>();
  #nextTree = firstTableTree;
  /** A commit failed, and the store was not yet read again to see what came of it. */
  #isUncertain = false;

  private constructor({ engine, keys, log }: CatalogOptions, tree: Tree) {
    this.#engine = engine;
    this.#keys = keys;
    this.#log = log;
    this.#tree = tree;
    this.shelf = new CatalogShelf({ engine, tree });
  }

  /** Reads the catalogue, making it in a store without anything. Every table in it is then held by the keys. */
  static async open(options: CatalogOptions): Promise<Catalog> {
    const { engine, keys } = options;
    await openCatalogRoot({ ...options, store: engine.store });
    const cipher = keys.cipher(catalogId, catalogTree);
    const [anything] = await engine.store.listTrees(rootTree, 1);
    // A crash can part the root from the first tree, but no tree of a table from the catalogue.
    const isNew = anything === undefined;
    const tree = await (isNew
      ? engine.createTree(catalogTree, cipher)
      : engine.openTree(catalogTree, cipher));
    const catalog = new Catalog(options, tree);
    await catalog.#load();
    // No tree was ever made without being counted: the catalogue would be an older one, put back.
    const [uncounted] = await engine.store.listTrees(catalog.#nextTree - 1, 1);
    if (uncounted !== undefined) throw new IntegrityFault({ tree: catalogTree });
    return catalog;
  }

  find(account: string, region: string, name: string): KnownTable | undefined {
    return this.#tables.get(account, region, name);
  }

  findById(id: string): KnownTable | undefined {
    return this.#tables.getById(id);
  }

  names(namespace: Namespace): readonly string[] {
    return this.#tables.names(namespace);
  }

  all(): readonly KnownTable[] {
    return this.#tables.all();
  }

  /** True where what is known of tables may not be all that is stored. */
  get isUncertain(): boolean {
    return this.#isUncertain;
  }

  /** Deleted tables whose streams are still there, in no order. */
  deleted(): readonly DeletedTable[] {
    return [...this.#deleted.values()];
  }

  findDeleted(id: string): DeletedTable | undefined {
    return this.#deleted.get(id);
  }

  /** A number that no tree ever had. It is used up, whatever comes of it. */
  takeTree(): number {
    return this.#nextTree++;
  }

  /**
   * Adds a table with an empty tree. Its keys are held and open, and released if this fails. Refuses TableInUse and
   * LimitExceeded.
   */
  async add(record: TableRecord): Promise<void> {
    try {
      if (this.#countWithAdding(record) >= tablesMax) throw tooManyTables();
      this.#adding.set(record.id, record);
      await this.#change(
        async (tx) => {
          const key = tableRecordKey(record);
          if ((await tx.get(this.#tree, key)) !== undefined) throw nameInUse(record.definition.name);
          for (const tree of treesOf(record)) tx.createTree(tree, this.#keys.cipher(record.id, tree));
          await tx.put(this.#tree, key, encodeTableRecord(record));
          await tx.put(this.#tree, nextTreeKey, encodeNextTree(this.#nextTree));
        },
        () => this.#accept(record),
      );
    } finally {
      this.#adding.delete(record.id);
      if (this.findById(record.id) === undefined) this.#keys.release(record.id);
    }
  }

  /**
   * Changes a table's record, seeing it as it then is; `change` may make or drop trees in the same transaction. What it
   * throws changes nothing, nor does the record it was given. Refuses TableNotFound.
   */
  async update(known: TableRecord, change: RecordChange): Promise<void> {
    await this.#change(
      async (tx) => {
        const record = await this.#read(tx, known);
        const next = await change(record, tx);
        if (next === record) return next;
        await tx.put(this.#tree, tableRecordKey(next), encodeTableRecord(next));
        const before = treesOf(record);
        if (treesOf(next).some((tree) => !before.includes(tree))) {
          await tx.put(this.#tree, nextTreeKey, encodeNextTree(this.#nextTree));
        }
        return next;
      },
      (next) => this.#accept(next),
    );
  }

  /**
   * Removes a table with its pages, for which it needs no key, and wipes its keys. Of what `remains` names, the trees stay,
   * and the keys of those can be opened anew. Refuses TableNotFound, and as `remains` does.
   */
  async remove(
    known: TableRecord,
    remains: (record: TableRecord) => DeletedTable | undefined,
  ): Promise<void> {
    await this.#change(
      async (tx) => {
        const record = await this.#read(tx, known);
        const left = remains(record);
        await tx.delete(this.#tree, tableRecordKey(known));
        if (left !== undefined) await tx.put(this.#tree, deletedTableKey(left), encodeDeletedTable(left));
        const kept = treesOfStreams(left?.streams);
        for (const tree of treesOf(record)) if (!kept.includes(tree)) await tx.dropTree(tree);
        return left;
      },
      (left) => {
        this.#forget(known);
        if (left !== undefined) this.#keep(left);
      },
    );
  }

  /** Removes of a deleted table what is not in `next`, with its pages; needs no key. Nothing to do where it is gone. */
  async removeDeleted(known: DeletedTable, next: DeletedTable | undefined): Promise<void> {
    await this.#change(
      async (tx) => {
        const key = deletedTableKey(known);
        if ((await tx.get(this.#tree, key)) === undefined) return;
        if (next === undefined) await tx.delete(this.#tree, key);
        else await tx.put(this.#tree, key, encodeDeletedTable(next));
        const kept = treesOfStreams(next?.streams);
        for (const tree of treesOfStreams(known.streams)) if (!kept.includes(tree)) await tx.dropTree(tree);
      },
      () => {
        if (next === undefined) this.#forgetDeleted(known.id);
        else this.#keep(next);
      },
    );
  }

  #countWithAdding({ account, region }: Namespace): number {
    const adding = [...this.#adding.values()].filter(
      (record) =>
        record.account === account && record.region === region && this.findById(record.id) === undefined,
    );
    return this.#tables.count({ account, region }) + adding.length;
  }

  async #read(tx: Transaction, known: TableRecord): Promise<TableRecord> {
    const bytes = await tx.get(this.#tree, tableRecordKey(known));
    const record = bytes === undefined ? undefined : decodeTableRecord(bytes);
    if (record?.id === known.id) return record;
    throw new Refusal('TableNotFound', { table: known.definition.name });
  }

  /**
   * Runs `work` as a transaction and `accept` once it is durable, in the order of the commits. After an outage nobody
   * knows what was stored: then memory is made to follow the store again before anything else is changed.
   */
  async #change<T>(work: (tx: Transaction) => Promise<T>, accept: (result: T) => void): Promise<void> {
    if (this.#isUncertain) await this.#load();
    try {
      accept(await this.#engine.transact(work));
    } catch (fault) {
      if (!(fault instanceof Refusal)) await this.#recover(fault);
      throw fault;
    }
  }

  async #recover(cause: unknown): Promise<void> {
    this.#isUncertain = true;
    try {
      await this.#load();
      this.#log.warn({ cause }, 'A change of the catalogue failed; it was read again.');
    } catch (fault) {
      this.#log.error({ cause, fault }, 'A change of the catalogue failed, and it cannot be read now.');
    }
  }

  /** Reads all records as the newest commit leaves them. */
  async #load(): Promise<void> {
    const { records, deleted, nextTree } = await this.#engine.transact((tx) => this.#readAll(tx));
    const ids = new Set(records.map(({ id }) => id));
    for (const { record } of this.#tables.all()) if (!ids.has(record.id)) this.#forget(record);
    for (const record of records) this.#accept(record);
    const left = new Set(deleted.map(({ id }) => id));
    for (const id of this.#deleted.keys()) if (!left.has(id)) this.#forgetDeleted(id);
    for (const each of deleted) this.#keep(each);
    this.#nextTree = Math.max(this.#nextTree, nextTree);
    this.#isUncertain = false;
  }

  async #readAll(tx: Transaction): Promise<Contents> {
    const records: TableRecord[] = [];
    const deleted: DeletedTable[] = [];
    let nextTree = firstTableTree;
    const cursor = tx.cursor(this.#tree);
    for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
      if (equalBytes(entry.key, nextTreeKey)) nextTree = decodeNextTree(entry.value);
      else if (isDeletedTableKey(entry.key)) deleted.push(decodeDeletedTable(entry.value));
      else if (!isShelfKey(entry.key)) records.push(decodeTableRecord(entry.value));
    }
    const trees = [...records.flatMap(treesOf), ...deleted.flatMap(({ streams }) => treesOfStreams(streams))];
    if (trees.some((tree) => tree >= nextTree)) throw new IntegrityFault({ tree: catalogTree });
    return { records, deleted, nextTree };
  }

  /** A record that is durable: the keys follow it. */
  #accept(record: TableRecord): void {
    const known = this.#tables.getById(record.id);
    if (known !== undefined) {
      if (!areSameKeys(known.record.keys, record.keys)) this.#keys.adopt(record.id, record.keys);
      known.record = record;
      return;
    }
    const isNew = this.#adding.has(record.id);
    if (!isNew) this.#keys.hold(identityOf(record), record.keys);
    this.#keys.meter(record.id, isNew ? undefined : (record.dataKeyUse ?? []));
    const unopened = { record, opened: undefined, opening: undefined, isShort: false, isDropping: false };
    this.#tables.set(identityOf(record), unopened);
  }

  #forget(record: TableRecord): void {
    this.#tables.delete(identityOf(record));
    this.#keys.release(record.id);
  }

  /** Its keys are there for readers, who ask for them anew. */
  #keep(deleted: DeletedTable): void {
    if (this.#deleted.has(deleted.id)) this.#keys.adopt(deleted.id, deleted.keys);
    else this.#keys.hold(identityOf(deleted), deleted.keys);
    this.#deleted.set(deleted.id, deleted);
    // Pages that were opened while the table was there are not for those who ask now.
    for (const tree of treesOfStreams(deleted.streams)) this.#engine.evictTree(tree);
  }

  #forgetDeleted(id: string): void {
    this.#deleted.delete(id);
    this.#keys.release(id);
  }
}
