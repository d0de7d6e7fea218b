/** What the embedded key service asks of a store: a small set of opaque records, changed atomically and durably. */

export interface StoredRecord {
  /** Opaque: at most 64 of [0-9a-z-], and tells nothing of what the record holds. */
  readonly id: string;
  readonly body: Uint8Array;
}

export interface RecordChange {
  /** Each replaces the record with its id, or adds it. */
  readonly puts: readonly StoredRecord[];
  /** Ids that are not there are no fault. */
  readonly deletes: readonly string[];
  /** The secret of a key goes with what this replaces or deletes: the storage keeps no copy of that anywhere. */
  readonly erases?: boolean;
}

export interface KeyRecordStorage {
  load(): Promise<readonly StoredRecord[]>;
  /** All or nothing; resolves once durable. After a rejection either may have happened: the caller loads again. */
  commit(change: RecordChange): Promise<void>;
  close(): Promise<void>;
}

/** Keeps records in this process alone: for tests, and for a service whose keys need not outlive it. */
export class MemoryRecordStorage implements KeyRecordStorage {
  readonly #records = new Map<string, Uint8Array>();

  async load(): Promise<readonly StoredRecord[]> {
    return [...this.#records].map(([id, body]) => ({ id, body: body.slice() }));
  }

  async commit({ puts, deletes }: RecordChange): Promise<void> {
    for (const id of deletes) this.#records.delete(id);
    for (const { id, body } of puts) this.#records.set(id, body.slice());
  }

  async close(): Promise<void> {}
}
