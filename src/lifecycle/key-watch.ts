/** Asks again and again whether tables can still be opened, and keeps their status true. */
import type { Clock, Timer } from '../base/clock.ts';
import { isRefusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { ProtectedTable } from '../tables/table-summary.ts';
import type { Tables } from '../tables/tables.ts';
import { Rounds } from './rounds.ts';
import type { TableLifecycle } from './table-lifecycle.ts';

/** AWS takes 13 to 75 minutes. Each look at a table under a customer's or a managed key is a call that is recorded. */
export const keyWatchIntervalMs = 15 * 60_000;
/** A key service that tells of a change is asked so soon after it what became of the key's tables. */
export const changeLookMs = 5_000;
/** Tables whose keys are asked for at one time. */
export const looksAtOnceMax = 8;

export interface KeyWatchOptions {
  readonly tables: Pick<Tables, 'protectedTables'>;
  readonly keys: Pick<TableKeys, 'findLoss'>;
  readonly lifecycle: Pick<TableLifecycle, 'keyLost' | 'keyBack'>;
  readonly clock: Clock;
  /** From the end of one look to the next. */
  readonly intervalMs?: number;
  /** What the interval is longer by at most, so that many stores do not ask one key service in the same second. */
  readonly jitterMs?: number;
  /** From 0 up to 1. */
  readonly random?: () => number;
  readonly log?: Log;
}

/** Reading and writing do not wait for it: there the key itself decides. */
export class KeyWatch {
  readonly #options: KeyWatchOptions;
  readonly #log: Log;
  readonly #rounds: Rounds;
  /** Keys that changed since they were last asked for. */
  readonly #changed = new Set<string>();
  #soon: Timer | undefined;
  #lookingSoon: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: KeyWatchOptions) {
    const { clock, log = silentLog } = options;
    const { intervalMs = keyWatchIntervalMs, jitterMs = 0, random = Math.random } = options;
    this.#options = options;
    this.#log = log;
    this.#rounds = new Rounds({
      work: () => this.#lookAtAll(),
      intervalMs: () => intervalMs + random() * jitterMs,
      clock,
      log,
      complaint: 'The keys of tables could not be looked at.',
    });
  }

  /** Looks at once, and then after each interval. A second call does nothing. */
  start(): void {
    this.#rounds.start();
  }

  /** No further look begins; resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#soon?.cancel();
    await Promise.all([this.#rounds.stop(), this.#lookingSoon]);
  }

  /** Something became of this key: its tables are looked at soon. Nothing for a key that no table is under. */
  keyChanged(keyArn: string): void {
    const { tables, clock } = this.#options;
    if (this.#isStopped || !tables.protectedTables().some((table) => table.keyArn === keyArn)) return;
    this.#changed.add(keyArn);
    this.#soon ??= clock.after(changeLookMs, () => {
      this.#soon = undefined;
      const changed = new Set(this.#changed);
      this.#changed.clear();
      const looking = this.#lookAtAll((table) => changed.has(table.keyArn));
      this.#lookingSoon = Promise.all([this.#lookingSoon, looking]).then(() => {});
      return looking;
    });
  }

  /** Looks at every table under a key that can be taken away; joins a look that is under way. Never rejects. */
  look(): Promise<void> {
    return this.#rounds.go();
  }

  async #lookAtAll(isMeant: (table: ProtectedTable) => boolean = () => true): Promise<void> {
    const waiting = this.#options.tables.protectedTables().filter(isMeant);
    // A key service that does not answer costs the wait for one table, and not for each.
    const lookThrough = async () => {
      for (let table = waiting.shift(); table !== undefined; table = waiting.shift())
        await this.#tryAt(table);
    };
    await Promise.all(Array.from({ length: looksAtOnceMax }, lookThrough));
  }

  async #tryAt(table: ProtectedTable): Promise<void> {
    try {
      await this.#lookAt(table);
    } catch (fault) {
      // Deleted meanwhile.
      if (isRefusal(fault, 'TableNotFound')) return;
      // Not a word on the key itself: the table stays as it is, and the next look asks again.
      this.#log.warn(
        { table: table.identity.id, fault },
        'Whether a table has its key could not be found out.',
      );
    }
  }

  async #lookAt(table: ProtectedTable): Promise<void> {
    const { keys, lifecycle } = this.#options;
    const { status, identity } = table;
    // Nothing that a key does brings those back.
    if (status === 'ARCHIVING' || status === 'ARCHIVED') return;
    const loss = await keys.findLoss(identity);
    if (loss !== undefined) await lifecycle.keyLost(table, loss);
    else if (status !== 'ACTIVE') await lifecycle.keyBack(table);
  }
}
