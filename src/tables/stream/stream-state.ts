/** A stream as the catalogue knows it: begun when it is enabled, kept for a day after its end. */

export const streamViewTypes = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;
export type StreamViewType = (typeof streamViewTypes)[number];

export interface StreamState {
  /** When it was enabled, as ISO 8601 has it without a zone; no two streams of a table share one. */
  readonly label: string;
  readonly view: StreamViewType;
  /** The number of the tree that holds its records; absent until the table's key is there to make one. */
  readonly tree?: number;
  readonly createdAtMs: number;
  /** Absent while changes go into it. */
  readonly disabledAtMs?: number;
}

/** How long a record can be read, and a stream after its end. */
export const retentionMs = 24 * 3_600_000;

/** The first moment whose records are still there. */
export function trimHorizonMs(nowMs: number): number {
  return nowMs - retentionMs;
}

/** A stream that begins now, behind those that there are. */
export function newStream(
  before: readonly StreamState[],
  { view, tree, nowMs }: { readonly view: StreamViewType; readonly tree?: number; readonly nowMs: number },
): StreamState {
  const labels = new Set(before.map(({ label }) => label));
  let labelMs = nowMs;
  while (labels.has(labelOf(labelMs))) labelMs++;
  return { label: labelOf(labelMs), view, createdAtMs: nowMs, ...(tree !== undefined && { tree }) };
}

/** The one that changes go into; the others have ended. */
export function enabledStream(streams: readonly StreamState[] = []): StreamState | undefined {
  return streams.find(({ disabledAtMs }) => disabledAtMs === undefined);
}

/** True where a stream was enabled that has no tree yet: no write may go on without it. */
export function isWaiting(streams: readonly StreamState[] | undefined): boolean {
  const newest = streams?.at(-1);
  return newest !== undefined && newest.tree === undefined && newest.disabledAtMs === undefined;
}

/** The trees of those that have one. */
export function treesOfStreams(streams: readonly StreamState[] = []): readonly number[] {
  return streams.flatMap(({ tree }) => (tree === undefined ? [] : [tree]));
}

/** A stream that ended so long ago that nobody may read it any more. */
export function isPast({ disabledAtMs }: StreamState, nowMs: number): boolean {
  return disabledAtMs !== undefined && disabledAtMs <= trimHorizonMs(nowMs);
}

function labelOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1);
}
