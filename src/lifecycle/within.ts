/** Waits for something, but not for longer than it is worth. */
import type { Clock } from '../base/clock.ts';

/** Resolves once it has ended, however, or the time is up. It goes on then, and what it ends in is of no meaning here. */
export function within(clock: Clock, waitMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(waitMs, () => resolve());
    const ended = () => {
      timer.cancel();
      resolve();
    };
    work.then(ended, ended);
  });
}
