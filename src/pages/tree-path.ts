/** The way from a tree's root to one of its nodes. */
import { cellCount } from './node.ts';

/** A node on the way, and which child of its parent it is. */
export interface Step {
  node: Uint8Array;
  readonly index: number;
}

/** True where the node at `depth` is the last of its level. */
export function isRightmost(path: readonly Step[], depth: number): boolean {
  for (let i = 1; i <= depth; i++) {
    const parent = (path[i - 1] as Step).node;
    if ((path[i] as Step).index !== cellCount(parent) - 1) return false;
  }
  return true;
}
