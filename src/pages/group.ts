/** Works that become durable together, and what they change. */
import { Outage } from '../base/errors.ts';
import type { StoreChange } from '../store/page-store.ts';
import { copyHead } from './head.ts';
import { plainPageBytes } from './layout.ts';
import type { PageBuffers } from './page-cache.ts';
import type { RefLogBounds } from './ref-log.ts';
import { sealChange } from './seal-change.ts';
import type { PageSealer } from './sealed-page.ts';
import type { Tree } from './tree.ts';
import { newTreeChange, type TreeChange, type TreePin, type TreeState } from './tree-state.ts';

/** How much one store commit may carry; one work alone may exceed it. */
export const groupWorksMax = 1024;
export const groupBytesMax = 32 * 2 ** 20;

/** `isFinal`: the fault stays even when the group's works run again. */
export type Outcome =
  | { readonly value: unknown }
  | { readonly fault: unknown }
  | { readonly fault: unknown; readonly isFinal: true };

/** One call of `transact`, until its caller has heard. */
export interface Work {
  readonly run: (work: Work) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: unknown) => void;
  /** The trees it has changed in this run. */
  readonly touched: TreeState[];
  /** How often another process was first. */
  conflicts: number;
  outcome: Outcome | undefined;
}

export function touchTree({ touched }: Work, tree: TreeState): void {
  if (!touched.includes(tree)) touched.push(tree);
}

export interface TreeDrop {
  readonly id: number;
  readonly expected: number;
  readonly tree: Tree | undefined;
}

/** A tree's cipher refused to seal. */
export class SealFault extends Error {
  readonly tree: TreeState;

  constructor(tree: TreeState, cause: unknown) {
    super('A tree could not be sealed.', { cause });
    this.tree = tree;
  }
}

export class Group {
  readonly works: Work[] = [];
  readonly changes = new Map<TreeState, TreeChange>();
  readonly created = new Map<number, Tree>();
  readonly drops: TreeDrop[] = [];
  readonly #pins = new Map<TreeState, TreePin>();
  readonly settled: Promise<void>;
  readonly settle: () => void;
  /** Its one work shares it with no other. */
  isAlone = false;

  constructor() {
    let settle: () => void = () => {};
    this.settled = new Promise((resolve) => {
      settle = resolve;
    });
    this.settle = settle;
  }

  get isEmpty(): boolean {
    return this.changes.size === 0 && this.drops.length === 0;
  }

  get hasRoom(): boolean {
    if (this.works.length >= (this.isAlone ? 1 : groupWorksMax)) return false;
    let pages = 0;
    for (const change of this.changes.values()) pages += change.pages.size + change.overflow.size;
    return pages * plainPageBytes < groupBytesMax;
  }

  /** From now on the tree's head must not move under this group; see TreePin. */
  pin(tree: TreeState): void {
    if (tree.pin !== undefined) return;
    tree.pin = { isSettled: !tree.stale, isOvertaken: false };
    this.#pins.set(tree, tree.pin);
  }

  /** True where what its works have read is of two states. */
  get isOvertaken(): boolean {
    return [...this.#pins.values()].some((pin) => pin.isOvertaken);
  }

  /** Trees may move on: all is gathered. */
  unpin(): void {
    for (const tree of this.#pins.keys()) tree.pin = undefined;
    this.#pins.clear();
  }

  /** The change this group makes to a tree, begun on the newest state there is. */
  changeOf(tree: TreeState): TreeChange {
    if (tree.change !== undefined) return tree.change;
    const base = tree.flight?.head ?? tree.committed;
    const head = copyHead(base);
    head.version = base.version + 1;
    const change = newTreeChange({ base, head, evictions: tree.evictions, settled: this.settled });
    tree.change = change;
    this.changes.set(tree, change);
    return change;
  }

  /** Takes a tree's change back, as if it had not been. */
  forget(tree: TreeState, buffers: PageBuffers): void {
    const change = this.changes.get(tree);
    if (change === undefined) return;
    this.changes.delete(tree);
    for (const bytes of change.pages.values()) buffers.giveBack(bytes);
    if (tree.change === change) tree.change = undefined;
    if (tree.flight === change) tree.flight = undefined;
    // Ids that the change took or gave back may be in use.
    tree.freeIds = [];
    tree.epoch++;
  }

  /** Takes all that was gathered back. */
  takeBack(buffers: PageBuffers): void {
    this.unpin();
    for (const tree of [...this.changes.keys()]) this.forget(tree, buffers);
    for (const { tree } of this.drops) if (tree !== undefined) tree.state.dropping = undefined;
  }

  /** Throws SealFault where a tree's key has gone. What runs alone had no room before: it logs nothing, which takes some. */
  seal(sealer: PageSealer, { nodesMin }: RefLogBounds): StoreChange {
    const logFrom = this.isAlone ? Number.POSITIVE_INFINITY : nodesMin;
    const puts = [];
    const deletes = [];
    const heads = [];
    sealer.begin();
    for (const [tree, change] of this.changes) {
      try {
        const sealed = sealChange(sealer, tree, change, logFrom);
        puts.push(...sealed.puts);
        heads.push(sealed.head);
      } catch (fault) {
        throw new SealFault(tree, fault);
      }
      for (const id of change.deletes) deletes.push({ tree: tree.id, id });
    }
    const drops = this.drops.map(({ id, expected }) => ({ tree: id, expected }));
    return { puts, deletes, heads, drops };
  }
}

/** Outages after which the store is known to be as it was before the commit. */
export function changedNothing(fault: unknown): fault is Outage {
  return fault instanceof Outage && (fault.code === 'StoreConflict' || fault.code === 'StoreFull');
}
