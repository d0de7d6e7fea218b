/** CreateBackup: a copy of the table as it is at this moment, made while the answer says CREATING. */
import { isRefusal, Refusal } from '../../base/errors.ts';
import { bareTableName } from '../../tables/table-name.ts';
import { operation } from '../operation.ts';
import { backupDetails } from './backup-description.ts';
import type { DynamoContext } from './context.ts';

interface CreateBackupInput {
  readonly TableName: string;
  readonly BackupName: string;
}

export const createBackup = operation({
  name: 'CreateBackup',
  run: async (context: DynamoContext, { TableName, BackupName }: CreateBackupInput) => {
    if (await isBeingCreated(context, TableName)) {
      const table = bareTableName(context.caller, TableName) ?? TableName;
      throw new Refusal('ContinuousTableNotFound', { table });
    }
    return { BackupDetails: backupDetails(await context.backups.create(context, TableName, BackupName)) };
  },
});

/** Such a table is not there for backups (aws-behaviour §1.9). */
async function isBeingCreated(
  { tables, caller }: Pick<DynamoContext, 'tables' | 'caller'>,
  name: string,
): Promise<boolean> {
  try {
    return (await tables.show(caller, name)).status === 'CREATING';
  } catch (fault) {
    // Whoever makes the backup says it in other words.
    if (isRefusal(fault, 'TableNotFound')) return false;
    throw fault;
  }
}
