/** Counts the calls the key service answered, by operation and key: what a bill would show. */

export interface MeteredCalls {
  readonly operation: string;
  /** Absent for calls that concern no key, or none that is there. */
  readonly keyArn?: string;
  readonly calls: number;
}

export class KmsMeter {
  readonly #calls = new Map<string, { operation: string; keyArn?: string; calls: number }>();

  /** Only ARNs of keys that exist may come in, so that callers cannot make this grow. */
  count(operation: string, keyArn?: string): void {
    const name = `${operation} ${keyArn ?? ''}`;
    const entry = this.#calls.get(name);
    if (entry !== undefined) entry.calls++;
    else this.#calls.set(name, { operation, ...(keyArn === undefined ? {} : { keyArn }), calls: 1 });
  }

  calls(): readonly MeteredCalls[] {
    return [...this.#calls.values()].map((entry) => ({ ...entry }));
  }

  /** Calls by operation, over all keys. */
  totals(): Record<string, number> {
    const totals: Record<string, number> = {};
    for (const { operation, calls } of this.#calls.values()) {
      totals[operation] = (totals[operation] ?? 0) + calls;
    }
    return totals;
  }
}
