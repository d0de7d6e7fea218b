import { describe, expect, test } from 'vitest';
import { countedChanges } from '../../src/tables/encryption-quota.ts';
import { refusalOf } from '../support/refusal.ts';

const hourMs = 3_600_000;
const createdAtMs = Date.UTC(2026, 10, 30, 13, 5, 4);
const customer = { kind: 'customer' } as const;
const hoursOn = (hours: number) => createdAtMs + hours * hourMs;

/** The changes after those at these hours and one more now; or how it is refused. */
function attempt(hoursBefore: readonly number[], hours: number, kind: 'owned' | 'managed' | 'customer') {
  const encryptionChangesMs = hoursBefore.map(hoursOn);
  return refusalOf(async () =>
    countedChanges({ createdAtMs, encryptionChangesMs }, { kind }, hoursOn(hours)),
  );
}

const secondHours = 1 / 3600;

describe('changes of the key in one day of a table', () => {
  const cases: readonly (readonly [string, readonly number[], number, boolean])[] = [
    ['the first', [], 0, true],
    ['the fourth at once', [0, 0, 0], 0, true],
    ['the fifth at once', [0, 0, 0, 0], 0, false],
    ['the fifth a second too early', [0, 1, 2, 3], 9 - secondHours, false],
    ['the fifth six hours after the fourth', [0, 1, 2, 3], 9, true],
    ['the fifth a second later', [0, 1, 2, 3], 9 + secondHours, true],
    ['the sixth right behind it', [0, 1, 2, 3, 9], 9, false],
    ['the eighth', [0, 0, 0, 0, 6, 12, 18], 23.9, false],
    ['the fifth a second before the day ends', [20, 21, 22, 23], 24 - secondHours, false],
    ['the first of the next day', [20, 21, 22, 23], 24, true],
    ['the fifth of the next day', [20, 21, 22, 23, 24, 24, 24, 24], 25, false],
    ['one after the clock was set back', [5, 5, 5, 5], 4, false],
  ];
  for (const [name, before, hours, isAllowed] of cases) {
    test(`${name} is ${isAllowed ? 'made' : 'refused'}, but to the owned key always`, async () => {
      const told = await attempt(before, hours, 'customer');
      if (isAllowed) expect(told).toBe('answered');
      else
        expect(told).toMatch(
          /^LimitExceeded: Subscriber limit exceeded: Encryption mode changes are limited/,
        );
      expect(await attempt(before, hours, 'managed')).toBe(told);
      expect(await attempt(before, hours, 'owned')).toBe('answered');
    });
  }

  test('the refusal says how many there were, and when the next can be made', async () => {
    expect(await attempt([0, 1, 2, 3], 4, 'customer')).toBe(
      'LimitExceeded: Subscriber limit exceeded: Encryption mode changes are limited in the 24h window ending at ' +
        'Tuesday, December 1, 2026 1:05:04 PM UTC. After the first 4 change, each subsequent change in the same ' +
        'window can be performed at most once every 21600 seconds. Number of updates today: 4. Last change at ' +
        'Monday, November 30, 2026 4:05:04 PM UTC. Next changes can be made at Monday, November 30, 2026 10:05:04 PM UTC.',
    );
    // A new day comes sooner than six hours are over.
    expect(await attempt([20, 21, 22, 23], 23.5, 'customer')).toMatch(
      /Next changes can be made at Tuesday, December 1, 2026 1:05:04 PM UTC\.$/,
    );
  });

  test('what is counted is kept, those of days before not', () => {
    const encryptionChangesMs = [1, 23, 24, 25].map(hoursOn);
    expect(countedChanges({ createdAtMs, encryptionChangesMs }, customer, hoursOn(26))).toEqual(
      [24, 25, 26].map(hoursOn),
    );
    expect(countedChanges({ createdAtMs }, { kind: 'owned' }, hoursOn(1))).toEqual([hoursOn(1)]);
  });
});
