import { describe, expect, test } from 'vitest';
import { decisionStepsMax, EffortSpent, spend, withinEffort } from '../../src/iam/effort.ts';

describe('the effort of a decision', () => {
  test('is enough for what takes all of it, and not for more', () => {
    const spending = (steps: number) => withinEffort(() => spend(steps) ?? 'decided', 'undecided');
    expect([decisionStepsMax, decisionStepsMax + 1].map(spending)).toEqual(['decided', 'undecided']);
  });

  test('is counted anew for each decision, and for what is no decision not at all', () => {
    const spent = () => withinEffort(() => spend(decisionStepsMax) ?? 'decided', 'undecided');
    expect([spent(), spent()]).toEqual(['decided', 'decided']);
    expect(() => spend(10 * decisionStepsMax)).not.toThrow();
  });

  test('hides no other fault', () => {
    const failing = () => {
      throw new TypeError('a bug');
    };
    expect(() => withinEffort(failing, undefined)).toThrow(TypeError);
    expect(new EffortSpent().name).toBe('EffortSpent');
  });
});
