/** Seals what a group changed in one tree: overflow pages, then level by level, as parents hold their children's tags. */
import { assert } from '../base/errors.ts';
import type { HeadPut, PagePut } from '../store/page-store.ts';
import { encodeHead } from './head.ts';
import {
  headPlainBytes,
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
} from './layout.ts';
import { cellAt, cellCount, isOverflowCell, isSoundNode, nodeLevel, valueAt } from './node.ts';
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

/** Throws what the tree's cipher throws; then the change is to be discarded. */
export function sealChange(sealer: PageSealer, tree: TreeState, change: TreeChange): SealedChange {
  const { head, base } = change;
  const levels: Sealing[][] = [];
  const overflow: Sealing[] = [];
  collect(change, head.rootRef, 0, levels, overflow);
  const puts: PagePut[] = [];
  for (const level of [overflow, ...levels]) {
    if (level.length === 0) continue;
    const bodies = sealer.seal(tree.cipher, tree.id, head.version, pageKind.page, level);
    for (let i = 0; i < level.length; i++) {
      const { page, tags, tagAt } = level[i] as Sealing;
      const body = bodies[i] as Uint8Array;
      copyTag(body, tags, tagAt);
      puts.push({ tree: tree.id, id: page, version: head.version, body });
    }
  }
  assert(
    puts.length === change.pages.size + change.overflow.size,
    'a tree reaches all that was changed in it',
  );
  const plain: PlainPage = { page: 0, plain: encodeHead(head), plainBytes: headPlainBytes };
  const [body] = sealer.seal(tree.cipher, tree.id, head.version, pageKind.head, [plain]);
  assert(body !== undefined, 'one page in, one body out');
  return { puts, head: { tree: tree.id, expected: base.version, version: head.version, body } };
}

/** Walks the changed nodes from the root; a reference to one bears the commit's version. */
function collect(
  change: TreeChange,
  ref: Uint8Array,
  refAt: number,
  levels: Sealing[][],
  overflow: Sealing[],
): void {
  if (readU48(ref, refAt + refVersionAt) !== change.head.version) return;
  const page = readU48(ref, refAt);
  const node = change.pages.get(page);
  assert(node !== undefined && isSoundNode(node), 'a changed node is there and sound');
  const level = nodeLevel(node);
  while (levels.length <= level) levels.push([]);
  levels[level]?.push({ page, plain: node, plainBytes: plainPageBytes, tags: ref, tagAt: refAt + refTagAt });
  if (level === 0) {
    if (change.overflow.size > 0) collectOverflow(change, node, overflow);
    return;
  }
  const count = cellCount(node);
  for (let i = 0; i < count; i++) collect(change, node, cellAt(node, i) + innerRefAt, levels, overflow);
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
