/** Takes a table through its states: each event is one commit, with the notice to the owner that belongs to it. */
import { randomUUID } from 'node:crypto';
import { dayMs } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { KeyLoss, KeyLossReason } from '../keys/key-loss.ts';
import type { TableRecord } from '../tables/catalog-record.ts';
import { recovered } from '../tables/key-recovery.ts';
import { type NoticeKind, type OwedNotice, withNotice } from '../tables/owed-notice.ts';
import type { TableStatuses } from '../tables/table-statuses.ts';
import type { ProtectedTable } from '../tables/table-summary.ts';
import { stateAfter, type TableEvent } from './table-state.ts';

/** From the notice of a loss on. */
export const archiveAfterMs = 7 * dayMs;
/** So long before, the owner is told once more. */
export const announceBeforeMs = dayMs;

/** When a table is archived unless its key comes back; undefined where it is not inaccessible. */
export function archiveAtMs({ status, inaccessibleSinceMs }: TableRecord): number | undefined {
  const isWaiting = status === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' && inaccessibleSinceMs !== undefined;
  return isWaiting ? inaccessibleSinceMs + archiveAfterMs : undefined;
}

export interface TableLifecycleOptions {
  readonly statuses: Pick<TableStatuses, 'change' | 'archive'>;
  /** The time that deadlines are measured by. */
  readonly nowMs: () => number;
  readonly log?: Log;
  /** Called when there is something to be sent. */
  readonly onNotice?: () => void;
}

export class TableLifecycle {
  readonly #statuses: TableLifecycleOptions['statuses'];
  readonly #nowMs: () => number;
  readonly #log: Log;
  readonly #onNotice: () => void;

  constructor({ statuses, nowMs, log = silentLog, onNotice = () => {} }: TableLifecycleOptions) {
    this.#statuses = statuses;
    // A trusted time may lie between two milliseconds, which no date shows.
    this.#nowMs = () => Math.floor(nowMs());
    this.#log = log;
    this.#onNotice = onNotice;
  }

  /** Of no meaning for a table that is under another key by now. The first notice of a loss is the one that counts. */
  async keyLost({ identity, keyArn }: ProtectedTable, { refusal: _, ...reason }: KeyLoss): Promise<void> {
    const nowMs = this.#nowMs();
    const { cause } = reason;
    const isChanged = await this.#apply(identity.id, 'keyLost', (record, next) => {
      if (record.keys.keyArn !== keyArn) return record;
      if (next === record.status) return withReason(record, reason);
      const lost: TableRecord = { ...record, status: next, inaccessibleSinceMs: nowMs, keyLoss: reason };
      return withNotice(lost, noticeOf(lost, 'keyLost', nowMs));
    });
    if (!isChanged) return;
    const { name: table, region } = identity;
    this.#log.warn(
      { table, region, keyArn, cause },
      'The key of a table cannot be used: enable it, or the table stays inaccessible.',
    );
  }

  async keyBack({ identity, keyArn }: ProtectedTable): Promise<void> {
    const nowMs = this.#nowMs();
    const isChanged = await this.#apply(identity.id, 'keyBack', (record) => recovered(record, nowMs));
    const { name: table, region } = identity;
    if (isChanged) this.#log.info({ table, region, keyArn }, 'A table has its key back.');
  }

  /** Once for each loss. */
  async announceArchiving(id: string): Promise<void> {
    const nowMs = this.#nowMs();
    await this.#statuses.change(id, (record) => {
      const { keyLoss = { cause: 'other' } } = record;
      if (keyLoss.isArchiveAnnounced === true || archiveAtMs(record) === undefined) return record;
      const announced: TableRecord = { ...record, keyLoss: { ...keyLoss, isArchiveAnnounced: true } };
      return withNotice(announced, noticeOf(announced, 'archiveNear', nowMs));
    });
    this.#onNotice();
  }

  /** Nothing for a table whose deadline has not come, as where its key came back and went again meanwhile. */
  async beginArchiving(id: string): Promise<void> {
    const nowMs = this.#nowMs();
    await this.#apply(id, 'archiveDue', (record, status) => {
      const dueMs = archiveAtMs(record);
      return dueMs === undefined || dueMs > nowMs ? record : { ...record, status };
    });
  }

  /** The data of the table goes in the same commit. */
  async archived(id: string, backupArn: string): Promise<void> {
    const atMs = this.#nowMs();
    await this.#statuses.archive(id, (record) => {
      const status = stateAfter(record.status, 'backupMade');
      if (status !== 'ARCHIVED') return record;
      const archived: TableRecord = { ...record, status, archival: { atMs, backupArn } };
      return withNotice(archived, noticeOf(archived, 'archived', atMs));
    });
    this.#log.warn({ table: id, backupArn }, 'A table whose key stayed away was archived.');
    this.#onNotice();
  }

  /** True where that has changed the state; `change` is given the state after the event, for tables that stay. */
  async #apply(
    id: string,
    event: TableEvent,
    change: (record: TableRecord, next: TableRecord['status']) => TableRecord,
  ): Promise<boolean> {
    let isChanged = false;
    await this.#statuses.change(id, (record) => {
      const next = stateAfter(record.status, event);
      const changed = next === 'GONE' ? record : change(record, next);
      isChanged = changed.status !== record.status;
      return changed;
    });
    if (isChanged) this.#onNotice();
    return isChanged;
  }
}

/** A key that was disabled may be on its way out by now: what is to be done is another thing then. */
function withReason(record: TableRecord, reason: KeyLossReason): TableRecord {
  const { cause, keyDeletionMs, ...rest } = record.keyLoss ?? {};
  const isKnown = cause === reason.cause && keyDeletionMs === reason.keyDeletionMs;
  if (isKnown || archiveAtMs(record) === undefined) return record;
  return { ...record, keyLoss: { ...rest, ...reason } };
}

function noticeOf(record: TableRecord, kind: NoticeKind, atMs: number): OwedNotice {
  const { keys, keyLoss, inaccessibleSinceMs: sinceMs = atMs, archival } = record;
  const dueMs = archiveAtMs(record);
  return {
    id: randomUUID(),
    kind,
    atMs,
    keyArn: keys.keyArn,
    sinceMs,
    ...(keyLoss && { cause: keyLoss.cause }),
    ...(keyLoss?.keyDeletionMs !== undefined && { keyDeletionMs: keyLoss.keyDeletionMs }),
    ...(dueMs !== undefined && { archiveAtMs: dueMs }),
    ...(archival && { backupArn: archival.backupArn }),
    sent: [],
    tries: 0,
    nextTryMs: atMs,
  };
}
