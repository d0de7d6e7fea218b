/** The last operation that each key was used for, since this process opened the service. */
import type { Clock } from '../../base/clock.ts';

export interface LastUse {
  readonly operation: string;
  readonly atMs: number;
}

export class LastUses {
  readonly #clock: Clock;
  /** By the ARN of the key; only those of keys that exist may come in, so that callers cannot make this grow. */
  readonly #uses = new Map<string, LastUse>();
  /** Before this, nothing was noted. */
  readonly sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.sinceMs = clock.nowMs();
  }

  /** For operations that succeeded, and were no dry runs. */
  note(keyArn: string, operation: string): void {
    this.#uses.set(keyArn, { operation, atMs: this.#clock.nowMs() });
  }

  of(keyArn: string): LastUse | undefined {
    return this.#uses.get(keyArn);
  }
}
