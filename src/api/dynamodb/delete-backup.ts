/** DeleteBackup: a backup that nobody restores from just now, and its file. */
import { operation } from '../operation.ts';
import { backupDescription } from './backup-description.ts';
import type { DynamoContext } from './context.ts';

export const deleteBackup = operation({
  name: 'DeleteBackup',
  run: async ({ backups, caller }: DynamoContext, { BackupArn }: { readonly BackupArn: string }) => ({
    BackupDescription: backupDescription(await backups.delete(caller, BackupArn)),
  }),
});
