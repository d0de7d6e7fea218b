/** Page ids of one tree: taking a free one, and giving one back. */
import { assert } from '../base/errors.ts';
import { pageIdsMax } from '../store/page-store.ts';
import type { PageBuffers } from './page-cache.ts';
import type { TreeChange, TreeState } from './tree-state.ts';

/** More free ids than this are forgotten: ids are plenty. */
const freeIdsMax = 65_536;

export function allocatePage(tree: TreeState, change: TreeChange): number {
  const id = tree.freeIds.pop() ?? change.head.nextPageId++;
  assert(id < pageIdsMax, 'a tree has fewer pages than ids');
  change.deletes.delete(id);
  change.head.pages++;
  return id;
}

export function freePage(tree: TreeState, change: TreeChange, id: number, buffers: PageBuffers): void {
  const changed = change.pages.get(id);
  if (changed !== undefined) {
    // The buffer may come back as another node of this change.
    change.reshaped.delete(changed);
    change.changedRefs.delete(changed);
    buffers.giveBack(changed);
    change.pages.delete(id);
  }
  change.overflow.delete(id);
  freePageId(tree, change, id);
}

/** Of a page that this change has not written. */
export function freePageId(tree: TreeState, change: TreeChange, id: number): void {
  // An id from before this change may be in the store.
  if (id < change.base.nextPageId) change.deletes.add(id);
  change.head.pages--;
  if (tree.freeIds.length < freeIdsMax) tree.freeIds.push(id);
}
