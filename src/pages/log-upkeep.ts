/** Brings long logs of references into their nodes, a stretch of a tree at a time, beside all other works. */
import { placeAt } from './node-place.ts';
import type { PageSource } from './page-source.ts';
import type { RefLogBounds } from './ref-log.ts';
import type { Transaction } from './transaction.ts';
import type { Tree } from './tree.ts';
import type { TreeState } from './tree-state.ts';
import type { TreeWriter } from './tree-writer.ts';

/** Nodes above leaves that one work looks at; it writes those, and the few above them, that the log knows more of. */
const nodesMax = 64;

export interface LogUpkeepParts {
  /** The open trees by number. */
  readonly trees: ReadonlyMap<number, Tree>;
  readonly refLog: RefLogBounds;
}

type Transact = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

export class LogUpkeep {
  readonly #parts: LogUpkeepParts;
  readonly #transact: Transact;
  /** Trees whose logs are being brought in. */
  readonly #atWork = new Set<TreeState>();

  constructor(parts: LogUpkeepParts, transact: Transact) {
    this.#parts = parts;
    this.#transact = transact;
  }

  /** To be called after a commit, with the trees that it changed. What goes wrong is left to the next one: till then a log is longer. */
  look(changed: Iterable<TreeState>): void {
    for (const state of changed) {
      const tree = this.#parts.trees.get(state.id);
      if (tree === undefined || this.#atWork.has(state)) continue;
      if (state.log.pageCount <= this.#parts.refLog.pagesMax) continue;
      this.#atWork.add(state);
      this.#run(tree)
        .catch(() => {})
        .finally(() => this.#atWork.delete(state));
    }
  }

  async #run(tree: Tree): Promise<void> {
    const { version } = tree.state.committed;
    let from: Uint8Array | undefined = new Uint8Array();
    while (from !== undefined) {
      const begin: Uint8Array = from;
      from = await this.#transact((tx) => tx.takeUp(tree, begin));
    }
    tree.state.log.settle(version);
  }
}

/** Within a transaction on the tree. Resolves with where the next stretch begins, or undefined at the end. */
export async function takeUp(
  { source, writer }: { readonly source: PageSource; readonly writer: TreeWriter },
  tree: TreeState,
  from: Uint8Array,
): Promise<Uint8Array | undefined> {
  let next: Uint8Array | undefined = from;
  for (let looked = 0; looked < nodesMax && next !== undefined; looked++) {
    const key: Uint8Array = next;
    const place = await placeAt(source, { tree, key, level: 1, take: () => {} });
    if (place.path.some((id) => tree.log.has(id))) await writer.ownAbove(tree, key);
    next = place.next;
  }
  return next;
}
