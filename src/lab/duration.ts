/** Lengths of time as people write them: `7d`, `20h`, `90m`, `30s`, `250ms`. */
import { dayMs } from '../base/clock.ts';

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: dayMs } as const;
const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Milliseconds, as a number, or with a unit. */
export type Duration = number | `${number}${keyof typeof unitsMs}`;

/** In milliseconds. Throws a TypeError for anything that is no length of time. */
export function durationMs(duration: Duration | string): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration;
  } else {
    const [, count, unit] = form.exec(duration) ?? [];
    if (unit !== undefined) return Number(count) * unitsMs[unit as keyof typeof unitsMs];
  }
  const forms = '7d, 20h, 90m, 30s or 250ms, or a number of milliseconds';
  throw new TypeError(`${JSON.stringify(duration)} is no length of time: write ${forms}.`);
}
