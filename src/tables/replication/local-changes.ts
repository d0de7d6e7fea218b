/** Tells that a replica was written to or changed here, so that others can read it at once: once for many writes. */
export type LocalChangeListener = (tableId: string) => void;

export class LocalChanges {
  readonly #listeners = new Set<LocalChangeListener>();
  readonly #changed = new Set<string>();

  /** Gives back how to end it. */
  listen(listener: LocalChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Of a write that is about to be durable: whoever reads after it is told waits for that. */
  note(tableId: string): void {
    if (this.#listeners.size === 0) return;
    if (this.#changed.size === 0) setImmediate(() => this.#tell());
    this.#changed.add(tableId);
  }

  #tell(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const tableId of changed) for (const listener of this.#listeners) listener(tableId);
  }
}
