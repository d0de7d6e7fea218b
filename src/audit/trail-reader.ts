/** Reads the audit trail from its newest record back. */
import { type AuditEntry, parseEntry } from './entry.ts';
import type { TrailKey } from './segment.ts';
import type { SegmentFolder } from './segment-folder.ts';
import { type Walk, walkSegment } from './segment-walk.ts';

/** How far the segment that is being written to is durable. */
export type Written = { readonly segment: number; readonly bytes: number } | undefined;

export interface ReaderParts {
  readonly folder: Pick<SegmentFolder, 'list' | 'read'>;
  readonly key: TrailKey;
  readonly written: () => Written;
}

/** A record, and the segment it lies in: reading goes on from there without looking at what came after it. */
export interface TrailPlace {
  readonly segment: number;
  readonly number: number;
}

export interface ReadRange {
  /** Only what was written before the record at this place. */
  readonly before?: TrailPlace | undefined;
  /** Records of this time and later may follow: what is older may be left out. */
  readonly fromMs?: number | undefined;
}

export interface NumberedEntry extends AuditEntry {
  readonly number: number;
}

export interface PlacedEntry extends NumberedEntry, TrailPlace {}

/** What was changed by others is passed over in silence: `verifyTrail` finds it. */
export async function* newestFirst(
  parts: ReaderParts,
  { before, fromMs = Number.NEGATIVE_INFINITY }: ReadRange,
): AsyncGenerator<PlacedEntry> {
  const segments = await parts.folder.list();
  // Of the first one nothing says how far it is durable, and nothing has to: the record at the place was.
  let bytesMax: number | undefined;
  for (const segment of [...segments].reverse()) {
    if (before !== undefined && segment > before.segment) continue;
    const walk = await walkOf(parts, segment, bytesMax);
    if (walk === undefined) continue;
    for (const { number, text } of [...walk.records].reverse()) {
      if (before === undefined || number < before.number) yield { ...parseEntry(text), number, segment };
    }
    // Time never goes backwards along the trail.
    if (walk.opening.madeMs < fromMs) return;
    bytesMax = walk.opening.before?.bytes;
  }
}

/** The same records from `fromMs` on, in the order in which they were written. */
export async function* oldestFirst(parts: ReaderParts, fromMs: number): AsyncGenerator<NumberedEntry> {
  const wanted: { segment: number; bytesMax: number | undefined }[] = [];
  let bytesMax: number | undefined;
  for (const segment of [...(await parts.folder.list())].reverse()) {
    wanted.push({ segment, bytesMax });
    const walk = await walkOf(parts, segment, bytesMax);
    if (walk !== undefined && walk.opening.madeMs < fromMs) break;
    bytesMax = walk?.opening.before?.bytes;
  }
  for (const { segment, bytesMax: durable } of wanted.reverse()) {
    const walk = await walkOf(parts, segment, durable);
    for (const { number, text } of walk?.records ?? []) {
      const entry = parseEntry(text);
      if (entry.atMs >= fromMs) yield { ...entry, number };
    }
  }
}

async function walkOf(
  { folder, key, written }: ReaderParts,
  segment: number,
  bytesMax: number | undefined,
): Promise<Walk | undefined> {
  // Asked before the bytes are read: what is durable then is among them.
  const live = written();
  const bytes = await folder.read(segment);
  const durable = live?.segment === segment ? live.bytes : bytesMax;
  return bytes === undefined ? undefined : walkSegment(key, bytes.subarray(0, durable), segment);
}
