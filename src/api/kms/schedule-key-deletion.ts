/** ScheduleKeyDeletion: the key is refused at once, and gone when the waiting period ends. */
import { deletionWindowDaysMax } from '../../kms/embedded/key-administration.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { epochSeconds } from './epoch-seconds.ts';

interface ScheduleKeyDeletionInput {
  readonly KeyId: string;
  readonly PendingWindowInDays?: number;
}

export const scheduleKeyDeletion = operation({
  name: 'ScheduleKeyDeletion',
  run: async ({ kms, caller }: KmsContext, input: ScheduleKeyDeletionInput) => {
    const { KeyId, PendingWindowInDays = deletionWindowDaysMax } = input;
    const key = await kms.keys.scheduleDeletion(caller, KeyId, PendingWindowInDays);
    return {
      KeyId: key.arn,
      DeletionDate: key.deletionMs === undefined ? undefined : epochSeconds(key.deletionMs),
      KeyState: key.state,
      PendingWindowInDays,
    };
  },
});
