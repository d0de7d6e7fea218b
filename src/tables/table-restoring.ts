/** Tables that are made from the trees of a backup: CREATING until every page is planted, and gone where that fails. */
import type { Clock } from '../base/clock.ts';
import { isRefusal, Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TableIdentity } from '../keys/table-identity.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { PageEngine, PlantedTree } from '../pages/pages.ts';
import type { Catalog, KnownTable } from './catalog.ts';
import type { TableRecord } from './catalog-record.ts';
import type { DataKeyUpkeep } from './data-key-upkeep.ts';
import type { EncryptionChoice } from './encryption-choice.ts';
import type { IndexRecord } from './index-definition.ts';
import { newRecord } from './new-table.ts';
import type { PageTable } from './page-table.ts';
import type { RestoreMark } from './restore-mark.ts';
import { withCounts } from './table-counts.ts';
import { newTableId } from './table-id.ts';
import { tableInfo } from './table-info.ts';
import type { KeptDefinition, TableInfo } from './table-record.ts';
import { keyIdOf } from './table-rekeying.ts';

export interface TableRestoringOptions {
  readonly catalog: Catalog;
  readonly engine: PageEngine;
  readonly keys: TableKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly dataKeys: Pick<DataKeyUpkeep, 'allowMore'>;
  readonly open: (known: KnownTable) => PageTable | Promise<PageTable>;
  /** Called once a table is whole. */
  readonly onRestored: (known: KnownTable) => void;
}

/** The table that is to be. */
export interface RestorePlan {
  readonly definition: KeptDefinition;
  readonly encryption: EncryptionChoice;
  /** As the source had it at the moment of the backup. */
  readonly source: Pick<TableRecord, 'tree' | 'indexes' | 'collectionTree' | 'itemCount' | 'tableBytes'>;
  /** Of the source's indexes, those that are restored with it, with their throughput as it is to be. */
  readonly indexes: readonly IndexRecord[];
  readonly mark: RestoreMark;
}

/** What is to be done for a table that a plan has begun. */
export interface PlannedTable {
  readonly identity: TableIdentity;
  readonly info: TableInfo;
  /** Local indexes were left out: how large item collections are must be counted anew. */
  readonly needsCount: boolean;
  /** Trees of the source, and those that take their place. */
  readonly pairs: readonly { readonly from: number; readonly into: number }[];
}

export class TableRestoring {
  readonly #options: TableRestoringOptions;

  constructor(options: TableRestoringOptions) {
    this.#options = options;
  }

  /** Refuses TableExists and RestoreUnderWay for a name that is taken. */
  refuseTaken({ account, region }: Caller, name: string): void {
    const known = this.#options.catalog.find(account, region, name);
    if (known === undefined) return;
    const { restore } = known.record;
    if (restore === undefined) throw new Refusal('TableExists', { table: name });
    throw new Refusal('RestoreUnderWay', {
      table: name,
      source: restore.sourceBackupArn ?? restore.sourceTableArn,
    });
  }

