/** Asks again and again whether tables can still be opened, and keeps their status true. */
import type { Clock, Timer } from '../base/clock.ts';
import { isRefusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { ProtectedTable, Tables } from '../tables/tables.ts';
import { stateAfter } from './table-state.ts';

export const keyWatchIntervalMs = 60_000;

export interface KeyWatchOptions {
  readonly tables: Pick<Tables, 'protectedTables' | 'markInaccessible' | 'markAccessible'>;
  readonly keys: Pick<TableKeys, 'check'>;
  readonly clock: Clock;
  /** From the end of one look to the next. */
  readonly intervalMs?: number;
  readonly log?: Log;
}

/** Reading and writing do not wait for it: there the key itself decides. */
export class KeyWatch {
  readonly #tables: KeyWatchOptions['tables'];
  readonly #keys: KeyWatchOptions['keys'];
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #log: Log;
  #looking: Promise<void> | undefined;
  #timer: Timer | undefined;
  #isStarted = false;

  constructor({ tables, keys, clock, intervalMs = keyWatchIntervalMs, log = silentLog }: KeyWatchOptions) {
    this.#tables = tables;
    this.#keys = keys;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#log = log;
  }

  /** Looks at once, and then after each interval. A second call does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#lookAndWait();
  }

  /** No further look begins; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#timer?.cancel();
    await this.#looking;
  }

  /** Looks at every table under a key that can be taken away; joins a look that is under way. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  #lookAndWait(): void {
    void this.look().then(() => {
      this.#timer?.cancel();
      if (this.#isStarted) this.#timer = this.#clock.after(this.#intervalMs, () => this.#lookAndWait());
    });
  }

  async #lookAtAll(): Promise<void> {
    for (const table of this.#tables.protectedTables()) {
      try {
        await this.#lookAt(table);
      } catch (fault) {
        // Deleted meanwhile.
        if (isRefusal(fault, 'TableNotFound')) continue;
        // Not a word on the key itself: the table stays as it is, and the next look asks again.
        this.#log.warn(
          { table: table.identity.id, fault },
          'Whether a table has its key could not be found out.',
        );
      }
    }
  }

  async #lookAt({ identity, status, keyArn }: ProtectedTable): Promise<void> {
    const refusal = await this.#keys.check(identity);
    const next = stateAfter(status, refusal === undefined ? 'keyBack' : 'keyLost');
    if (next === status) return;
    const place = { table: identity.name, region: identity.region, keyArn };
    if (next === 'ACTIVE') {
      await this.#tables.markAccessible(identity.id);
      this.#log.info(place, 'A table has its key back.');
      return;
    }
    await this.#tables.markInaccessible(identity.id, keyArn, this.#clock.nowMs());
    this.#log.warn(place, 'The key of a table cannot be used: enable it, or the table stays inaccessible.');
  }
}
