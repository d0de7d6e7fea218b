/** Makes and removes global indexes of tables that are there, filling new ones while reads and writes go on. */
import type { Clock, Timer } from '../base/clock.ts';
import { isRefusal, Outage, Refusal, refuse } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Catalog, KnownTable } from './catalog.ts';
import { areSameKeys, identityOf, type TableRecord, withIndexes } from './catalog-record.ts';
import { definitionsWith, definitionsWithout } from './index-attributes.ts';
import type { IndexDefinition, IndexRecord } from './index-definition.ts';
import type { PageTable } from './page-table.ts';
import { planTree } from './planned-tree.ts';
import { beingUpdated } from './still-in-use.ts';
import { withCounts } from './table-counts.ts';
import type { AttributeDefinition } from './table-record.ts';

export interface IndexBuildingOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** The table over its trees, and its indexes as they are in the catalogue now. */
  readonly open: (known: KnownTable) => MaybePromise<PageTable>;
  readonly refresh: (known: KnownTable) => Promise<void>;
}

export interface NewIndex {
  readonly definition: IndexDefinition;
  /** Of the attributes that the request defines: its keys must be among them or the table's own. */
  readonly attributeDefinitions: readonly AttributeDefinition[];
}

export const globalIndexesMax = 20;
/** After a fault, as of a key that cannot be used for now. */
export const retryMs = 60_000;

export class IndexBuilding {
  readonly #options: IndexBuildingOptions;
  /** Ids of tables with work under way. */
  readonly #atWork = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, Timer>();
  #closed = false;

  constructor(options: IndexBuildingOptions) {
    this.#options = options;
  }

