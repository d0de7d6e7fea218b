/** Seals the pages of a tree's log of references, each of which vouches for the one before it, and the head for the last. */
import type { PagePut } from '../store/page-store.ts';
import { pageKind, refBytes, refTagAt, refVersionAt, writeU48 } from './layout.ts';
import { allocatePage, freePageId } from './page-space.ts';
import { type LoggedRef, noLogChange } from './ref-log.ts';
import { copyTag, type PageSealer } from './sealed-page.ts';
import type { TreeChange, TreeState } from './tree-state.ts';

export interface Loggable {
  /** Nodes that are written. */
  readonly nodes: readonly number[];
  readonly logged: readonly LoggedRef[];
}

/** Logs these references, lets go of the log's oldest pages where nothing in them counts any more, and sets the change's log and head. */
export function sealLog(
  sealer: PageSealer,
  tree: TreeState,
  change: TreeChange,
  { nodes, logged }: Loggable,
): PagePut[] {
  const { head, deletes } = change;
  const settled = [...nodes, ...deletes].filter((page) => tree.log.has(page));
  if (settled.length === 0 && logged.length === 0 && tree.log.pageCount === 0) return [];
  const { extended, fresh, dropped } = tree.log.plan(settled, logged);
  for (const id of dropped) freePageId(tree, change, id);
  const made = fresh.map((plain) => ({ id: allocatePage(tree, change), plain }));
  const pages = extended === undefined ? made : [extended, ...made];
  change.log =
    pages.length + dropped.length + settled.length === 0 ? noLogChange : { pages, dropped, settled };
  const puts = pages.map((page) => {
    // One that has more entries than before stands where it stood.
    if (page !== extended) page.plain.set(head.logRef);
    return sealPage(sealer, tree, change, page);
  });
  head.logPages += made.length - dropped.length;
  if (head.logPages === 0) head.logRef = new Uint8Array(refBytes);
  return puts;
}

/** The head's reference to the last page is then to this one. */
function sealPage(
  sealer: PageSealer,
  tree: TreeState,
  { head }: TreeChange,
  { id, plain }: { readonly id: number; readonly plain: Uint8Array },
): PagePut {
  const body = sealer.sealOne(tree.cipher, tree.id, head.version, pageKind.log, id, plain);
  writeU48(head.logRef, 0, id);
  writeU48(head.logRef, refVersionAt, head.version);
  copyTag(body, head.logRef, refTagAt);
  return { tree: tree.id, id, version: head.version, body };
}
