/** Reads a segment of the audit trail from its first frame on, as far as it is what was written. */
import { IntegrityFault } from '../base/errors.ts';
import {
  frameAt,
  frameBytes,
  isTorn,
  nextLink,
  openFrame,
  openOpening,
  type SegmentOpening,
  type TrailHead,
  type TrailKey,
} from './segment.ts';

export interface WalkedRecord {
  /** Its number in the trail, from 1 on. */
  readonly number: number;
  readonly text: string;
}

/** Why a walk ended: at the end; before what a cut-off write left; or before what nobody wrote. */
export type WalkStop = 'end' | 'torn' | 'damaged';

export interface Walk {
  readonly opening: SegmentOpening;
  readonly records: readonly WalkedRecord[];
  readonly end: TrailHead;
  /** Of whole frames. */
  readonly bytes: number;
  readonly stop: WalkStop;
}

/** Undefined where the segment has no opening that was sealed for it. */
export function walkSegment(key: TrailKey, bytes: Uint8Array, segment: number): Walk | undefined {
  const first = frameAt(bytes, 0);
  const opening = first === undefined ? undefined : openingOf(key, first, segment);
  if (first === undefined || opening === undefined) return undefined;
  const records: WalkedRecord[] = [];
  let offset = frameBytes(first);
  let link = nextLink(opening.link, first);
  let number = opening.records;
  let stop: WalkStop = 'end';
  while (offset < bytes.length) {
    const sealed = frameAt(bytes, offset);
    const place = { trailId: opening.trailId, segment, records: number + 1, link };
    const text = sealed === undefined ? undefined : textOrNothing(() => openFrame(key, sealed, place));
    if (sealed === undefined || text === undefined) {
      stop = isTorn(bytes.subarray(offset)) ? 'torn' : 'damaged';
      break;
    }
    number++;
    records.push({ number, text });
    link = nextLink(link, sealed);
    offset += frameBytes(sealed);
  }
  return { opening, records, end: { records: number, link }, bytes: offset, stop };
}

function openingOf(key: TrailKey, sealed: Uint8Array, segment: number): SegmentOpening | undefined {
  return textOrNothing(() => openOpening(key, sealed, segment));
}

function textOrNothing<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (fault) {
    if (fault instanceof IntegrityFault) return undefined;
    throw fault;
  }
}
