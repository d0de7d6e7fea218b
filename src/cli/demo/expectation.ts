/** How the demo insists: a step that is not as it should be ends it with a sentence. */
import { systemClock } from '../../base/clock.ts';
import { CommandFault, exitCodes } from '../exit-code.ts';

const pollMs = 50;

export function expectThat(truth: boolean, sentence: string): asserts truth {
  if (!truth) throw new CommandFault(`The demo failed: ${sentence}`, exitCodes.fault);
}

export interface Found<T> {
  readonly found: T;
  readonly tookMs: number;
}

/** Asks again and again until there is an answer; past the limit the demo has failed. */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined>,
): Promise<Found<T>> {
  const startMs = systemClock.monotonicMs();
  for (;;) {
    const found = await ask();
    const tookMs = systemClock.monotonicMs() - startMs;
    if (found !== undefined) return { found, tookMs };
    expectThat(tookMs < limitMs, `${what} did not happen within ${limitMs / 1000} s.`);
    await new Promise<void>((resolve) => systemClock.after(pollMs, resolve));
  }
}
