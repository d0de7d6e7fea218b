/** A page store whose calls fail when a test says so, before they have done anything or after. */
import { Outage } from '../../src/base/errors.ts';
import type { PageStore, StoreChange } from '../../src/store/page-store.ts';

/** `before`: nothing was done. `after`: it was done, and the caller is told that it failed. */
export type FaultMoment = 'before' | 'after';

export interface StoreFault {
  readonly call: 'commit' | 'read';
  readonly moment: FaultMoment;
  /** Counted from 1, from now on. */
  readonly index: number;
  /** All from that one on, until the next `fail` or `mend`. */
  readonly isLasting: boolean;
}

export class FaultyStore implements PageStore {
  readonly #store: PageStore;
  readonly commitMark?: () => number;
  #fault: StoreFault | undefined;
  #calls = 0;
  /** How many calls have failed. */
  failed = 0;

  constructor(store: PageStore) {
    this.#store = store;
    const { commitMark } = store;
    if (commitMark !== undefined) this.commitMark = commitMark;
  }

  fail(fault: StoreFault): void {
    this.#fault = fault;
    this.#calls = 0;
  }

  mend(): void {
    this.#fault = undefined;
  }

  readHeads(trees: readonly number[]) {
    this.#mayFail('read', 'before');
    return this.#store.readHeads(trees);
  }

  readPages(tree: number, ids: readonly number[], atOnce?: boolean) {
    this.#mayFail('read', 'before');
    return this.#store.readPages(tree, ids, atOnce);
  }

  listPages(tree: number, after: number, limit: number) {
    return this.#store.listPages(tree, after, limit);
  }

  listTrees(after: number, limit: number) {
    return this.#store.listTrees(after, limit);
  }

  async commit(change: StoreChange): Promise<void> {
    const isDue = this.#isDue('commit');
    if (isDue && this.#fault?.moment === 'before') this.#throw();
    await this.#store.commit(change);
    if (isDue) this.#throw();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #mayFail(call: StoreFault['call'], moment: FaultMoment): void {
    if (this.#isDue(call) && this.#fault?.moment === moment) this.#throw();
  }

  #isDue(call: StoreFault['call']): boolean {
    const fault = this.#fault;
    if (fault?.call !== call) return false;
    this.#calls++;
    return fault.isLasting ? this.#calls >= fault.index : this.#calls === fault.index;
  }

  #throw(): never {
    this.failed++;
    throw new Outage('StoreUnavailable', { hint: 'The test wants it so.' });
  }
}
