/** A change of a table's key as it is seen to pass on AWS: first from the old key, then to the new one (aws-behaviour §1.6). */
import type { Clock } from '../../base/clock.ts';
import type { TableInfo } from '../../tables/table-record.ts';

type Encryption = TableInfo['sse'];

interface Passing {
  /** As it was shown before the change; absent under the owned key. */
  readonly before: Encryption;
  readonly secondMs: number;
  readonly untilMs: number;
}

/** Of the whole: 8 seconds of 22 where it was measured. */
const firstShare = 8 / 22;

/** The change itself is made by then, in one commit: a restart in between shows it as done. */
export class EncryptionPhases {
  readonly #clock: Clock;
  /** By region, account and name of the table. */
  readonly #passing = new Map<string, Passing>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(place: string, before: Encryption, delayMs: number): void {
    if (delayMs <= 0) return;
    const nowMs = this.#clock.monotonicMs();
    const secondMs = nowMs + delayMs * firstShare;
    this.#passing.set(place, { before, secondMs, untilMs: nowMs + delayMs });
  }

  isUnderWay(place: string): boolean {
    return this.#at(place) !== undefined;
  }

  /** The table as it is, with its encryption as it is seen now. */
  shown(place: string, info: TableInfo): TableInfo {
    const passing = this.#at(place);
    if (passing === undefined) return info;
    const isFirst = this.#clock.monotonicMs() < passing.secondMs;
    return { ...info, sse: { ...(isFirst ? passing.before : info.sse), status: 'UPDATING' } };
  }

  #at(place: string): Passing | undefined {
    const passing = this.#passing.get(place);
    if (passing === undefined || this.#clock.monotonicMs() < passing.untilMs) return passing;
    this.#passing.delete(place);
    return undefined;
  }
}
