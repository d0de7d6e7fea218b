/** Which attribute says when an item's time is up, whether the table heeds it, and whether a time is up. */
import { refuse } from '../base/errors.ts';
import type { Item } from './attribute.ts';
import type { TimeToLive } from './table-record.ts';

export interface TimeToLiveChoice {
  readonly attribute: string;
  readonly isEnabled: boolean;
}

/** One change in this time. */
export const changeIntervalMs = 3_600_000;
/** A time further back is taken for a mistake, as AWS does: five years. */
const agesAgoMs = 5 * 365 * 24 * 3_600_000;

/** Refuses what is so already, another attribute than the one in use, and a second change within the hour. */
export function changedTimeToLive(
  before: TimeToLive | undefined,
  { attribute, isEnabled }: TimeToLiveChoice,
  nowMs: number,
): TimeToLive {
  if (before?.isEnabled === true && before.attribute !== attribute) {
    refuse(`TimeToLive is active on a different AttributeName: current AttributeName is ${before.attribute}`);
  }
  if ((before?.isEnabled ?? false) === isEnabled) {
    refuse(`TimeToLive is already ${isEnabled ? 'enabled' : 'disabled'}`);
  }
  if (before !== undefined && nowMs - before.changedAtMs < changeIntervalMs) {
    refuse('Time to live has been modified multiple times within a fixed interval');
  }
  return { attribute, isEnabled, changedAtMs: nowMs };
}

/** True where the attribute is a number of seconds since 1970 that lies in the past, and not ages ago. */
export function isTimeUp(item: Item, attribute: string, nowMs: number): boolean {
  const value = item.get(attribute);
  if (value === undefined || !('N' in value)) return false;
  const untilMs = Number(value.N) * 1000;
  return untilMs < nowMs && untilMs > nowMs - agesAgoMs;
}
