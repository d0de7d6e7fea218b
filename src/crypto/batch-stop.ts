/** Stops a batch that threads are at work on: a number that they look at between two runs of pages. */

export class BatchStop {
  /** Zero until the stop is set. Shared, so that nobody can take it away from the threads. */
  readonly flag = new Uint32Array(new SharedArrayBuffer(Uint32Array.BYTES_PER_ELEMENT));
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.set();

  /** Throws the signal's reason where it has aborted already. */
  constructor(signal?: AbortSignal) {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', this.#onAbort);
    this.#signal = signal;
  }

  get isSet(): boolean {
    return Atomics.load(this.flag, 0) !== 0;
  }

  set(): void {
    Atomics.store(this.flag, 0, 1);
  }

  /** Listens to the signal no longer. */
  release(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
