/** Looks through the whole audit trail: a record that was edited, removed, added or moved is found. */
import { equalBytes } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { AnchorPlace } from '../store/anchor-file.ts';
import { frameAt, openOpening, type SegmentOpening, type TrailHead } from './segment.ts';
import { type Walk, walkSegment } from './segment-walk.ts';
import { readTrailAnchor, type TrailAnchor } from './trail-anchor.ts';
import { endFault } from './trail-end.ts';
import type { ReaderParts } from './trail-reader.ts';

export interface TrailFault {
  readonly segment: number;
  readonly problem: string;
}

export interface TrailReport {
  readonly segments: number;
  readonly records: number;
  /** Segments dropped because of their age: the chain begins after them. */
  readonly droppedSegments: number;
  /** Writes that a crash or a full disk cut off; what was in them was never acknowledged. */
  readonly tornWrites: number;
  readonly faults: readonly TrailFault[];
}

interface VerifyParts extends ReaderParts {
  readonly anchor: AnchorPlace;
}

interface Segment {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly opening: SegmentOpening | undefined;
}

/**
 * Rejects with outages only. What a process recorded in its last second before it died, and nobody opened since, can be cut
 * off unseen: no anchor knew of it.
 */
export async function verifyTrail(
  { folder, key, anchor: place, written }: VerifyParts,
  progress: (done: number, total: number) => void = () => {},
): Promise<TrailReport> {
  const numbers = await folder.list();
  const live = written();
  const check = new Check();
  let before: Segment | undefined;
  for (const [index, number] of numbers.entries()) {
    const all = (await folder.read(number)) ?? new Uint8Array(0);
    const bytes = live?.segment === number ? all.subarray(0, live.bytes) : all;
    const segment = { number, bytes, opening: openingOf(key, bytes, number) };
    if (before !== undefined) {
      const durable = segment.opening?.isBroken === true ? undefined : segment.opening?.before;
      const walk = walkSegment(key, before.bytes.subarray(0, durable?.bytes), before.number);
      check.inner(before, walk, segment);
    }
    check.succession(before, segment);
    before = segment;
    progress(index + 1, numbers.length);
  }
  let anchor: TrailAnchor | undefined;
  try {
    anchor = await readTrailAnchor(key, place);
  } catch (fault) {
    if (!(fault instanceof IntegrityFault)) throw fault;
    check.fault(before?.number ?? 0, 'the anchor is not what was written');
  }
  check.last(
    before,
    before === undefined ? undefined : walkSegment(key, before.bytes, before.number),
    anchor,
  );
  return { segments: numbers.length, ...check.report() };
}

class Check {
  readonly #faults: TrailFault[] = [];
  #records = 0;
  #tornWrites = 0;
  #droppedSegments = 0;
  #first: number | undefined;
  /** Where the segments that were looked through end. */
  #end: TrailHead | undefined;

  fault(segment: number, problem: string): void {
    this.#faults.push({ segment, problem });
  }

  /** A segment with another one after it, which says how this one ended. */
  inner(segment: Segment, walk: Walk | undefined, next: Segment): void {
    this.#end = walk?.end;
    this.#records += walk?.records.length ?? 0;
    const problem = innerProblem(segment, walk, next);
    if (problem !== undefined) this.fault(segment.number, problem);
    else if (walk !== undefined && segment.bytes.length > walk.bytes) this.#tornWrites++;
  }

  succession(before: Segment | undefined, { number, opening }: Segment): void {
    this.#first ??= number;
    this.#droppedSegments = Math.max(this.#droppedSegments, opening?.droppedSegments ?? 0);
    if (before !== undefined && before.number + 1 !== number) {
      this.fault(number, `segments from ${before.number + 1} to ${number - 1} are missing`);
      return;
    }
    if (opening?.isBroken === true) {
      this.fault(number, 'what came before it was not what had been written, when it was begun');
      return;
    }
    if (opening === undefined || this.#end === undefined) return;
    const follows = opening.records === this.#end.records && equalBytes(opening.link, this.#end.link);
    if (!follows) this.fault(number, 'it does not follow the segment before it');
  }

  last(segment: Segment | undefined, walk: Walk | undefined, anchor: TrailAnchor | undefined): void {
    if (segment === undefined) {
      if (anchor !== undefined)
        this.fault(0, `${anchor.records} records had been written, and none is there`);
      return;
    }
    this.#records += walk?.records.length ?? 0;
    if (walk?.stop === 'torn') this.#tornWrites++;
    const problem = endFault(walk, anchor);
    if (problem !== undefined) this.fault(segment.number, problem);
    const first = this.#first ?? 0;
    const expected = this.#droppedSegments + 1;
    if (first > expected) this.fault(first, `segments from ${expected} to ${first - 1} are missing`);
  }

  report(): Omit<TrailReport, 'segments'> {
    return {
      records: this.#records,
      droppedSegments: this.#droppedSegments,
      tornWrites: this.#tornWrites,
      faults: this.#faults,
    };
  }
}

function innerProblem({ bytes }: Segment, walk: Walk | undefined, { opening }: Segment): string | undefined {
  if (walk === undefined) return 'its opening is not what was written';
  const { end, stop } = walk;
  if (stop === 'damaged') return `what follows record ${end.records} is not what was written`;
  if (opening === undefined || opening.isBroken === true) return undefined;
  const { bytes: durable = 0, tornBytes = 0 } = opening.before ?? {};
  if (walk.bytes !== durable) {
    return `it ends with record ${end.records}, and ${opening.records} had been written`;
  }
  return bytes.length > durable + tornBytes ? 'something was added at its end' : undefined;
}

function openingOf(key: VerifyParts['key'], bytes: Uint8Array, number: number): SegmentOpening | undefined {
  const first = frameAt(bytes, 0);
  try {
    return first === undefined ? undefined : openOpening(key, first, number);
  } catch (fault) {
    if (fault instanceof IntegrityFault) return undefined;
    throw fault;
  }
}
