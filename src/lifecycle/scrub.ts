/** Opens every stored page again and again, slowly and a few at a time, to find what went bad before it is needed. */
import type { Clock, Timer } from '../base/clock.ts';
import { IntegrityFault, Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { VerifyFault } from '../pages/tree-walk.ts';
import { catalogId, catalogTree } from '../tables/catalog-root.ts';
import type { TreeOwner } from '../tables/table-summary.ts';
import type { Tables } from '../tables/tables.ts';

export interface ScrubOptions {
  readonly engine: Pick<PageEngine, 'verifySlice'>;
  readonly keys: Pick<TableKeys, 'withService' | 'cipher'>;
  readonly tables: Pick<Tables, 'summaries' | 'deletedSummaries'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly bytesPerSecond: number;
}

export interface ScrubStats {
  /** Times that every table was gone through. */
  readonly rounds: number;
  readonly pages: number;
  readonly bytes: number;
  /** Each time that a fault was met; one that stays is met in each round. */
  readonly faults: number;
  readonly firstFault?: { readonly table?: string } & VerifyFault;
}

/** Commits wait for one slice at most: half a megabyte, a few milliseconds. */
export const slicePages = 64;
/** For so long the key of a table is held before the key service is asked again. */
const stretchMs = 60_000;
/** A small store is not gone through more often. */
export const roundMsMin = 3_600_000;

interface Place {
  readonly tree: number;
  readonly table: TreeOwner | undefined;
}

export class Scrub {
  readonly #options: ScrubOptions;
  #stats = { rounds: 0, pages: 0, bytes: 0, faults: 0 };
  #firstFault: ScrubStats['firstFault'];
  #running: Promise<void> | undefined;
  #isStopped = false;
  #waiting: { readonly timer: Timer; readonly end: () => void } | undefined;

  constructor(options: ScrubOptions) {
    this.#options = options;
  }

  get stats(): ScrubStats {
    return { ...this.#stats, ...(this.#firstFault === undefined ? {} : { firstFault: this.#firstFault }) };
  }

  /** A second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the slice under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting?.timer.cancel();
    this.#waiting?.end();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#isStopped) {
      const begunMs = clock.monotonicMs();
      await this.#tree({ tree: catalogTree, table: undefined });
      for (const table of this.#owners()) {
        for (const tree of table.trees) await this.#tree({ tree, table });
      }
      if (this.#isStopped) return;
      this.#stats.rounds++;
      await this.#wait(roundMsMin - (clock.monotonicMs() - begunMs));
    }
  }

  #owners(): readonly TreeOwner[] {
    const { tables } = this.#options;
    return [...tables.summaries(), ...tables.deletedSummaries()];
  }

  /** Never rejects: what cannot be looked at now is looked at in the next round. */
  async #tree(place: Place): Promise<void> {
    const { table } = place;
    const { keys, log } = this.#options;
    try {
      let from: Uint8Array | undefined;
      do {
        const stretch = () => this.#stretch(place, from);
        from = await (table === undefined ? stretch() : keys.withService(table, stretch));
      } while (from !== undefined && !this.#isStopped);
    } catch (fault) {
      if (fault instanceof IntegrityFault) {
        this.#found(place, [{ tree: place.tree, problem: 'its keys do not open' }]);
      } else if (!(fault instanceof Refusal)) {
        log.warn({ tree: place.tree, fault }, 'A tree could not be looked through now.');
      }
      // Refused: without its key, or deleted meanwhile, there is nothing to be opened.
      await this.#wait(this.#paidMs(0));
    }
  }

  /** Slices until the tree ends or the key is to be asked for again: then resolves with where to go on. */
  async #stretch({ tree, table }: Place, start: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    const { engine, keys, clock } = this.#options;
    const cipher = keys.cipher(table?.id ?? catalogId, tree);
    const untilMs = clock.monotonicMs() + stretchMs;
    let from = start;
    while (!this.#isStopped) {
      const slice = await engine.verifySlice({ tree: { id: tree, cipher }, from, pagesMax: slicePages });
      this.#stats.pages += slice.pages;
      this.#stats.bytes += slice.bytes;
      this.#found({ tree, table }, slice.faults);
      await this.#wait(this.#paidMs(slice.bytes));
      if (slice.next === undefined) return undefined;
      from = slice.next;
      if (clock.monotonicMs() >= untilMs) return from;
    }
    return undefined;
  }

  #found({ tree, table }: Place, faults: readonly VerifyFault[]): void {
    const { log } = this.#options;
    if (faults.length === 0) return;
    // The pages of a table that was deleted meanwhile are not missed.
    if (table !== undefined && !this.#owners().some(({ trees }) => trees.includes(tree))) return;
    this.#stats.faults += faults.length;
    for (const fault of faults) {
      const named = { ...(table === undefined ? {} : { table: table.name }), ...fault };
      this.#firstFault ??= named;
      log.error(named, 'A stored page is not what was written.');
    }
  }

  /** How long so many bytes are to take; never nothing, so that a store without pages is no busy loop. */
  #paidMs(bytes: number): number {
    return Math.max(1, (bytes * 1000) / this.#options.bytesPerSecond);
  }

  #wait(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.#waiting = undefined;
        resolve();
      };
      this.#waiting = { timer: this.#options.clock.after(ms, end), end };
    });
  }
}
