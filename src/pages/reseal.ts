/** Seals pages again that are under an older data key: a stretch of a tree at a time, as a commit like any other. */
import type { PageStore } from '../store/page-store.ts';
import { namedDataKey } from './census.ts';
import { overflowEntryBytes, overflowListHeaderBytes, overflowPageCount, readU48 } from './layout.ts';
import { cellAt, cellCount, cellKey, isOverflowCell, valueAt, valueBytes } from './node.ts';
import { placeAt } from './node-place.ts';
import type { PageSource } from './page-source.ts';
import { getValue } from './tree.ts';
import type { TreeState } from './tree-state.ts';
import type { TreeWriter } from './tree-writer.ts';

/** Which stretch: from a key on, or from the beginning, until so many leaves were looked at or pages sealed. */
export interface ResealStretch {
  readonly from?: Uint8Array;
  readonly leavesMax: number;
  /** One leaf, or one value, may exceed it. */
  readonly pagesMax: number;
}

export interface Resealed {
  /** Pages that were under another data key than the tree is sealed with now. */
  readonly pages: number;
  /** Leaves that were looked at. */
  readonly leaves: number;
  /** Where the next stretch begins; undefined at the end of the tree. */
  readonly next: Uint8Array | undefined;
}

export interface ResealParts {
  readonly store: PageStore;
  readonly source: PageSource;
  readonly writer: TreeWriter;
}

interface OverflowValue {
  readonly key: Uint8Array;
  readonly pages: readonly number[];
}

/** To be called within a transaction on the tree. What is sealed already, in whatever order, is left alone. */
export async function reseal(
  parts: ResealParts,
  tree: TreeState,
  { from = new Uint8Array(), leavesMax, pagesMax }: ResealStretch,
): Promise<Resealed> {
  const { source, writer, store } = parts;
  let pages = 0;
  let leaves = 0;
  let next: Uint8Array | undefined = from;
  // Every change seals the head: a tree of which the head alone is left needs one.
  let needsChange = from.length === 0 && (await isHeadOld(store, tree));
  while (leaves < leavesMax && pages < pagesMax && next !== undefined) {
    const key: Uint8Array = next;
    leaves++;
    const leaf = await placeAt(source, { tree, key, level: 0, take: overflowValues });
    const oldPath = await oldOnes(store, tree, leaf.path);
    // Pages of the log are under older keys too: once no node needs them, they go.
    const isLogged = leaf.path.some((id) => tree.log.has(id));
    if (oldPath > 0 || isLogged || needsChange) await writer.own(tree, key);
    needsChange = false;
    pages += oldPath;
    for (const value of leaf.taken) {
      const oldValue = await oldOnes(store, tree, value.pages);
      if (oldValue === 0) continue;
      await putAgain(parts, tree, value.key);
      pages += oldValue;
      // The rest of this leaf belongs to the next stretch.
      if (pages >= pagesMax) return { pages, leaves, next: key };
    }
    next = leaf.next;
  }
  return { pages, leaves, next };
}

async function isHeadOld(store: PageStore, tree: TreeState): Promise<boolean> {
  const [head] = await store.readHeads([tree.id]);
  return head !== undefined && isOld(tree, head.body);
}

/** How many of these pages are stored under another data key, and are not being sealed anew already. */
async function oldOnes(store: PageStore, tree: TreeState, ids: readonly number[]): Promise<number> {
  const { change } = tree;
  const settled = ids.filter((id) => !(change?.pages.has(id) === true || change?.overflow.has(id) === true));
  if (settled.length === 0) return 0;
  const found = await store.readPages(tree.id, settled);
  return found.filter((page) => page !== undefined && isOld(tree, page.body)).length;
}

function isOld(tree: TreeState, body: Uint8Array): boolean {
  return namedDataKey(body, { tree: tree.id }) !== tree.cipher.dataKeyId;
}

/** Its overflow pages are given back, and others are taken for the same value. */
async function putAgain({ source, writer }: ResealParts, tree: TreeState, key: Uint8Array): Promise<void> {
  const value = await getValue(source, source.working, tree, key);
  if (value !== undefined) await writer.put(tree, key, value);
}

function overflowValues(leaf: Uint8Array): readonly OverflowValue[] {
  const values: OverflowValue[] = [];
  for (let i = 0; i < cellCount(leaf); i++) {
    const cell = cellAt(leaf, i);
    if (!isOverflowCell(leaf, cell)) continue;
    const list = valueAt(leaf, cell) + overflowListHeaderBytes;
    const count = overflowPageCount(valueBytes(leaf, cell));
    const pages = Array.from({ length: count }, (_, page) => readU48(leaf, list + page * overflowEntryBytes));
    values.push({ key: cellKey(leaf, cell).slice(), pages });
  }
  return values;
}
