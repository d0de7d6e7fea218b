/** What answers tell of a table's past: whether any moment of it can be restored, and which ones. */
import type { PastInfo } from '../../lifecycle/point-in-time.ts';

/** Backups can always be made; their status is no other. */
export function continuousBackups(past: PastInfo | undefined): object {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription:
        past === undefined
          ? { PointInTimeRecoveryStatus: 'DISABLED' }
          : {
              PointInTimeRecoveryStatus: 'ENABLED',
              RecoveryPeriodInDays: past.periodDays,
              EarliestRestorableDateTime: past.earliestMs / 1000,
              LatestRestorableDateTime: past.latestMs / 1000,
            },
    },
  };
}
