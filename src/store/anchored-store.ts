/** A page store whose newest state is anchored: judged against the anchor when it opens, and anchored again as it changes. */
import type { Clock, Timer } from '../base/clock.ts';
import { IntegrityFault, Outage } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import {
  type AcceptedRollback,
  type Anchor,
  type AnchoredHead,
  type AnchorKey,
  anchoredHead,
  openAnchor,
  rollbackOf,
  sealAnchor,
} from './anchor.ts';
import type { AnchorPlace } from './anchor-file.ts';
import type { PageSnapshot, PageStore, StoreChange } from './page-store.ts';

export interface AnchorOptions {
  /** The caller's to close, after this. */
  readonly store: PageStore;
  readonly storeId: Uint8Array;
  /** Trees that a store which holds anything never loses. */
  readonly lastingTrees: readonly number[];
  readonly place: AnchorPlace;
  /** The caller's to destroy, after this. */
  readonly key: AnchorKey;
  readonly clock: Clock;
  readonly log: Log;
  /** Go on with a store that its anchor speaks against. */
  readonly acceptRollback: boolean;
}

/**
 * From a commit to the anchor that knows of it, and again after a failure. What was committed later than this before the end of
 * a process that died can be taken back unnoticed; one that closes loses nothing.
 */
export const anchorIntervalMs = 1_000;

const listedMax = 256;

/** Commits never wait for an anchor. */
export class AnchoredStore implements PageStore {
  readonly #options: AnchorOptions;
  readonly #storeId: string;
  readonly #heads: Map<number, AnchoredHead>;
  readonly #accepted: readonly AcceptedRollback[];
  /** See PageStore: others commit to this store too. */
  readonly commitMark?: () => number;
  readonly snapshot?: () => PageSnapshot;
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  /** Changes since the anchor that was written last. */
  #isBehind = false;
  #isClosed = false;

  private constructor(
    options: AnchorOptions,
    heads: Map<number, AnchoredHead>,
    accepted: readonly AcceptedRollback[],
  ) {
    this.#options = options;
    this.#storeId = hex(options.storeId);
    this.#heads = heads;
    this.#accepted = accepted;
    const { store } = options;
    if (store.commitMark !== undefined) this.commitMark = () => store.commitMark?.() ?? 0;
    if (store.snapshot !== undefined) this.snapshot = store.snapshot.bind(store);
  }

  /**
   * Throws Outage StoreRolledBack, with what was expected and found, and IntegrityFault for a changed anchor, unless
   * `acceptRollback` is set; StoreUnavailable where the place can be neither read nor written.
   */
  static async open(options: AnchorOptions): Promise<AnchoredStore> {
    const { store, clock, log, acceptRollback } = options;
    const heads = await headsOf(store);
    const { anchor, rollback } = await judge(options, heads);
    const accepted = [...(anchor?.accepted ?? [])];
    if (rollback !== undefined) {
      if (!acceptRollback) throw rollback;
      accepted.push({ atMs: clock.nowMs(), rollback: rollback.message });
      log.warn({ rollback: rollback.message }, 'A store that was put back is taken as it is, as demanded.');
    }
    const anchored = new AnchoredStore(options, heads, accepted);
    if (anchor === undefined && heads.size > 0 && rollback === undefined) {
      log.warn({}, 'The store has no anchor yet: it is taken as it is, and anchored from now on.');
    }
    if (rollback !== undefined || !sameHeads(anchor?.heads, heads)) await anchored.#writeFirst();
    return anchored;
  }

  readHeads(trees: readonly number[]) {
    return this.#options.store.readHeads(trees);
  }

  readPages(tree: number, ids: readonly number[], atOnce?: boolean) {
    return this.#options.store.readPages(tree, ids, atOnce);
  }

  listPages(tree: number, after: number, limit: number) {
    return this.#options.store.listPages(tree, after, limit);
  }

  listTrees(after: number, limit: number) {
    return this.#options.store.listTrees(after, limit);
  }

  readTogether<T>(work: () => T): T {
    const { store } = this.#options;
    return store.readTogether === undefined ? work() : store.readTogether(work);
  }

