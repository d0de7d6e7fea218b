/** Gives tables new data keys when those they have are due, and moves what is under older ones in the background. */
import type { Clock, Timer } from '../base/clock.ts';
import { isRefusal } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { TableIdentity, TableKeys } from '../keys/table-keys.ts';
import { takeCensus } from '../pages/census.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { DataKeyUpkeep } from '../tables/data-key-upkeep.ts';

export const reEncryptionIntervalMs = 10 * 60_000;
const pagesPerSecondDefault = 2000;
/** So long the key of a table is used before the key service is asked again. */
const boutMs = 60_000;
/** What one commit may carry, so that other writes need not wait for long. */
const stretchPagesMax = 64;
const stretchLeavesMax = 64;
/** So many leaves that need not be moved cost about as much as one that must. */
const leavesPerMove = 8;
/** Walks through one tree in a look: the second one finds what the first has missed, if there can be such a thing. */
const walksMax = 3;

export interface ReEncryptionOptions {
  readonly upkeep: DataKeyUpkeep;
  readonly keys: Pick<TableKeys, 'withService' | 'cipher'>;
  readonly engine: Pick<PageEngine, 'openTree' | 'reseal' | 'transact' | 'store'>;
  readonly clock: Clock;
  readonly log?: Log;
  /** From the end of one look to the next. */
  readonly intervalMs?: number;
  readonly pagesPerSecond?: number;
}

/** Pages that were moved, and that were under older data keys at the beginning. */
export type MoveProgress = (done: number, total: number) => void;

/** Keeps nothing in mind: pages say themselves which data key they are under, so that a restart goes on where it was. */
export class ReEncryption {
  readonly #options: ReEncryptionOptions;
  readonly #log: Log;
  #looking: Promise<void> | undefined;
  #timer: Timer | undefined;
  #endPause: (() => void) | undefined;
  /** Those who wait for a table, so that no pause is made. */
  #hurryCount = 0;
  #isStarted = false;
  #isStopped = false;

  constructor(options: ReEncryptionOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  /** Looks at once, and then after each interval. A second call does nothing. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#wait(0);
  }

  /** Ends after the commit under way; what is left is moved after the next start of the engine. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#endPause?.();
    await this.#looking;
  }

  /** For a data key of which `onDataKeyNotice` told. May be called while pages are sealed. */
  notice({ id }: TableIdentity): void {
    this.#options.clock.after(0, () => {
      if (this.#isStopped) return;
      void this.#options.upkeep.allowMore(id);
      if (this.#isStarted && this.#options.upkeep.due(id).length > 0) this.#wait(0);
    });
  }

  /** Looks at every table; joins a look that is under way. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Moves this table's pages as fast as it goes. Rejects with what keeps it from that: TableKeyRefused, an outage. */
  async finish(table: TableIdentity, progress?: MoveProgress): Promise<void> {
    this.#hurryCount++;
    this.#endPause?.();
    try {
      await this.#looking;
      const moving = this.#lookAt(table, progress);
      this.#looking = moving
        .catch(() => {})
        .finally(() => {
          this.#looking = undefined;
        });
      await moving;
    } finally {
      this.#hurryCount--;
    }
  }

  #wait(delayMs: number): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.after(delayMs, () => {
      const { intervalMs = reEncryptionIntervalMs } = this.#options;
      return this.look().then(() => this.#wait(intervalMs));
    });
  }

  async #lookAtAll(): Promise<void> {
    for (const table of this.#options.upkeep.tables()) {
      if (this.#isStopped) return;
      try {
        await this.#lookAt(table);
      } catch (fault) {
        if (isRefusal(fault, 'TableNotFound')) continue;
        this.#log.warn(
          { table: table.id, fault },
          'A table keeps its older data keys for now; this is tried again.',
        );
      }
    }
  }

  async #lookAt(table: TableIdentity, progress?: MoveProgress): Promise<void> {
    const { upkeep } = this.#options;
    const due = upkeep.due(table.id);
    if (due.length > 0) await upkeep.rotate(table.id, due);
    for (const tree of upkeep.unfinished(table.id)) await this.#move(table, tree, progress);
  }

  async #move(table: TableIdentity, tree: number, progress: MoveProgress = () => {}): Promise<void> {
    const { upkeep, keys } = this.#options;
    await upkeep.allowMore(table.id);
    for (let walks = 0; ; walks++) {
      const { dataKeyId } = keys.cipher(table.id, tree);
      const left = await this.#countOlder(tree, dataKeyId);
      if (left === undefined) {
        // Nobody has sealed with an older one since: then a page that was not counted could be under it.
        if (keys.cipher(table.id, tree).dataKeyId === dataKeyId)
          await upkeep.dropOlder(table.id, tree, dataKeyId);
        return;
      }
      if (walks === walksMax) {
        this.#log.warn({ table: table.id, tree, pages: left }, 'Pages are still under an older data key.');
        return;
      }
      let done = 0;
      const moved = (pages: number) => {
        done += pages;
        progress(Math.min(done, left), left);
      };
      if (!(await this.#walk(table, tree, moved))) return;
    }
  }

  /** Pages under other data keys than this; undefined where there are none, and the head is not under one either. */
  async #countOlder(tree: number, dataKeyId: number): Promise<number | undefined> {
    const { engine } = this.#options;
    // Whatever was sealed with an older one before it was replaced is in the store by then, or never will be.
    await engine.transact(() => undefined);
    const { head, pages } = await takeCensus(engine.store, tree);
    let older = 0;
    for (const [id, count] of pages) if (id !== dataKeyId) older += count;
    return older === 0 && head === dataKeyId ? undefined : older;
  }

  /** False where it was stopped. */
  async #walk(table: TableIdentity, tree: number, moved: (pages: number) => void): Promise<boolean> {
    const { keys, engine, clock } = this.#options;
    let from: Uint8Array | undefined = new Uint8Array();
    while (from !== undefined && !this.#isStopped) {
      await keys.withService(table, async () => {
        const opened = await engine.openTree(tree, keys.cipher(table.id, tree));
        const endMs = clock.monotonicMs() + boutMs;
        while (from !== undefined && !this.#isStopped && clock.monotonicMs() < endMs) {
          const beginMs = clock.monotonicMs();
          const stretch = { from, leavesMax: stretchLeavesMax, pagesMax: stretchPagesMax };
          const { pages, leaves, next } = await engine.reseal(opened, stretch);
          from = next;
          moved(pages);
          await this.#pause(Math.max(pages, leaves / leavesPerMove), beginMs);
        }
      });
    }
    return from === undefined;
  }

  /** Until so many pages may have been moved since `beginMs`; requests come in between in any case. */
  async #pause(pages: number, beginMs: number): Promise<void> {
    const { clock, pagesPerSecond = pagesPerSecondDefault } = this.#options;
    const leftMs = beginMs + (1000 * pages) / pagesPerSecond - clock.monotonicMs();
    if (leftMs <= 0 || this.#hurryCount > 0 || this.#isStopped) {
      await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = clock.after(leftMs, resolve);
      this.#endPause = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#endPause = undefined;
  }
}
