/** Counts the works under way, so that closing can let them end and begin no more. */
import { Outage } from '../base/errors.ts';
import type { MaybePromise } from '../store/page-store.ts';

export class UnderWay {
  #count = 0;
  #ended: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** What `work` returns, at once where it is there; a fault only as a rejection. Refuses with Outage 'Closed' once closing has begun. */
  run<T>(work: () => Promise<T>): Promise<T>;
  run<T>(work: () => MaybePromise<T>): MaybePromise<T>;
  run<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    if (this.#closing !== undefined) return Promise.reject(new Outage('Closed'));
    this.#count++;
    let result: MaybePromise<T>;
    try {
      result = work();
    } catch (fault) {
      this.#end();
      return Promise.reject(fault);
    }
    if (result instanceof Promise) return this.#awaited(result);
    this.#end();
    return result;
  }

  async #awaited<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } finally {
      this.#end();
    }
  }

  #end(): void {
    this.#count--;
    if (this.#count === 0) this.#ended?.();
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