  async commit(change: StoreChange): Promise<void> {
    // Their memory is the caller's again once the store has its copy.
    const heads = change.heads.map((head) => [head.tree, anchoredHead(head)] as const);
    const dropped = change.drops.map(({ tree }) => tree);
    await this.#options.store.commit(change);
    for (const [tree, head] of heads) this.#heads.set(tree, head);
    for (const tree of dropped) this.#heads.delete(tree);
    this.#isBehind = true;
    this.#wait();
  }

  /** Anchors the last commit. Rejects where that fails: the store is sound, but its newest commits are not anchored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#writing;
    if (this.#isBehind) await this.#write();
  }

  #wait(): void {
    if (this.#timer !== undefined || this.#writing !== undefined || this.#isClosed) return;
    this.#timer = this.#options.clock.after(anchorIntervalMs, () => {
      this.#timer = undefined;
      this.#writing = this.#writeOrTell().finally(() => {
        this.#writing = undefined;
        if (this.#isBehind) this.#wait();
      });
      return this.#writing;
    });
  }

  async #writeOrTell(): Promise<void> {
    try {
      await this.#write();
    } catch (fault) {
      this.#options.log.warn({ fault }, 'The anchor could not be written; it will be tried again.');
    }
  }

  async #writeFirst(): Promise<void> {
    // An empty store has nothing to lose yet.
    if (this.#heads.size > 0) await this.#write();
  }

  async #write(): Promise<void> {
    const { store, place, key, clock } = this.#options;
    // What others have committed is not to be forgotten by an anchor of ours.
    if (store.commitMark !== undefined) {
      for (const [tree, head] of await headsOf(store)) this.#heads.set(tree, head);
    }
    const sealed = sealAnchor(key, {
      storeId: this.#storeId,
      writtenMs: clock.nowMs(),
      heads: this.#heads,
      accepted: this.#accepted,
    });
    this.#isBehind = false;
    try {
      await place.write(sealed);
    } catch (cause) {
      this.#isBehind = true;
      throw new Outage('StoreUnavailable', { cause, hint: 'Its anchor could not be written.' });
    }
  }
}

async function judge(
  options: AnchorOptions,
  heads: ReadonlyMap<number, AnchoredHead>,
): Promise<{ anchor?: Anchor; rollback?: Outage | IntegrityFault }> {
  const { place, key, storeId, lastingTrees } = options;
  const sealed = await place.read().catch((cause: unknown) => {
    if (cause instanceof IntegrityFault) throw cause;
    throw new Outage('StoreUnavailable', { cause, hint: 'Its anchor could not be read.' });
  });
  if (sealed === undefined) return {};
  let anchor: Anchor;
  try {
    anchor = openAnchor(key, sealed);
  } catch (fault) {
    if (fault instanceof IntegrityFault) return { rollback: fault };
    throw fault;
  }
  const hint = rollbackOf(anchor, { storeId: hex(storeId), heads, lastingTrees });
  if (hint === undefined) return { anchor };
  return { anchor, rollback: new Outage('StoreRolledBack', { hint }) };
}

/** The heads as they lie there: their seals are checked where they are used. */
async function headsOf(store: PageStore): Promise<Map<number, AnchoredHead>> {
  const heads = new Map<number, AnchoredHead>();
  for (let after = -1; ; ) {
    const trees = await store.listTrees(after, listedMax);
    for (const head of await store.readHeads(trees)) {
      if (head !== undefined) heads.set(head.tree, anchoredHead(head));
    }
    after = trees.at(-1) ?? after;
    if (trees.length < listedMax) return heads;
  }
}

function sameHeads(
  anchored: ReadonlyMap<number, AnchoredHead> | undefined,
  heads: ReadonlyMap<number, AnchoredHead>,
): boolean {
  if (anchored?.size !== heads.size) return false;
  for (const [tree, { version, tag }] of heads) {
    const other = anchored.get(tree);
    if (other?.version !== version || other.tag !== tag) return false;
  }
  return true;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
