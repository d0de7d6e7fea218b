/** DescribeBackup: a backup and the table that it is of, whether or not that is there still. */
import { operation } from '../operation.ts';
import { backupDescription } from './backup-description.ts';
import type { DynamoContext } from './context.ts';

export const describeBackup = operation({
  name: 'DescribeBackup',
  run: ({ backups, caller }: DynamoContext, { BackupArn }: { readonly BackupArn: string }) => ({
    BackupDescription: backupDescription(backups.find(caller, BackupArn)),
  }),
});
