/** Counts the works under way, so that closing can let them end and begin no more. */
import { Outage } from '../base/errors.ts';

export class UnderWay {
  #count = 0;
  #ended: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** Refuses with Outage 'Closed' once closing has begun. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new Outage('Closed');
    this.#count++;
    try {
      return await work();
    } finally {
      this.#count--;
      if (this.#count === 0) this.#ended?.();
    }
  }

  /** Resolves when the last work has ended. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#count === 0) resolve();
      else this.#ended = resolve;
    });
    return this.#closing;
  }
}
