/** The pasts of all tables: kept or not kept, written to, trimmed, and told. */
import type { Clock } from '../../base/clock.ts';
import { isRefusal } from '../../base/errors.ts';
import { serviceItself } from '../../keys/table-identity.ts';
import type { TableKeys } from '../../keys/table-keys.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { PageEngine } from '../../pages/pages.ts';
import type { Tree } from '../../pages/tree.ts';
import type { Catalog, KnownTable } from '../catalog.ts';
import { areSameKeys, identityOf, type TableRecord } from '../catalog-record.ts';
import type { DataKeyUpkeep } from '../data-key-upkeep.ts';
import { planTreeIfAllowed } from '../planned-tree.ts';
import { beingUpdated } from '../still-in-use.ts';
import { momentOf } from './past-entry.ts';
import { type PastState, pastHorizonMs, periodDaysMax, withPeriod } from './past-state.ts';
import { PastMoments, PastWriter } from './past-writer.ts';

/** For how long the past is to be kept; without a number, for as long as it is, else for as long as can be. */
export type PastChoice = { readonly periodDays?: number } | 'off';

export interface TablePastsOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly dataKeys: Pick<DataKeyUpkeep, 'allowMore'>;
  readonly engine: PageEngine;
  readonly clock: Clock;
  /** Lets the writes of a table that is open be followed by what there is now. */
  readonly refresh: (known: KnownTable) => Promise<void>;
}

/** Changes that one commit takes away, at most: requests go on between two of them. */
const trimmedMax = 500;

export class TablePasts {
  readonly #options: TablePastsOptions;
  /** By tree. */
  readonly #moments = new Map<number, Promise<PastMoments>>();
  /** By table: trees that are being made for pasts without one. */
  readonly #planting = new Map<string, Promise<void>>();
  #isStopped = false;

  constructor(options: TablePastsOptions) {
    this.#options = options;
  }

  /**
   * Where the table's key is not there, its past begins with its next use, before any write. Refuses TableNotFound, and
   * TableInUse during another change of the table's keys.
   */
  async change(caller: Caller, known: KnownTable, choice: PastChoice): Promise<void> {
    if (choice === 'off') await this.#end(known.record);
    else if (known.record.past === undefined) await this.#begin(caller, known.record, choice.periodDays);
    else await this.#adjust(known.record, choice.periodDays);
    await this.#options.refresh(known);
  }

  /** True where a past has no tree yet: `plant` must come before the table is used. */
  isWaiting({ past }: TableRecord): boolean {
    return past !== undefined && past.tree === undefined;
  }

  /** Makes the tree that a past waits for; the table's key is there by now. Refuses TableNotFound and TableKeyRefused. */
  plant(known: KnownTable): Promise<void> {
    const { id } = known.record;
    const planting = this.#planting.get(id) ?? this.#plant(known).finally(() => this.#planting.delete(id));
    this.#planting.set(id, planting);
    return planting;
  }

  /** The follower that keeps the table's past; none where that is not kept. */
  async writers({ id, past }: TableRecord): Promise<readonly PastWriter[]> {
    if (past?.tree === undefined) return [];
    const tree = await this.#open(id, past.tree);
    const { clock } = this.#options;
    const moments = this.#moments.get(past.tree) ?? PastMoments.after(tree, clock);
    this.#moments.set(past.tree, moments);
    try {
      return [new PastWriter({ tree, moments: await moments })];
    } catch (fault) {
      this.#moments.delete(past.tree);
      throw fault;
    }
  }

  /** Trimming that is under way ends with the commit it is at. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Takes away changes that no restore can need any more. */
  async trim(): Promise<void> {
    const { catalog, keys, dataKeys } = this.#options;
    for (const { record } of catalog.all()) {
      const { id, past, restore, archival } = record;
      if (past?.tree === undefined || restore !== undefined || archival !== undefined) continue;
      const { tree } = past;
      try {
        await keys.withService(identityOf(record), async () => {
          await dataKeys.allowMore(id);
          await this.#trim(await this.#open(id, tree), past);
        });
      } catch (fault) {
        // Without its key nobody restores from it either; what is due then, is when the key is back.
        if (!isRefusal(fault, 'TableKeyRefused') && !isRefusal(fault, 'TableNotFound')) throw fault;
      }
      if (this.#isStopped) return;
    }
  }

  async #trim(tree: Tree, past: PastState): Promise<void> {
    const { engine, clock } = this.#options;
    const horizonMs = pastHorizonMs(past, clock.nowMs());
    for (let count = trimmedMax; count === trimmedMax && !this.#isStopped; ) {
      count = await engine.transact(async (tx) => {
        const due: Uint8Array[] = [];
        const cursor = tx.cursor(tree);
        while (due.length < trimmedMax) {
          const entry = await cursor.next();
          if (entry === undefined || momentOf(entry.key).ms > horizonMs) break;
          due.push(entry.key.slice());
        }
        for (const key of due) await tx.delete(tree, key);
        return due.length;
      });
    }
  }

  async #begin(caller: Caller, known: TableRecord, periodDays = periodDaysMax): Promise<void> {
    const { catalog, keys: tableKeys, clock } = this.#options;
    const planted = await planTreeIfAllowed(this.#options, caller, known);
    await catalog.update(known, (record, tx) => {
      if (record.past !== undefined) throw beingUpdated(record);
      const past = { sinceMs: clock.nowMs(), periodDays };
      if (planted === undefined) return { ...record, past };
      const { tree, keys } = planted;
      if (!areSameKeys(record.keys, known.keys)) throw beingUpdated(record);
      tx.createTree(tree, tableKeys.cipher(record.id, tree));
      return { ...record, keys, past: { ...past, tree } };
    });
  }

  async #plant(known: KnownTable): Promise<void> {
    const { catalog, keys: tableKeys, refresh } = this.#options;
    const before = known.record;
    const planted = await planTreeIfAllowed(this.#options, serviceItself(identityOf(before)), before);
    if (planted === undefined) return;
    const { tree, keys } = planted;
    await catalog.update(before, (record, tx) => {
      if (record.past === undefined || record.past.tree !== undefined) return record;
      if (!areSameKeys(record.keys, before.keys)) throw beingUpdated(record);
      tx.createTree(tree, tableKeys.cipher(record.id, tree));
      return { ...record, keys, past: { ...record.past, tree } };
    });
    await refresh(known);
  }

  async #adjust(known: TableRecord, periodDays: number | undefined): Promise<void> {
    const { catalog, clock } = this.#options;
    await catalog.update(known, (record) => {
      if (record.past === undefined || periodDays === undefined) return record;
      return { ...record, past: withPeriod(record.past, periodDays, clock.nowMs()) };
    });
  }

  /** With its tree and keys, for which no key is needed. */
  async #end(known: TableRecord): Promise<void> {
    await this.#options.catalog.update(known, async (record, tx) => {
      const { past, ...rest } = record;
      if (past === undefined) return record;
      if (past.tree === undefined) return rest;
      await tx.dropTree(past.tree);
      const dataKeys = record.keys.dataKeys.filter(({ tree }) => tree !== past.tree);
      return { ...rest, keys: { ...record.keys, dataKeys } };
    });
  }

  async #open(tableId: string, tree: number): Promise<Tree> {
    const { engine, keys } = this.#options;
    return engine.openTree(tree, keys.cipher(tableId, tree));
  }
}
