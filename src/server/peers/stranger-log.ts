/** Tells of those who came to the door of peers and were none: a line a minute at most, however many came. */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';

export const strangerLineMs = 60_000;

export class StrangerLog {
  readonly #clock: Clock;
  readonly #log: Log;
  #count = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** `fault`: of the handshake; undefined where the certificate is good, and nobody's who is configured. */
  came(address: string | undefined, fault: Error | undefined): void {
    this.#count++;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#toldMs < strangerLineMs) return;
    const code = fault !== undefined && 'code' in fault ? fault.code : fault?.name;
    this.#log.warn(
      { address, code: code ?? 'not configured', count: this.#count },
      'somebody came as a peer without being one',
    );
    this.#count = 0;
    this.#toldMs = nowMs;
  }
}