  /**
   * Makes the table, empty and closed to everyone. Refuses as `refuseTaken` does, and TableKeyRefused and LimitExceeded;
   * then nothing is left behind.
   */
  async begin(caller: Caller, plan: RestorePlan): Promise<PlannedTable> {
    const { catalog, keys } = this.#options;
    const { account, region } = caller;
    const { definition, encryption, source } = plan;
    const { name } = definition;
    this.refuseTaken(caller, name);
    const keyId = await keyIdOf(keys, caller, encryption);
    const identity = { id: newTableId(), name, account, region };
    const { places, pairs, needsCount } = this.#places(plan);
    const made = { identity, keyId, definition, encryption, contents: places };
    const { itemCount, tableBytes } = source;
    const record: TableRecord = {
      ...(await newRecord(this.#options, caller, made)),
      ...{ restore: plan.mark, itemCount, tableBytes },
    };
    try {
      await catalog.add(record);
    } catch (fault) {
      if (isRefusal(fault, 'TableInUse')) this.refuseTaken(caller, name);
      throw fault;
    }
    return { identity, info: tableInfo(record), pairs, needsCount };
  }

  /**
   * Fills the table's trees with those of the source, which `open` opens; `mayGoOn` is asked between commits. Throws
   * IntegrityFault where they are not what was written, what the keys of either refuse, and what `mayGoOn` throws.
   */
  async plant(
    { identity, pairs, needsCount }: PlannedTable,
    open: (tree: number) => Promise<PlantedTree>,
    mayGoOn: () => void,
  ): Promise<void> {
    const { engine, keys, dataKeys } = this.#options;
    await keys.withService(identity, async () => {
      for (const { from, into } of pairs) {
        const tree = await engine.openTree(into, keys.cipher(identity.id, into));
        await engine.transplant(tree, await open(from), async () => {
          mayGoOn();
          await dataKeys.allowMore(identity.id);
        });
      }
    });
    if (needsCount) await this.settle(identity, (table) => countAll(engine, table, mayGoOn));
  }

  /** Works on the items of a table that is planted and not yet opened to anyone; what it writes is followed as ever. */
  async settle(identity: TableIdentity, work: (table: PageTable) => Promise<void>): Promise<void> {
    const { catalog, keys, open } = this.#options;
    const known = catalog.findById(identity.id);
    if (known === undefined) throw new Refusal('TableNotFound', {});
    await keys.withService(identity, async () => work(await open(known)));
  }

  /** From now on it is a table as any other. */
  async finish({ id }: TableIdentity): Promise<void> {
    const { catalog, onRestored } = this.#options;
    const known = catalog.findById(id);
    if (known === undefined) throw new Refusal('TableNotFound', {});
    await catalog.update(known.record, ({ restore: _, ...record }) => withCounts(record, known.opened));
    onRestored(known);
  }

  /** Takes the table away, and what was planted of it. Nothing to do where it is gone. */
  async abandon({ id }: Pick<TableIdentity, 'id'>): Promise<void> {
    const { catalog } = this.#options;
    const known = catalog.findById(id);
    if (known === undefined) return;
    known.isDropping = true;
    await catalog.remove(known.record, () => undefined);
  }

  /** Those that a process before this one left half made: to be called before anyone else can begin a restore. */
  async abandonAll(): Promise<void> {
    const { catalog, log } = this.#options;
    for (const { record } of catalog.all()) {
      if (record.restore === undefined) continue;
      await this.abandon(record);
      log.warn({ table: record.id }, 'A table that was being restored when the store closed was removed.');
    }
  }

  #places({ source, indexes }: RestorePlan) {
    const { catalog } = this.#options;
    const pairs: { from: number; into: number }[] = [];
    const planted = (from: number): number => {
      const into = catalog.takeTree();
      pairs.push({ from, into });
      return into;
    };
    const tree = planted(source.tree);
    const placed = indexes.map((index) => ({ ...index, tree: planted(index.tree) }));
    const locals = indexes.filter(({ kind }) => kind === 'local').length;
    const needsCount = locals > 0 && locals < localsOf(source);
    const collectionTree =
      locals === 0 || source.collectionTree === undefined
        ? undefined
        : needsCount
          ? catalog.takeTree()
          : planted(source.collectionTree);
    const collections = collectionTree === undefined ? {} : { collectionTree };
    const places = { tree, ...collections, ...(placed.length > 0 && { indexes: placed }) };
    return { pairs, needsCount, places };
  }
}

function localsOf({ indexes = [] }: Pick<TableRecord, 'indexes'>): number {
  return indexes.filter(({ kind }) => kind === 'local').length;
}

async function countAll(engine: PageEngine, table: PageTable, mayGoOn: () => void): Promise<void> {
  for (let behind: Uint8Array | undefined = new Uint8Array(); behind !== undefined; ) {
    mayGoOn();
    const from: Uint8Array = behind;
    behind = await engine.transact((tx) => table.countCollections(tx, from));
  }
}
