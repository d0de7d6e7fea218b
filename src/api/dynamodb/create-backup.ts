/** CreateBackup: a copy of the table as it is at this moment, made while the answer says CREATING. */
import { operation } from '../operation.ts';
import { backupDetails } from './backup-description.ts';
import type { DynamoContext } from './context.ts';

interface CreateBackupInput {
  readonly TableName: string;
  readonly BackupName: string;
}

export const createBackup = operation({
  name: 'CreateBackup',
  run: async (context: DynamoContext, { TableName, BackupName }: CreateBackupInput) => ({
    BackupDetails: backupDetails(await context.backups.create(context, TableName, BackupName)),
  }),
});
