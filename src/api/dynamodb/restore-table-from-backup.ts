/** RestoreTableFromBackup: a new table with what a backup holds, made while the answer says CREATING. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { type OverridesInput, restoreOverrides } from './restore-overrides.ts';
import { tableDescription } from './table-description.ts';

interface RestoreTableFromBackupInput extends OverridesInput {
  readonly TargetTableName: string;
  readonly BackupArn: string;
}

export const restoreTableFromBackup = operation({
  name: 'RestoreTableFromBackup',
  run: async ({ restores, caller }: DynamoContext, input: RestoreTableFromBackupInput) => {
    const { BackupArn: backupArn, TargetTableName: target } = input;
    const overrides = restoreOverrides(input);
    return {
      TableDescription: tableDescription(await restores.restore(caller, { backupArn, target, overrides })),
    };
  },
});
