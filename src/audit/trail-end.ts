/** Finds where the audit trail goes on: after its last whole record, unless the anchor knows better. */
import { randomUUID } from 'node:crypto';
import { equalBytes } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { AnchorPlace } from '../store/anchor-file.ts';
import { parseEntry } from './entry.ts';
import { firstLink, type SegmentEnd, type TrailHead, type TrailKey } from './segment.ts';
import type { SegmentFolder } from './segment-folder.ts';
import { type Walk, walkSegment } from './segment-walk.ts';
import { readTrailAnchor, type TrailAnchor } from './trail-anchor.ts';

/** What the next segment is made after. */
export interface TrailEnd {
  readonly trailId: string;
  readonly segment: number;
  readonly head: TrailHead;
  readonly before?: SegmentEnd;
  readonly droppedSegments: number;
  readonly lastMs: number;
  readonly isBroken: boolean;
}

interface EndParts {
  readonly folder: SegmentFolder;
  readonly key: TrailKey;
  readonly anchor: AnchorPlace;
  readonly log?: Log;
}

/** What speaks against the end of a trail; undefined where nothing does. */
export function endFault(walk: Walk | undefined, anchor: TrailAnchor | undefined): string | undefined {
  if (walk === undefined) return 'its opening is not what was written';
  if (walk.stop === 'damaged') return `what follows record ${walk.end.records} is not what was written`;
  if (anchor === undefined) return 'the anchor is missing';
  if (anchor.trailId !== walk.opening.trailId) return 'it belongs to another trail than the anchor';
  const { records, link } = walk.end;
  if (records < anchor.records) {
    return `it ends with record ${records}, and record ${anchor.records} had been written`;
  }
  if (records === anchor.records && !equalBytes(link, anchor.link)) {
    return `record ${records} is not the anchored one`;
  }
  return undefined;
}

/** Changes nothing: what was tampered with stays as it is, for who looks into it. */
export async function findTrailEnd({
  folder,
  key,
  anchor: place,
  log = silentLog,
}: EndParts): Promise<TrailEnd> {
  const anchor = await anchorOrNothing(key, place);
  const segment = (await folder.list()).at(-1);
  if (segment === undefined) {
    if (anchor === undefined) return firstEnd();
    log.error({ records: anchor.records }, 'The audit trail is gone: its anchor knows of records.');
    return { ...afterAnchor(anchor), isBroken: true };
  }
  const bytes = (await folder.read(segment)) ?? new Uint8Array(0);
  const walk = walkSegment(key, bytes, segment);
  const fault = endFault(walk, anchor);
  const found = walk === undefined ? undefined : afterWalk(walk, segment, bytes.length);
  if (fault === undefined && found !== undefined) {
    const { tornBytes } = found.before;
    if (tornBytes > 0) log.warn({ segment, tornBytes }, 'The last write to the audit trail was cut off.');
    return found;
  }
  log.error({ segment, problem: fault }, 'The audit trail is not what was written; it goes on behind that.');
  const isAhead = anchor !== undefined && (found === undefined || anchor.records > found.head.records);
  const end = isAhead ? afterAnchor(anchor) : (found ?? firstEnd());
  return { ...end, segment, isBroken: true };
}

async function anchorOrNothing(key: TrailKey, place: AnchorPlace): Promise<TrailAnchor | undefined> {
  try {
    return await readTrailAnchor(key, place);
  } catch (fault) {
    // One that was changed says no more than none.
    if (fault instanceof IntegrityFault) return undefined;
    throw fault;
  }
}

function firstEnd(): TrailEnd {
  const head = { records: 0, link: firstLink };
  return { trailId: randomUUID(), segment: 0, head, droppedSegments: 0, lastMs: 0, isBroken: false };
}

function afterAnchor({ trailId, segment, records, link }: TrailAnchor): TrailEnd {
  return { trailId, segment, head: { records, link }, droppedSegments: 0, lastMs: 0, isBroken: false };
}

function afterWalk(walk: Walk, segment: number, size: number) {
  const { opening, end, bytes, records } = walk;
  const last = records.at(-1);
  return {
    trailId: opening.trailId,
    segment,
    head: end,
    before: { bytes, tornBytes: size - bytes },
    droppedSegments: opening.droppedSegments,
    lastMs: last === undefined ? opening.madeMs : parseEntry(last.text).atMs,
    isBroken: false,
  };
}
