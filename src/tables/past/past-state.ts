/** What the catalogue knows of a table's past: since when every change of its items is kept, and for how long. */
import { dayMs } from '../../base/clock.ts';

export interface PastState {
  /** The number of the tree that holds the changes; absent until the table's key is there to make one. */
  readonly tree?: number;
  /** No moment before this one can be restored. */
  readonly sinceMs: number;
  readonly periodDays: number;
}

export const periodDaysMax = 35;
/** AWS offers the last five minutes to nobody: they are on their way to where it keeps them. */
export const restoreLagMs = 5 * 60_000;

/** The moments that can be restored, both included. */
export interface RestorableTimes {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** Changes from before this moment are of no use any more. */
export function pastHorizonMs({ sinceMs, periodDays }: PastState, nowMs: number): number {
  return Math.max(sinceMs, nowMs - periodDays * dayMs);
}

export function restorableTimes(past: PastState, nowMs: number): RestorableTimes {
  const earliestMs = pastHorizonMs(past, nowMs);
  return { earliestMs, latestMs: Math.max(earliestMs, nowMs - restoreLagMs) };
}

/** With another period: what is gone by now does not come back with a longer one. */
export function withPeriod(past: PastState, periodDays: number, nowMs: number): PastState {
  return { ...past, sinceMs: pastHorizonMs(past, nowMs), periodDays };
}
