/** Sends what the owners of tables are to be told over every channel, and tries again later where that failed. */
import { type Clock, dayMs, type Timer } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { TableRecord } from '../tables/catalog-record.ts';
import { type OwedNotice, withNoticeTried } from '../tables/owed-notice.ts';
import type { TableStatuses } from '../tables/table-statuses.ts';
import { type NoticeChannel, noticeOf } from './notice.ts';

/** After the first failure; each further one doubles it. */
export const backOffMsMin = 60_000;
export const backOffMsMax = 6 * 3_600_000;
/** Not every notice is told of: one that a caller's own change brings is found so. */
const lookEveryMs = 60_000;
const pauseMsMin = 1_000;
/** A notice that found no way for so long is of no use any more. */
export const noticeAgeMsMax = 30 * dayMs;

export interface NoticeDispatchOptions {
  readonly statuses: Pick<TableStatuses, 'all' | 'find' | 'change'>;
  /** With none, nobody is told, and nothing is kept. */
  readonly channels: readonly NoticeChannel[];
  readonly clock: Clock;
  readonly log?: Log;
}

/** Once a channel has a notice, that is written down: only a crash between the two sends it again, under the same id. */
export class NoticeDispatch {
  readonly #options: NoticeDispatchOptions;
  readonly #log: Log;
  #sending: Promise<void> | undefined;
  #timer: Timer | undefined;
  #isStarted = false;
  /** Something came while sending was under way. */
  #isAwaited = false;

  constructor(options: NoticeDispatchOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  /** Sends what is due, also what was when the process ended. A second call does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.wake();
  }

  /** Resolves when what is being sent has been, or has failed. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#timer?.cancel();
    await this.#sending;
  }

  /** There is something new. Before the start, and after the end, it waits. */
  wake(): void {
    if (!this.#isStarted) return;
    if (this.#sending !== undefined) this.#isAwaited = true;
    else void this.send();
  }

  /** Sends what is due; joins sending that is under way. Never rejects. */
  send(): Promise<void> {
    this.#timer?.cancel();
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#isAwaited) this.wake();
      else this.#wait();
      this.#isAwaited = false;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    for (const { id, notices = [] } of this.#options.statuses.all()) {
      for (const notice of notices) {
        if (this.#waitMs(notice) > 0) continue;
        try {
          await this.#sendOne(id, notice);
        } catch (fault) {
          // It may be sent twice: better than not at all.
          this.#log.warn(
            { table: id, notice: notice.id, fault },
            'That a notice was sent could not be kept.',
          );
        }
      }
    }
  }

  async #sendOne(tableId: string, owed: OwedNotice): Promise<void> {
    const { statuses, channels, clock } = this.#options;
    const record = statuses.find(tableId);
    if (record === undefined) return;
    const sent = [...owed.sent];
    for (const channel of channels) {
      if (sent.includes(channel.name) || !(await this.#isSent(channel, record, owed))) continue;
      sent.push(channel.name);
      if (sent.length < channels.length) await this.#keep(tableId, { ...owed, sent });
    }
    const nowMs = clock.nowMs();
    const isOver = channels.every(({ name }) => sent.includes(name));
    const isTooOld = nowMs - owed.atMs > noticeAgeMsMax;
    if (!isOver && isTooOld)
      this.#log.error(
        { table: tableId, notice: owed.kind },
        'A notice could not be sent for 30 days; given up.',
      );
    const waitMs = Math.min(backOffMsMin * 2 ** owed.tries, backOffMsMax);
    const later = { ...owed, sent, tries: owed.tries + 1, nextTryMs: nowMs + waitMs };
    const left = isOver || isTooOld ? undefined : later;
    await statuses.change(tableId, (current) => withNoticeTried(current, owed.id, left));
  }

  #keep(tableId: string, notice: OwedNotice): Promise<void> {
    return this.#options.statuses.change(tableId, (current) => withNoticeTried(current, notice.id, notice));
  }

  async #isSent(channel: NoticeChannel, record: TableRecord, owed: OwedNotice): Promise<boolean> {
    try {
      await channel.send(noticeOf(record, owed));
      return true;
    } catch (fault) {
      // Not the fault itself: what it quotes of the other side, or of an address, is nothing for a log.
      const code = codeOf(fault);
      this.#log.warn(
        { channel: channel.name, notice: owed.kind, table: record.id, code, tries: owed.tries + 1 },
        'A notice could not be sent; it is tried again later.',
      );
      return false;
    }
  }

  #wait(): void {
    this.#timer?.cancel();
    if (!this.#isStarted) return;
    const { statuses, clock } = this.#options;
    const waits = statuses.all().flatMap(({ notices = [] }) => notices.map((each) => this.#waitMs(each)));
    // What could not be written down must not be tried without a pause.
    const waitMs = Math.max(pauseMsMin, Math.min(lookEveryMs, ...waits));
    this.#timer = clock.after(waitMs, () => this.send());
  }

  /** No longer than the longest pause, also where the wall clock was set back. */
  #waitMs({ nextTryMs }: OwedNotice): number {
    const waitMs = nextTryMs - this.#options.clock.nowMs();
    return waitMs > backOffMsMax ? 0 : Math.max(0, waitMs);
  }
}

/** Of what failed below, where the fault itself has none. */
function codeOf(fault: unknown): unknown {
  if (!(fault instanceof Error)) return undefined;
  return 'code' in fault ? fault.code : codeOf(fault.cause);
}