  /**
   * Resolves once the index is in the catalogue; it is then filled in the background. Refuses LimitExceeded beside another
   * one that is made or removed, Validation for one that does not fit, TableInUse and TableKeyRefused.
   */
  async create(caller: Caller, known: KnownTable, index: NewIndex): Promise<void> {
    const { catalog, keys, refresh } = this.#options;
    const { record: before } = known;
    withNewIndex(before, index, before.tree);
    const { tree, keys: extended } = await planTree(this.#options, caller, before);
    await catalog.update(before, (record, tx) => {
      const next = withNewIndex(record, index, tree);
      if (!areSameKeys(record.keys, before.keys)) throw beingUpdated(record);
      tx.createTree(tree, keys.cipher(record.id, tree));
      return { ...next, keys: extended };
    });
    await refresh(known);
    this.work(known);
  }

  /** Resolves once the index cannot be read any more; its pages go in the background. Needs no key. Refuses as `create`. */
  async delete(known: KnownTable, name: string): Promise<void> {
    const { catalog, refresh } = this.#options;
    await catalog.update(known.record, (record) => {
      const { indexes = [] } = record;
      const found = indexes.find((index) => index.kind === 'global' && index.name === name);
      if (found === undefined || found.status === 'DELETING') throw new Refusal('TableNotFound', {});
      if (indexes.some((index) => index !== found && index.status !== 'ACTIVE')) throw oneAtATime();
      return replaced(record, { ...found, status: 'DELETING' });
    });
    await refresh(known);
    this.work(known);
  }

  /** Goes on with what a table's indexes wait for, if anything: after a start, a change, or the return of its key. */
  work(known: KnownTable): void {
    const { id, indexes = [] } = known.record;
    if (this.#closed || this.#atWork.has(id) || indexes.every(({ status }) => status === 'ACTIVE')) return;
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
    const working = this.#workThrough(known)
      .catch((fault: unknown) => this.#failed(known, fault))
      .then((isDone) => {
        this.#atWork.delete(id);
        // What was asked for while the last step ended.
        if (isDone !== false) this.work(known);
      });
    this.#atWork.set(id, working);
  }

  /**
   * Resolves at once where nothing is under way for the table, else when the event loop has gone round: whoever asks
   * without a pause, in this process, whether an index is there would keep it from ever being.
   */
  async step({ record }: KnownTable): Promise<void> {
    if (this.#atWork.has(record.id)) await new Promise(setImmediate);
  }

  /** No further step begins; resolves when those under way have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    await Promise.all(this.#atWork.values());
  }

  /** Resolves when nothing is under way: what waits for a key counts as done. */
  async settled(): Promise<void> {
    while (this.#atWork.size > 0) await Promise.all(this.#atWork.values());
  }

  async #workThrough(known: KnownTable): Promise<boolean> {
    for (;;) {
      const index = (known.record.indexes ?? []).find(({ status }) => status !== 'ACTIVE');
      if (index === undefined || this.#closed) return true;
      await (index.status === 'DELETING' ? this.#drop(known, index) : this.#fill(known, index));
    }
  }

  /** False: later, or never. */
  #failed(known: KnownTable, fault: unknown): boolean {
    const { clock, log } = this.#options;
    const { id } = known.record;
    if (this.#closed || isRefusal(fault, 'TableNotFound')) return false;
    log.warn({ table: id, fault }, 'An index could not be made or removed for now; it is tried again.');
    this.#timers.set(
      id,
      clock.after(retryMs, () => this.work(known)),
    );
    return false;
  }

  /** In a commit of its own, once no write follows the index any more: none of them can meet a tree that goes. */
  async #drop(known: KnownTable, { name }: IndexRecord): Promise<void> {
    await this.#options.catalog.update(known.record, async (record, tx) => {
      const { indexes = [], definition } = record;
      const found = indexes.find((index) => index.name === name && index.status === 'DELETING');
      if (found === undefined) return record;
      await tx.dropTree(found.tree);
      const left = indexes.filter((index) => index !== found);
      const attributeDefinitions = definitionsWithout(definition, left);
      return withIndexes({ ...record, definition: { ...definition, attributeDefinitions } }, left);
    });
  }

  /** Slice by slice, each with its place in one commit: an item is looked at once, whatever stops this in between. */
  async #fill(known: KnownTable, { name, tree }: IndexRecord): Promise<void> {
    const { catalog, keys, open, refresh } = this.#options;
    await keys.withService(identityOf(known.record), async () => {
      const table = await open(known);
      let isFilling = true;
      while (isFilling) {
        if (this.#closed) throw new Outage('Closed');
        await catalog.update(known.record, async (record, tx) => {
          const found = record.indexes?.find((index) => index.tree === tree && index.status === 'CREATING');
          isFilling = found !== undefined;
          if (found === undefined) return record;
          const { filledTo = '', ...rest } = found;
          const last = await table.fillIndex(tx, name, Buffer.from(filledTo, 'base64'));
          isFilling = last !== undefined;
          if (last === undefined) return replaced(record, { ...rest, status: 'ACTIVE' });
          return replaced(record, { ...rest, filledTo: Buffer.from(last).toString('base64') });
        });
      }
      // So that it is not described as empty after a crash, until somebody opens the table.
      await catalog.update(known.record, (record) => withCounts(record, table));
    });
    await refresh(known);
  }
}

/** Refuses a second index that would be made or removed beside the first. */
export function oneAtATime(): Refusal<'LimitExceeded'> {
  const message =
    'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table';
  return new Refusal('LimitExceeded', { message });
}

function replaced(record: TableRecord, next: IndexRecord): TableRecord {
  const indexes = (record.indexes ?? []).map((index) => (index.tree === next.tree ? next : index));
  return withIndexes(record, indexes);
}

/** Refuses what cannot be added to the table as it is. */
function withNewIndex(record: TableRecord, index: NewIndex, tree: number): TableRecord {
  const { definition: added, attributeDefinitions: given } = index;
  const { indexes = [], definition } = record;
  if (indexes.some(({ status }) => status !== 'ACTIVE')) throw oneAtATime();
  if (indexes.some(({ name }) => name === added.name)) {
    refuse('Attempting to create an index which already exists');
  }
  if (indexes.filter(({ kind }) => kind === 'global').length >= globalIndexesMax) {
    refuse(
      'One or more parameter values were invalid: ' +
        `GlobalSecondaryIndex count exceeds the per-table limit of ${globalIndexesMax}`,
    );
  }
  const attributeDefinitions = definitionsWith(definition, { added, given, indexes });
  const made: IndexRecord = { ...added, tree, status: 'CREATING', filledTo: '', itemCount: 0, bytes: 0 };
  return withIndexes({ ...record, definition: { ...definition, attributeDefinitions } }, [...indexes, made]);
}
