/** Acts on the deadlines of tables whose key is gone, also on those that passed while nobody ran. */
import type { Clock, Timer } from '../base/clock.ts';
import { isRefusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import { confirmationGapMs, type TrustedTime } from '../kms/embedded/trusted-time.ts';
import type { TableRecord } from '../tables/catalog-record.ts';
import type { TableStatuses } from '../tables/table-statuses.ts';
import { protectedTable } from '../tables/table-summary.ts';
import type { Archive } from './archive.ts';
import { announceBeforeMs, archiveAtMs, type TableLifecycle } from './table-lifecycle.ts';

/** Tables lose their keys meanwhile, and a wall clock may be set: look this often at least. */
const lookEveryMs = 3_600_000;
/** After a fault. */
export const deadlineRetryMs = 60_000;

export interface DeadlineWatchOptions {
  readonly statuses: Pick<TableStatuses, 'all' | 'find'>;
  readonly lifecycle: Pick<TableLifecycle, 'keyBack' | 'announceArchiving' | 'beginArchiving'>;
  readonly keys: Pick<TableKeys, 'findLoss'>;
  readonly archive: Pick<Archive, 'archive'>;
  readonly clock: Clock;
  /** The same that the lifecycle dates losses by. */
  readonly time: TrustedTime;
  readonly log?: Log;
}

export class DeadlineWatch {
  readonly #options: DeadlineWatchOptions;
  readonly #log: Log;
  #looking: Promise<void> | undefined;
  #timer: Timer | undefined;
  #isStarted = false;
  #isStopped = false;

  constructor(options: DeadlineWatchOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  /** Does what is due, and waits for what comes next. A second call does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#wait(0);
  }

  /** Resolves when nothing is under way; what was is gone on with after the next start. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  /** Does what is due; joins a look that is under way. Never rejects: what could not be done is tried again. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    let isWhole = true;
    for (const { id } of this.#options.statuses.all()) {
      if (this.#isStopped) return;
      try {
        await this.#lookAt(id);
      } catch (fault) {
        // What is under way when all ends is gone on with after the next start.
        if (isRefusal(fault, 'TableNotFound') || this.#isStopped) continue;
        isWhole = false;
        this.#log.error(
          { table: id, fault },
          'A table that is due to be archived could not be; trying again.',
        );
      }
    }
    this.#wait(isWhole ? this.#nextMs() : deadlineRetryMs);
  }

  async #lookAt(id: string): Promise<void> {
    const { statuses, lifecycle, archive, time } = this.#options;
    const found = statuses.find(id);
    const dueMs = found && nextDeadlineMs(found);
    if (found !== undefined && dueMs !== undefined && dueMs <= time.nowMs()) {
      if (!(await this.#isStillLost(found))) return;
      if ((archiveAtMs(found) ?? dueMs) <= time.nowMs()) await lifecycle.beginArchiving(id);
      else await lifecycle.announceArchiving(id);
    }
    const current = statuses.find(id);
    if (current?.status === 'ARCHIVING') await archive.archive(current);
  }

  /** It may have come back since the last look at keys. Rejects where the key service does not say. */
  async #isStillLost(record: TableRecord): Promise<boolean> {
    const table = protectedTable(record);
    if ((await this.#options.keys.findLoss(table.identity)) !== undefined) return true;
    await this.#options.lifecycle.keyBack(table);
    return false;
  }

  #nextMs(): number {
    const { statuses, time } = this.#options;
    const nowMs = time.nowMs();
    let firstMs = nowMs + (time.inDoubt ? confirmationGapMs : lookEveryMs);
    for (const record of statuses.all()) firstMs = Math.min(firstMs, nextDeadlineMs(record) ?? firstMs);
    return Math.max(0, firstMs - nowMs);
  }

  #wait(delayMs: number): void {
    this.#timer?.cancel();
    if (!this.#isStarted) return;
    this.#timer = this.#options.clock.after(delayMs, () => this.look());
  }
}

/** When something is to be done for the table next; undefined where its key is not gone. */
function nextDeadlineMs(record: TableRecord): number | undefined {
  const dueMs = archiveAtMs(record);
  if (dueMs === undefined || record.keyLoss?.isArchiveAnnounced === true) return dueMs;
  return dueMs - announceBeforeMs;
}
