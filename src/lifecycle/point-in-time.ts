/** Any moment of a table's past, made into a table: its present is copied, and what came after the moment is taken back. */
import type { Clock } from '../base/clock.ts';
import { Refusal } from '../base/errors.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { Caller } from '../kms/key-service.ts';
import type { Tree } from '../pages/tree.ts';
import type { TableRecord } from '../tables/catalog-record.ts';
import type { PageTable } from '../tables/page-table.ts';
import { decodePast, momentOf, type PastEntry } from '../tables/past/past-entry.ts';
import { type PastState, type RestorableTimes, restorableTimes } from '../tables/past/past-state.ts';
import type { PastChoice } from '../tables/past/table-pasts.ts';
import type { TableCopying } from '../tables/table-copying.ts';
import type { TableInfo } from '../tables/table-record.ts';
import type { TableRestoring } from '../tables/table-restoring.ts';
import type { Backups, Borrowed } from './backups.ts';
import type { RestoreOverrides } from './restore-overrides.ts';
import type { Restores, Settle } from './restores.ts';

export interface PointInTimeOptions {
  readonly copying: TableCopying;
  readonly restoring: TableRestoring;
  readonly backups: Backups;
  readonly restores: Restores;
  readonly clock: Clock;
}

export interface PointInTimeRequest {
  readonly source: string;
  readonly target: string;
  /** Milliseconds since 1970. */
  readonly at: number | 'latest';
  readonly overrides: RestoreOverrides;
}

/** What is told of a table's past; nothing where it is not kept. */
export interface PastInfo extends RestorableTimes {
  readonly periodDays: number;
}

/** A SYSTEM backup stays so long. */
const keptAfterDeletionMs = 35 * 24 * 3_600_000;
/** Changes that are taken back in one commit. */
const batchEntries = 256;

export class PointInTime {
  readonly #options: PointInTimeOptions;

  constructor(options: PointInTimeOptions) {
    this.#options = options;
  }

  /** Needs no key. Refuses ContinuousTableNotFound. */
  describe(caller: Caller, table: string): PastInfo | undefined {
    return this.#infoOf(this.#options.copying.find(caller, table));
  }

  /** Needs no key. Refuses ContinuousTableNotFound, and TableInUse during another change of the table's keys. */
  async change(caller: Caller, table: string, choice: PastChoice): Promise<PastInfo | undefined> {
    return this.#infoOf(await this.#options.copying.changePast(caller, table, choice));
  }

  /**
   * Answers with the table while it is being made. Refuses ContinuousTableNotFound, PointInTimeOff, InvalidRestoreTime, and
   * then as Restores.restore does, in this order (aws-behaviour §1.9).
   */
  async restore(
    { caller, connection }: { readonly caller: Caller; readonly connection: ClientConnection },
    { source: given, target, at, overrides }: PointInTimeRequest,
  ): Promise<TableInfo> {
    const { copying, restoring, backups, restores } = this.#options;
    const { past, definition, id } = copying.find(caller, given);
    if (past === undefined) throw new Refusal('PointInTimeOff', { table: definition.name });
    const atMs = this.#momentOf(past, at);
    restoring.refuseTaken(caller, target);
    await copying.findReadable(caller, connection, given);
    const borrowed = await backups.borrow(id);
    const settle = this.#takingBack(borrowed, atMs);
    return restores.restoreBorrowed(caller, borrowed, { target, overrides, atMs, settle });
  }

  /**
   * Before a table is deleted whose past is kept: a SYSTEM backup of it, for which no key is needed, and the way to take
   * that back where the table stays. A write between the two is in neither.
   */
  async keepDeleted(caller: Caller, table: string): Promise<() => Promise<void>> {
    const { copying, backups, clock } = this.#options;
    const record = findOrNothing(() => copying.find(caller, table));
    const isKept = record?.past !== undefined && !record.definition.deletionProtection;
    if (record === undefined || !isKept) return async () => {};
    const name = `${record.definition.name}$DeletedTableBackup`;
    const expiresAtMs = clock.nowMs() + keptAfterDeletionMs;
    const { arn } = await backups.make({ tableId: record.id, name, type: 'SYSTEM', expiresAtMs });
    return () => backups.takeBack(arn);
  }

  #infoOf({ past }: TableRecord): PastInfo | undefined {
    if (past === undefined) return undefined;
    return { ...restorableTimes(past, this.#options.clock.nowMs()), periodDays: past.periodDays };
  }

  #momentOf(past: PastState, at: PointInTimeRequest['at']): number {
    const { earliestMs, latestMs } = restorableTimes(past, this.#options.clock.nowMs());
    if (at === 'latest') return latestMs;
    if (at >= earliestMs && at <= latestMs) return at;
    throw new Refusal('InvalidRestoreTime', {
      message:
        `RestoreDateTime '${iso(at)}' must be within EarliestRestorableDateTime '${iso(earliestMs)}' ` +
        `and LatestRestorableDateTime '${iso(latestMs)}'`,
    });
  }

  /** From the newest change back to the moment: what an item was before the oldest of its changes is put last. */
  #takingBack({ record }: Borrowed, atMs: number): Settle {
    const { restoring } = this.#options;
    const tree = record.source.past?.tree;
    return async ({ identity }, open, mayGoOn) => {
      if (tree === undefined) return;
      const past = (await open(tree)).tree;
      await restoring.settle(identity, (table) => takeBack(table, past, { atMs, mayGoOn }));
    };
  }
}

async function takeBack(
  table: PageTable,
  past: Tree,
  { atMs, mayGoOn }: { readonly atMs: number; readonly mayGoOn: () => void },
): Promise<void> {
  const cursor = past.cursor({ backwards: true });
  let batch: PastEntry[] = [];
  for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
    if (momentOf(entry.key).ms <= atMs) break;
    batch.push(decodePast(entry.value));
    if (batch.length < batchEntries) continue;
    mayGoOn();
    await putBack(table, batch);
    batch = [];
  }
  await putBack(table, batch);
}

/** Handed in at once and run one after another, in one commit. */
async function putBack(table: PageTable, batch: readonly PastEntry[]): Promise<void> {
  await Promise.all(
    batch.map(({ key, before: next }) => table.write(key, () => ({ next, result: undefined }))),
  );
}

function findOrNothing(find: () => TableRecord): TableRecord | undefined {
  try {
    return find();
  } catch (fault) {
    if (fault instanceof Refusal) return undefined;
    throw fault;
  }
}

function iso(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
