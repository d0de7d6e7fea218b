/** For how long the keys of one table stay: who may use them without asking, and when they must go. */
import type { Clock, Timer } from '../base/clock.ts';
import { type Asker, CallerMap } from './caller-map.ts';
import type { ClientConnection } from './client-connection.ts';

/** A right lives this long from the moment it was asked for: the promise made to whoever takes it away. */
export const keyLifeMs = 300_000;
/** What is under way when the last right ends may finish within this. */
export const lingerMs = 5000;

export interface KeyCacheOptions {
  readonly clock: Clock;
  /** Called when nobody may use the keys any longer. May be called when they are wiped already. */
  readonly wipe: () => void;
}

export class KeyCache {
  readonly #clock: Clock;
  readonly #wipe: () => void;
  /** When each right was asked for. */
  readonly #askedMs = new CallerMap<number>();
  /** Uses by the service itself, which end when they say so. */
  #holdCount = 0;
  #usedMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor({ clock, wipe }: KeyCacheOptions) {
    this.#clock = clock;
    this.#wipe = wipe;
  }

  /** True where this caller's right is young enough; then this counts as a use. */
  use(connection: ClientConnection, arn: string): boolean {
    const askedMs = this.#askedMs.get(connection, arn);
    if (askedMs === undefined) return false;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - askedMs >= keyLifeMs) return false;
    this.#usedMs = nowMs;
    return true;
  }

  /** A right that the key service granted when it was asked then. The first request that has it is a use. */
  add(asker: Asker, askedMs: number): void {
    if (!asker.connection.closed.aborted) this.#askedMs.set(asker, askedMs);
    this.touch();
  }

  /** A use without a right that lasts. */
  touch(): void {
    this.#usedMs = this.#clock.monotonicMs();
    if (this.#timer === undefined) this.#settle(lingerMs);
  }

  /**
   * This caller was refused. `wholeKey`: the key itself is of no use, so that nothing under way is waited
   * for.
   */
  refuse(asker: Asker, { wholeKey }: { wholeKey: boolean }): void {
    this.#askedMs.delete(asker);
    this.#settle(wholeKey ? 0 : lingerMs);
  }

  /** The client has gone, and nobody waits for what it had under way. */
  forget(connection: ClientConnection): void {
    if (this.#askedMs.deleteConnection(connection)) this.#settle(0);
  }

  /** From now until `letGo` the keys stay. */
  hold(): void {
    this.#holdCount++;
  }

  letGo(): void {
    this.#holdCount--;
    this.#settle(lingerMs);
  }

  /** Everyone asks again from now on; what is under way may finish. */
  expire(): void {
    this.#askedMs.clear();
    this.#settle(lingerMs);
  }

  /** Takes every right away and wipes at once, whoever holds the keys. */
  revoke(): void {
    this.#askedMs.clear();
    this.#usedMs = Number.NEGATIVE_INFINITY;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wipe();
  }

  /**
   * Wipes if nobody may use the keys and no use is younger than `waitMs`; else looks again when that may be
   * so.
   */
  #settle(waitMs: number): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    const goneMs = Math.max(this.#lastEndMs(nowMs), this.#usedMs + waitMs);
    if (goneMs > nowMs) {
      this.#timer = this.#clock.after(goneMs - nowMs, () => this.#settle(lingerMs));
    } else if (this.#holdCount === 0) {
      this.#wipe();
    }
  }

  /** When the last right ends. Forgets those that have ended. */
  #lastEndMs(nowMs: number): number {
    let lastMs = Number.NEGATIVE_INFINITY;
    this.#askedMs.retain((askedMs) => {
      lastMs = Math.max(lastMs, askedMs + keyLifeMs);
      return askedMs + keyLifeMs > nowMs;
    });
    return lastMs;
  }
}
