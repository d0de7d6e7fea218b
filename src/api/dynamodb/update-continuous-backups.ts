/** UpdateContinuousBackups: begins to keep the past of a table, ends it, or changes for how long it is kept. */
import { refuse } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { continuousBackups } from './continuous-backups.ts';

interface UpdateContinuousBackupsInput {
  readonly TableName: string;
  readonly PointInTimeRecoverySpecification: {
    readonly PointInTimeRecoveryEnabled: boolean;
    readonly RecoveryPeriodInDays?: number;
  };
}

export const updateContinuousBackups = operation({
  name: 'UpdateContinuousBackups',
  run: async (
    { pointInTime, caller }: DynamoContext,
    { TableName, PointInTimeRecoverySpecification }: UpdateContinuousBackupsInput,
  ) => {
    const { PointInTimeRecoveryEnabled: isOn, RecoveryPeriodInDays: periodDays } =
      PointInTimeRecoverySpecification;
    // In our own words: AWS has none that are known.
    if (!isOn && periodDays !== undefined) {
      refuse(
        'One or more parameter values were invalid: ' +
          'RecoveryPeriodInDays can not be specified if PointInTimeRecoveryEnabled is false',
      );
    }
    const choice = isOn ? { ...(periodDays !== undefined && { periodDays }) } : 'off';
    return continuousBackups(await pointInTime.change(caller, TableName, choice));
  },
});
