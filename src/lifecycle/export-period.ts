/** Which moment of a table's past an export is of, or which changes: as far back as the past is kept. */
import { Refusal, refuse } from '../base/errors.ts';
import { type PastState, restorableTimes } from '../tables/past/past-state.ts';
import type { ExportedChanges, ExportRecord } from './export-record.ts';

/** As it is asked for; without both, the table as it is. */
export interface ExportPeriod {
  /** Milliseconds since 1970. */
  readonly atMs?: number | undefined;
  /** Without an end, up to the present. */
  readonly changes?: (Omit<ExportedChanges, 'toMs'> & { readonly toMs?: number | undefined }) | undefined;
}

/** Of the changes in one export (AWS). */
const periodMsMin = 15 * 60_000;
const periodMsMax = 24 * 3_600_000;

/**
 * What of it goes into the record. Refuses InvalidExportTime for a moment that is not kept; up to the present: who names no
 * moment means that one. In our own words, refuses Validation for changes of less than 15 minutes or more than 24 hours.
 */
export function checkPeriod(
  { atMs, changes }: ExportPeriod,
  past: PastState,
  nowMs: number,
): Pick<ExportRecord, 'atMs' | 'changes'> {
  const { earliestMs } = restorableTimes(past, nowMs);
  const mustBeKept = (ms: number) => {
    // Also what is no number.
    if (!(ms >= earliestMs && ms <= nowMs)) throw new Refusal('InvalidExportTime', {});
  };
  if (changes !== undefined) {
    const { fromMs, toMs = nowMs, view } = changes;
    if (!(toMs - fromMs >= periodMsMin && toMs - fromMs <= periodMsMax)) {
      refuse('From ExportFromTime to ExportToTime it must be 15 minutes at least, and 24 hours at most');
    }
    mustBeKept(fromMs);
    mustBeKept(toMs);
    return { changes: { fromMs, toMs, view } };
  }
  if (atMs === undefined) return {};
  mustBeKept(atMs);
  return { atMs };
}
