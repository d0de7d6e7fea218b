/** How much work one decision may be: what would take longer is not decided, whatever policies and requests say (R-POL-1). */

/** A character compared with a character; a few milliseconds have so many. */
export const decisionStepsMax = 500_000;

export class EffortSpent extends Error {
  override readonly name = 'EffortSpent';
}

/** Of the work under way, which never waits for anything: no other comes in between. */
let stepsLeft = Number.POSITIVE_INFINITY;

/** Throws EffortSpent where there is not so much left. */
export function spend(steps: number): void {
  stepsLeft -= steps;
  if (stepsLeft < 0) throw new EffortSpent();
}

/** What the work results in, or what `otherwise` does where it would be too much. */
export function withinEffort<T>(work: () => T, otherwise: T): T {
  const before = stepsLeft;
  stepsLeft = decisionStepsMax;
  try {
    return work();
  } catch (fault) {
    if (fault instanceof EffortSpent) return otherwise;
    throw fault;
  } finally {
    stepsLeft = before;
  }
}
