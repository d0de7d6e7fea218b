/** Which segments of the audit trail are so old that they may go. */
import { IntegrityFault } from '../base/errors.ts';
import { frameAt, openOpening, type TrailKey } from './segment.ts';
import type { SegmentFolder } from './segment-folder.ts';

export interface Segments {
  readonly present: readonly number[];
  /** The oldest ones, all of whose records are from before that time. */
  readonly dropped: readonly number[];
}

/** A segment ends when the next one begins. The last one stays, and so does what cannot be opened and all after it. */
export async function droppableSegments(
  { folder, key }: { readonly folder: SegmentFolder; readonly key: TrailKey },
  beforeMs: number,
): Promise<Segments> {
  const present = await folder.list();
  const dropped: number[] = [];
  for (const [index, segment] of present.entries()) {
    const next = present[index + 1];
    if (next === undefined) break;
    const endMs = await madeMsOf(folder, key, next);
    if (endMs === undefined || endMs >= beforeMs) break;
    dropped.push(segment);
  }
  return { present, dropped };
}

async function madeMsOf(folder: SegmentFolder, key: TrailKey, segment: number): Promise<number | undefined> {
  const bytes = await folder.read(segment);
  const first = bytes === undefined ? undefined : frameAt(bytes, 0);
  if (first === undefined) return undefined;
  try {
    return openOpening(key, first, segment).madeMs;
  } catch (fault) {
    if (fault instanceof IntegrityFault) return undefined;
    throw fault;
  }
}
