/** The trees of replicas: made, written to along with the items of their tables, and dropped when replication ends. */
import type { Clock } from '../../base/clock.ts';
import { IntegrityFault, isRefusal, Refusal } from '../../base/errors.ts';
import { serviceItself } from '../../keys/table-identity.ts';
import type { TableKeys } from '../../keys/table-keys.ts';
import type { Transaction } from '../../pages/commit.ts';
import type { PageEngine } from '../../pages/pages.ts';
import type { Catalog, KnownTable } from '../catalog.ts';
import { areSameKeys, identityOf, type TableRecord } from '../catalog-record.ts';
import { planTree, planTreeIfAllowed } from '../planned-tree.ts';
import { beingUpdated } from '../still-in-use.ts';
import type { FollowerKeeper } from '../table-followers.ts';
import type { HybridClock } from './hybrid-clock.ts';
import type { LocalChanges } from './local-changes.ts';
import { ReplicaLog } from './replica-log.ts';
import { ReplicaWriter } from './replica-writer.ts';
import type { ReplicationState } from './replication-state.ts';

export interface ReplicaTreesOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly engine: PageEngine;
  readonly clock: Clock;
  /** Lets the writes of a table that is open be followed by what there is now. */
  readonly refresh: (known: KnownTable) => Promise<void>;
  readonly stamps: HybridClock;
  readonly changes: LocalChanges;
}

export class ReplicaTrees implements FollowerKeeper {
  readonly #options: ReplicaTreesOptions;
  /** By tree. */
  readonly #logs = new Map<number, Promise<ReplicaLog>>();
  /** By table: a tree that is being made. Until this has ended, writes may still be followed by what there was before. */
  readonly #settling = new Map<string, Promise<void>>();
  /** By table: the tree that its writes were last let be followed by. */
  readonly #followed = new Map<string, number>();
  /** Tables whose replication ends with a commit that is under way. */
  readonly #ending = new Set<string>();

  constructor(options: ReplicaTreesOptions) {
    this.#options = options;
  }

  isWaiting({ replication }: TableRecord): boolean {
    return replication !== undefined && replication.tree === undefined;
  }

  /** Makes the tree that a replica waits for. Refuses TableNotFound, TableKeyRefused, and TableInUse. */
  plant(known: KnownTable): Promise<void> {
    return this.#settle(known, () => this.#plant(known));
  }

  /** Resolves once every write to the table is followed by its log. Refuses as `plant` does. */
  async ready(known: KnownTable): Promise<void> {
    // Whoever began it hears of what went wrong.
    await this.#settling.get(known.record.id)?.catch(() => {});
    if (this.isWaiting(known.record)) await this.plant(known);
    // After an outage nobody may have been told that there is a tree.
    const { id, replication } = known.record;
    if (known.opened !== undefined && this.#followed.get(id) !== replication?.tree) {
      await this.#options.refresh(known);
    }
  }

