/** Shortens the log of a replica by what every other one has read. */
import type { Transaction } from '../../pages/commit.ts';
import type { Tree } from '../../pages/tree.ts';
import { decodeTrimmed, encodeTrimmed, logRange, sequenceOfLog, trimmedKey } from './replica-tree.ts';

/** Requests go on between two slices. */
export const trimmedMax = 500;

/**
 * One slice, up to this sequence; true where there is more. The last entry stays: the log and the clock go on behind it. Who
 * has not read so far after all begins with a copy.
 */
export async function trimLog(tx: Transaction, tree: Tree, upTo: number): Promise<boolean> {
  const due: Uint8Array[] = [];
  const cursor = tx.cursor(tree, logRange);
  let entry = await cursor.next();
  while (entry !== undefined && sequenceOfLog(entry.key) <= upTo && due.length < trimmedMax) {
    const key = entry.key.slice();
    entry = await cursor.next();
    if (entry !== undefined) due.push(key);
  }
  const last = due.at(-1);
  if (last === undefined) return false;
  for (const key of due) await tx.delete(tree, key);
  const before = decodeTrimmed(await tx.get(tree, trimmedKey));
  await tx.put(tree, trimmedKey, encodeTrimmed(Math.max(before, sequenceOfLog(last))));
  return due.length === trimmedMax;
}
