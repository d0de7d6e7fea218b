/**
 * Seals what a group changed in one tree: overflow pages, then level by level, as parents hold their children's tags, then the
 * log of the references whose nodes are not written (ref-log.ts), and the head.
 */
import { assert } from '../base/errors.ts';
import type { HeadPut, PagePut } from '../store/page-store.ts';
import { encodeHead } from './head.ts';
import {
  innerRefAt,
  overflowEntryBytes,
  overflowListHeaderBytes,
  overflowPageCount,
  overflowPlainBytes,
  pageKind,
  plainPageBytes,
  readU32,
  readU48,
  refTagAt,
  refVersionAt,
  writeU48,
} from './layout.ts';
import { cellAt, cellCount, isOverflowCell, isSoundNode, nodeLevel, valueAt } from './node.ts';
import type { LoggedRef } from './ref-log.ts';
import { sealLog } from './seal-log.ts';
import type { PageSealer, PlainPage } from './sealed-page.ts';
import { copyTag } from './sealed-page.ts';
import type { TreeChange, TreeState } from './tree-state.ts';

/** A page to seal, and where its tag goes. */
interface Sealing extends PlainPage {
  readonly tags: Uint8Array;
  readonly tagAt: number;
}

export interface SealedChange {
  readonly puts: PagePut[];
  readonly head: HeadPut;
}

/** `logFrom`: see RefLogBounds.nodesMin. Throws what the tree's cipher throws; then the change is to be discarded. */
export function sealChange(
  sealer: PageSealer,
  tree: TreeState,
  change: TreeChange,
  logFrom: number,
): SealedChange {
  const { head, base } = change;
  const collection = new Collection(change, keepable(change) >= logFrom);
  collection.node(head.rootRef, 0, undefined);
  const { overflow, levels, logged, kept } = collection;
  const puts: PagePut[] = [];
  for (const pages of [overflow, ...levels]) {
    if (pages.length === 0) continue;
    const bodies = sealer.seal(tree.cipher, tree.id, head.version, pageKind.page, pages);
    for (let i = 0; i < pages.length; i++) {
      const { page, tags, tagAt } = pages[i] as Sealing;
      const body = bodies[i] as Uint8Array;
      copyTag(body, tags, tagAt);
      puts.push({ tree: tree.id, id: page, version: head.version, body });
    }
  }
  assert(
    puts.length + kept === change.pages.size + change.overflow.size,
    'a tree reaches all that was changed in it',
  );
  const nodes = levels.slice(1).flatMap((level) => level.map(({ page }) => page));
  puts.push(...sealLog(sealer, tree, change, { nodes, logged }));
  const body = sealer.sealOne(tree.cipher, tree.id, head.version, pageKind.head, 0, encodeHead(head));
  return { puts, head: { tree: tree.id, expected: base.version, version: head.version, body } };
}

/** How many nodes have changed in their children's references alone. */
function keepable({ pages, reshaped }: TreeChange): number {
  let count = 0;
  for (const node of pages.values()) if (nodeLevel(node) > 0 && !reshaped.has(node)) count++;
  return count;
}

/** Walks the changed nodes from the root; a reference to one bears the commit's version. */
class Collection {
  readonly overflow: Sealing[] = [];
  readonly levels: Sealing[][] = [];
  /** To nodes that are written below one that is not. */
  readonly logged: LoggedRef[] = [];
  /** Nodes that stay as the store has them: only their children's references have changed. */
  kept = 0;
  readonly #change: TreeChange;
  readonly #isLogging: boolean;

  constructor(change: TreeChange, isLogging: boolean) {
    this.#change = change;
    this.#isLogging = isLogging;
  }

  /** `keptParent`: the node that has this reference, where that is not written. */
  node(ref: Uint8Array, refAt: number, keptParent: number | undefined): void {
    const { head, pages, reshaped, changedRefs, versions, overflow } = this.#change;
    if (readU48(ref, refAt + refVersionAt) !== head.version) return;
    const page = readU48(ref, refAt);
    const node = pages.get(page);
    assert(node !== undefined && isSoundNode(node), 'a changed node is there and sound');
    const level = nodeLevel(node);
    const isKept = this.#isLogging && level > 0 && !reshaped.has(node);
    if (isKept) {
      const before = versions.get(page);
      assert(before !== undefined, 'a node that was made now is written');
      writeU48(ref, refAt + refVersionAt, before);
      this.kept++;
    } else {
      this.#write(level, {
        page,
        plain: node,
        plainBytes: plainPageBytes,
        tags: ref,
        tagAt: refAt + refTagAt,
      });
      if (keptParent !== undefined) this.logged.push({ parent: keptParent, ref, refAt });
    }
    if (level === 0) {
      if (overflow.size > 0) collectOverflow(this.#change, node, this.overflow);
      return;
    }
    const parent = isKept ? page : undefined;
    if (!reshaped.has(node)) {
      for (const childAt of changedRefs.get(node) ?? []) this.node(node, childAt, parent);
      return;
    }
    const count = cellCount(node);
    for (let i = 0; i < count; i++) this.node(node, cellAt(node, i) + innerRefAt, parent);
  }

  #write(level: number, sealing: Sealing): void {
    while (this.levels.length <= level) this.levels.push([]);
    this.levels[level]?.push(sealing);
  }
}

function collectOverflow(change: TreeChange, leaf: Uint8Array, overflow: Sealing[]): void {
  const count = cellCount(leaf);
  for (let i = 0; i < count; i++) {
    const cell = cellAt(leaf, i);
    if (!isOverflowCell(leaf, cell)) continue;
    const list = valueAt(leaf, cell);
    if (readU48(leaf, list + 4) !== change.head.version) continue;
    const size = readU32(leaf, list);
    for (let index = 0; index < overflowPageCount(size); index++) {
      const entry = list + overflowListHeaderBytes + index * overflowEntryBytes;
      const page = readU48(leaf, entry);
      const plain = change.overflow.get(page);
      assert(plain !== undefined, 'a changed value has all its pages');
      const plainBytes = overflowPlainBytes(size, index);
      overflow.push({ page, plain, plainBytes, tags: leaf, tagAt: entry + 6 });
    }
  }
}