  async writers(record: TableRecord): Promise<readonly ReplicaWriter[]> {
    const { id, region, replication } = record;
    const tree = replication?.tree;
    if (tree === undefined) return [];
    const { changes } = this.#options;
    const onLocalWrite = () => changes.note(id);
    try {
      const log = await this.log(record);
      this.#followed.set(id, tree);
      return [new ReplicaWriter({ log, region, onLocalWrite, isEnded: () => this.#hasEnded(id, tree) })];
    } catch (fault) {
      if (isRefusal(fault, 'TableNotFound')) return [];
      throw fault;
    }
  }

  /** Its keys are open. Refuses TableNotFound for what is no replica, or not any more, or has no tree yet. */
  async log({ id, replication }: TableRecord): Promise<ReplicaLog> {
    const number = replication?.tree;
    if (number === undefined) throw new Refusal('TableNotFound', {});
    const { engine, keys, clock, stamps } = this.#options;
    try {
      const tree = await engine.openTree(number, keys.cipher(id, number));
      const log = this.#logs.get(number) ?? ReplicaLog.behind({ tree, clock, stamps });
      this.#logs.set(number, log);
      return await log;
    } catch (fault) {
      this.#logs.delete(number);
      // The pages of a tree that goes are not missed.
      const isGoing = this.#hasEnded(id, number) || this.#options.catalog.findById(id)?.isDropping;
      if (fault instanceof IntegrityFault && isGoing) throw new Refusal('TableNotFound', {});
      throw fault;
    }
  }

  /** True from the commit on that takes this tree away. */
  #hasEnded(id: string, tree: number): boolean {
    const known = this.#options.catalog.findById(id);
    return known?.record.replication?.tree !== tree || this.#ending.has(id);
  }

  /**
   * Makes a table the first of a group; nothing to do where it is that already. Where its key is away, the tree waits for
   * the next use of the table. Refuses TableInUse for a table of another group, and during another change of its keys.
   */
  begin(known: KnownTable, group: Pick<ReplicationState, 'groupId' | 'members'>): Promise<void> {
    return this.#settle(known, () => this.#begin(known, group));
  }

  /** Undefined ends it: then the tree goes in the same commit. Refuses TableNotFound for what is no replica. */
  async change(
    known: KnownTable,
    change: (state: ReplicationState) => ReplicationState | undefined,
  ): Promise<void> {
    const { catalog, refresh } = this.#options;
    const { id } = known.record;
    const tree = known.record.replication?.tree;
    try {
      await catalog.update(known.record, (record, tx) => {
        const { replication: before } = record;
        if (before === undefined) throw new Refusal('TableNotFound', { table: record.definition.name });
        const next = change(before);
        if (next === before) return record;
        if (next === undefined) return this.#end(record, tx);
        const place = before.tree === undefined ? {} : { tree: before.tree };
        const { tree: _, ...state } = next;
        return { ...record, replication: { ...state, ...place } };
      });
      if (known.record.replication === undefined) await refresh(known);
    } finally {
      this.#ending.delete(id);
    }
    if (known.record.replication !== undefined) return;
    this.#followed.delete(id);
    if (tree !== undefined) this.#logs.delete(tree);
  }

  /** With its tree and keys, for which no key is needed. From here on writes are not recorded. */
  async #end(record: TableRecord, tx: Transaction): Promise<TableRecord> {
    const { replication, ...rest } = record;
    this.#ending.add(record.id);
    const tree = replication?.tree;
    if (tree === undefined) return rest;
    await tx.dropTree(tree);
    const dataKeys = record.keys.dataKeys.filter((dataKey) => dataKey.tree !== tree);
    return { ...rest, keys: { ...record.keys, dataKeys } };
  }

  async #begin(
    known: KnownTable,
    { groupId, members }: Pick<ReplicationState, 'groupId' | 'members'>,
  ): Promise<void> {
    const { catalog, keys: tableKeys, refresh } = this.#options;
    const before = known.record;
    if (before.replication?.groupId === groupId) return;
    if (before.replication !== undefined) throw beingUpdated(before);
    const planted = await planTreeIfAllowed(this.#options, serviceItself(identityOf(before)), before);
    await catalog.update(before, (record, tx) => {
      if (record.replication !== undefined) throw beingUpdated(record);
      if (planted === undefined) return { ...record, replication: { groupId, members } };
      const { tree, keys } = planted;
      if (!areSameKeys(record.keys, before.keys)) throw beingUpdated(record);
      tx.createTree(tree, tableKeys.cipher(record.id, tree));
      return { ...record, keys, replication: { groupId, tree, members } };
    });
    await refresh(known);
  }

  async #plant(known: KnownTable): Promise<void> {
    const { catalog, keys: tableKeys, refresh } = this.#options;
    const before = known.record;
    if (!this.isWaiting(before)) return;
    const { tree, keys } = await planTree(this.#options, serviceItself(identityOf(before)), before);
    await catalog.update(before, (record, tx) => {
      const { replication } = record;
      if (replication === undefined || replication.tree !== undefined) return record;
      if (!areSameKeys(record.keys, before.keys)) throw beingUpdated(record);
      tx.createTree(tree, tableKeys.cipher(record.id, tree));
      return { ...record, keys, replication: { ...replication, tree } };
    });
    await refresh(known);
  }

  /** One after another. */
  #settle({ record: { id } }: KnownTable, work: () => Promise<void>): Promise<void> {
    const before = this.#settling.get(id) ?? Promise.resolve();
    const settling = before
      .then(work, work)
      .finally(() => this.#settling.get(id) === settling && this.#settling.delete(id));
    this.#settling.set(id, settling);
    return settling;
  }
}
