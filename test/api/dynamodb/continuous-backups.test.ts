import { expect, test } from 'vitest';
import { continuousBackups } from '../../../src/api/dynamodb/continuous-backups.ts';

test('a past is told in days and in seconds since 1970', () => {
  expect(continuousBackups({ periodDays: 3, earliestMs: 1500, latestMs: 2500 })).toEqual({
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: 'ENABLED',
        RecoveryPeriodInDays: 3,
        EarliestRestorableDateTime: 1.5,
        LatestRestorableDateTime: 2.5,
      },
    },
  });
});
