import { describe, expect, test } from 'vitest';
import { scheduleKeyDeletion } from '../../../src/api/kms/schedule-key-deletion.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  invalid,
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const underTest = { operation: scheduleKeyDeletion, inputOf: (KeyId: string) => ({ KeyId }) };
const daySeconds = 86_400;

describe('ScheduleKeyDeletion', () => {
  for (const [given, days] of [
    [undefined, 30],
    [7, 7],
    [30, 30],
  ] as const) {
    test(`asked for ${given ?? 'no'} days, answers when the key is gone: after ${days}`, async () => {
      const { kms, clock, call } = await openKmsApi();
      const { keyId, arn } = await kms.keys.create(user, {});
      expect(await call(scheduleKeyDeletion, { KeyId: keyId, PendingWindowInDays: given })).toEqual({
        KeyId: arn,
        DeletionDate: clock.nowMs() / 1000 + days * daySeconds,
        KeyState: 'PendingDeletion',
        PendingWindowInDays: days,
      });
      expect((await kms.keys.describe(user, keyId)).state).toBe('PendingDeletion');
    });
  }

  const at = "at 'pendingWindowInDays' failed to satisfy constraint: Member must have value";
  for (const [days, body] of [
    [6, refused('ValidationException', 'PendingWindowInDays must be between 7 and 30')],
    [31, refused('ValidationException', 'PendingWindowInDays must be between 7 and 30')],
    [0, invalid(`Value '0' ${at} greater than or equal to 1`)],
    [-1, invalid(`Value '-1' ${at} greater than or equal to 1`)],
    [366, invalid(`Value '366' ${at} less than or equal to 365`)],
  ] as const) {
    test(`refuses ${days} days, and the key stays as it is (E6)`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, {});
      expect(await refusal(scheduleKeyDeletion, { KeyId: keyId, PendingWindowInDays: days })).toEqual(body);
      expect((await kms.keys.describe(user, keyId)).state).toBe('Enabled');
    });
  }
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.notDying);
