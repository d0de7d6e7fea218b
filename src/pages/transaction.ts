/** What a work does in its commit: the only way to change a tree. */
import type { MaybePromise } from '../store/page-store.ts';
import type { PageCipher } from './page-cipher.ts';
import type { Resealed, ResealStretch } from './reseal.ts';
import type { Tree } from './tree.ts';
import type { CursorRange, TreeCursor } from './tree-cursor.ts';

/**
 * What a work may do: read and change any tree in the working state, before anyone else sees it. Good only until the
 * work returns, or the promise that it returned has settled. Await each promise before the next call.
 */
export interface Transaction {
  get(tree: Tree, key: Uint8Array): MaybePromise<Uint8Array | undefined>;
  /** `key` is copied; `value` belongs to the tree from now on and must not be changed. */
  put(tree: Tree, key: Uint8Array, value: Uint8Array): MaybePromise<void>;
  /** False where there is no such key. */
  delete(tree: Tree, key: Uint8Array): MaybePromise<boolean>;
  /** Begin a new one after a change: what is read ahead may be as before. */
  cursor(tree: Tree, range?: CursorRange): TreeCursor;
  /** A new, empty tree, readable once durable. Its number must never have been used before. */
  createTree(id: number, cipher: PageCipher): Tree;
  /** Removes a tree and all its pages; its key is not needed, nor need it be open. */
  dropTree(id: number): MaybePromise<void>;
  /** Seals anew what is under an older data key; nothing else changes. */
  reseal(tree: Tree, stretch: ResealStretch): Promise<Resealed>;
  /** Brings a stretch of the tree's log of references into its nodes: see log-upkeep.ts. */
  takeUp(tree: Tree, from: Uint8Array): Promise<Uint8Array | undefined>;
}
