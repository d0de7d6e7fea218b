/** How often a table may be put under another key: four times a day, and then once in six hours (aws-behaviour §1.6). */
import { dayMs } from '../base/clock.ts';
import { Refusal } from '../base/errors.ts';
import type { EncryptionChoice } from './encryption-choice.ts';

/** `none`: no bound, for tests and for whoever moves tables between keys by machine. */
export type EncryptionQuota = 'aws' | 'none';

const freeChanges = 4;
const pauseMs = 6 * 3_600_000;

export interface ChangeHistory {
  readonly createdAtMs: number;
  /** Oldest first. */
  readonly encryptionChangesMs?: readonly number[];
}

/**
 * The changes that still count, with this one. The owned key can be changed to at any time, which counts as any other.
 * Refuses LimitExceeded. Days are those of the table, from its creation on; a clock that was set back gives no change away.
 */
export function countedChanges(
  { createdAtMs, encryptionChangesMs = [] }: ChangeHistory,
  { kind }: Pick<EncryptionChoice, 'kind'>,
  nowMs: number,
): readonly number[] {
  const dayStartMs = createdAtMs + Math.floor((nowMs - createdAtMs) / dayMs) * dayMs;
  const counted = encryptionChangesMs.filter((atMs) => atMs >= dayStartMs);
  const lastMs = counted.at(-1);
  const isSpent = counted.length >= freeChanges && lastMs !== undefined && nowMs - lastMs < pauseMs;
  if (isSpent && kind !== 'owned')
    throw tooManyChanges(counted.length, { lastMs, dayEndMs: dayStartMs + dayMs });
  return [...counted, nowMs];
}

/** The form of its times is taken from AWS's text on decreases of throughput, which says it of a day alike. */
function tooManyChanges(
  count: number,
  { lastMs, dayEndMs }: { readonly lastMs: number; readonly dayEndMs: number },
): Refusal<'LimitExceeded'> {
  const nextMs = Math.min(lastMs + pauseMs, dayEndMs);
  const message =
    'Subscriber limit exceeded: Encryption mode changes are limited in the 24h window ending at ' +
    `${timeText(dayEndMs)}. After the first ${freeChanges} change, each subsequent change in the same window can be ` +
    `performed at most once every ${pauseMs / 1000} seconds. Number of updates today: ${count}. ` +
    `Last change at ${timeText(lastMs)}. Next changes can be made at ${timeText(nextMs)}.`;
  return new Refusal('LimitExceeded', { message });
}

const timeForm = new Intl.DateTimeFormat('en-US', {
  weekday: 'long',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
});

/** As `Monday, November 30, 2026 1:05:04 PM UTC`. */
function timeText(ms: number): string {
  const parts = new Map(timeForm.formatToParts(ms).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const date = `${part('weekday')}, ${part('month')} ${part('day')}, ${part('year')}`;
  return `${date} ${part('hour')}:${part('minute')}:${part('second')} ${part('dayPeriod')} UTC`;
}
