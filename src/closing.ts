/** What was opened one after another, to be closed in the reverse order, all of it, whatever fails on the way. */

export class Closing {
  readonly #steps: (() => void | Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  /** Hands `opened` back, and has `close` called before all that was added earlier. */
  add<T>(opened: T, close: (opened: T) => void | Promise<void>): T {
    this.#steps.push(() => close(opened));
    return opened;
  }

  /** Rejects with the first fault once everything has been tried. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const faults: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}
