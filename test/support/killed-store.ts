/** A page store that is killed: commits under way may be durable or not, nobody hears, and nothing answers any more. */
import { Outage } from '../../src/base/errors.ts';
import type { PageStore, StoreChange } from '../../src/store/page-store.ts';

/** So many turns of the event loop a commit takes at most. */
const commitTurnsMax = 4;

export class KilledStore implements PageStore {
  readonly #store: PageStore;
  readonly #random: () => number;
  #underWay: StoreChange | undefined;
  #isDead = false;

  constructor(store: PageStore, random: () => number) {
    this.#store = store;
    this.#random = random;
  }

  /** Resolves once what is durable stays as it is. */
  async kill(): Promise<void> {
    this.#isDead = true;
    const change = this.#underWay;
    if (change !== undefined && this.#random() < 0.5) await this.#store.commit(change);
  }

  async commit(change: StoreChange): Promise<void> {
    this.#mustLive();
    this.#underWay = change;
    const turns = Math.floor(this.#random() * commitTurnsMax);
    for (let turn = 0; turn <= turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    this.#mustLive();
    this.#underWay = undefined;
    await this.#store.commit(change);
  }

  readHeads(trees: readonly number[]) {
    this.#mustLive();
    return this.#store.readHeads(trees);
  }

  readPages(tree: number, ids: readonly number[], atOnce?: boolean) {
    this.#mustLive();
    return this.#store.readPages(tree, ids, atOnce);
  }

  listPages(tree: number, after: number, limit: number) {
    this.#mustLive();
    return this.#store.listPages(tree, after, limit);
  }

  listTrees(after: number, limit: number) {
    this.#mustLive();
    return this.#store.listTrees(after, limit);
  }

  close() {
    return this.#store.close();
  }

  #mustLive(): void {
    if (this.#isDead) throw new Outage('StoreUnavailable');
  }
}
