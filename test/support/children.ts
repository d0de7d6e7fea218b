/** The processes that a process has started: Linux tells. */
import { readFileSync } from 'node:fs';

export const tellsChildren = process.platform === 'linux';

/** Their ids, in the order in which they were started. */
export function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
