/** Keeps the anchor of the audit trail close behind it. */
import type { Clock, Timer } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { AnchorPlace } from '../store/anchor-file.ts';
import type { TrailKey } from './segment.ts';
import { sealTrailAnchor, type TrailAnchor } from './trail-anchor.ts';

/**
 * From a record to the anchor that knows of it, and again after a failure. What was recorded later than this before the
 * end of a process that died can be cut off unnoticed; one that closes leaves nothing to cut.
 */
export const anchorIntervalMs = 1_000;

export interface AnchoringOptions {
  readonly key: TrailKey;
  readonly anchor: AnchorPlace;
  readonly clock: Clock;
  readonly log?: Log;
}

/** Records never wait for it. */
export class TrailAnchoring {
  readonly #options: AnchoringOptions;
  readonly #log: Log;
  readonly #current: () => TrailAnchor;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isBehind = false;

  constructor(options: AnchoringOptions, current: () => TrailAnchor) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#current = current;
  }

  /** There is more now than the anchor knows of. */
  fallBehind(): void {
    this.#isBehind = true;
    this.#timer ??= this.#options.clock.after(anchorIntervalMs, () => {
      this.#timer = undefined;
      return this.#catchUp();
    });
  }

  /** Rejects with the system's error. */
  write(): Promise<void> {
    const { key, anchor } = this.#options;
    // One after another: the older one must not come last.
    const written = this.#writing.then(() => anchor.write(sealTrailAnchor(key, this.#current())));
    this.#writing = written.catch(() => {});
    return written;
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    if (this.#isBehind) await this.#catchUp();
    this.#timer?.cancel();
    await this.#writing;
  }

  async #catchUp(): Promise<void> {
    this.#isBehind = false;
    try {
      await this.write();
    } catch (fault) {
      this.#log.warn({ fault }, 'The anchor of the audit trail could not be written; it is tried again.');
      this.fallBehind();
    }
  }
}
