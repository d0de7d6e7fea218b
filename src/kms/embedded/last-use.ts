/** The last operation that each key was used for: noted in memory with each call, and kept from time to time. */
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { type KeyRecord, regionOf } from './key.ts';
import type { KeyRing } from './key-ring.ts';
import type { Milestones } from './milestone.ts';

export interface LastUse {
  readonly operation: string;
  readonly atMs: number;
}

/** As it is kept: goes with its key. */
export interface KeptUse extends LastUse {
  readonly keyArn: string;
}

/**
 * From a use to the change that keeps it, and again after a failure: one change, however many keys were used how often. What
 * was used later than this before the end of a process that died is told as it was before; one that closes loses nothing.
 */
export const keptEveryMs = 60_000;

/** A use is recorded a moment after it was noted: that is no newer one. */
const recordedWithinMs = 1_000;
const milestoneName = 'last uses';

export interface LastUsesParts {
  readonly clock: Clock;
  readonly ring: KeyRing;
  readonly milestones: Milestones;
  readonly log: Log;
}

export class LastUses {
  readonly #parts: LastUsesParts;
  readonly #openedMs: number;
  /** Not kept yet. By the ARN of the key; only those of keys that exist may come in: callers cannot make this grow. */
  readonly #pending = new Map<string, LastUse>();
  #timer: Timer | undefined;

  constructor(parts: LastUsesParts) {
    this.#parts = parts;
    this.#openedMs = parts.clock.nowMs();
  }

  /** Before this, nothing was noted. */
  get sinceMs(): number {
    const kept = this.#parts.milestones.of(milestoneName);
    return kept === undefined ? this.#openedMs : Number(kept);
  }

  /** For operations that succeeded, and were no dry runs. */
  note(keyArn: string, operation: string): void {
    this.#pending.set(keyArn, { operation, atMs: this.#parts.clock.nowMs() });
    this.#wait();
  }

  /** A use that was noted before this process began, in whatever order. Passed over where a newer one is known. */
  recall({ keyArn, operation, atMs }: KeptUse): void {
    const { ring } = this.#parts;
    if (!isShown(keyOf(ring, keyArn))) return;
    const known = this.of(keyArn);
    if (known !== undefined && atMs - recordedWithinMs <= known.atMs) return;
    this.#pending.set(keyArn, { operation, atMs });
    this.#wait();
  }

  /** All uses until then are kept: each change keeps all that came before it. */
  get keptUntilMs(): number {
    let untilMs = 0;
    for (const { atMs } of this.#parts.ring.lastUses()) untilMs = Math.max(untilMs, atMs);
    return untilMs;
  }

  of(keyArn: string): LastUse | undefined {
    return this.#pending.get(keyArn) ?? this.#parts.ring.lastUse(keyArn);
  }

  /** Keeps what is not kept yet. Never rejects. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#keep();
    // A failure has begun to wait again.
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer ??= this.#parts.clock.after(keptEveryMs, () => {
      this.#timer = undefined;
      return this.#keep();
    });
  }

  async #keep(): Promise<void> {
    const { ring, milestones, log } = this.#parts;
    const pending = [...this.#pending];
    if (pending.length === 0) return;
    try {
      await ring.change(() => {
        const lastUses = pending.flatMap(([keyArn, use]): KeptUse[] =>
          isShown(keyOf(ring, keyArn)) ? [{ keyArn, ...use }] : [],
        );
        const isFirst = lastUses.length > 0 && milestones.of(milestoneName) === undefined;
        const begun = isFirst ? [{ name: milestoneName, text: String(this.sinceMs) }] : [];
        return { lastUses, milestones: begun, result: undefined };
      });
    } catch (fault) {
      log.warn({ fault }, 'What keys were last used for could not be kept; it is tried again.');
      this.#wait();
      return;
    }
    // What came meanwhile is another object.
    for (const [keyArn, use] of pending) if (this.#pending.get(keyArn) === use) this.#pending.delete(keyArn);
    if (this.#pending.size > 0) this.#wait();
  }
}

/** The table service's own keys are shown to nobody, and their first use comes before a store is whole. */
function isShown(key: KeyRecord | undefined): boolean {
  return key !== undefined && key.owner !== 'OWNED';
}

function keyOf(ring: KeyRing, arn: string): KeyRecord | undefined {
  return ring.key(arn.slice(arn.indexOf('/') + 1), regionOf(arn));
}
