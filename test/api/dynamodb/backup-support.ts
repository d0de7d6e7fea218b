/** The DynamoDB API with backups behind it, and a table `notes` that can be backed up. */
import { type BackupsForTest, openBackupsOf } from '../../support/open-backups.ts';
import { Api, type Json, S, tableInput } from './support.ts';

export interface ApiWithBackups extends BackupsForTest {
  readonly api: Api;
  /** The ARN of a new backup that is there. */
  readonly backUp: (BackupName?: string, TableName?: string) => Promise<string>;
}

export async function apiWithBackups(table: Json = {}): Promise<ApiWithBackups> {
  const opened = await openBackupsOf();
  const { site, backups, restores, pointInTime } = opened;
  const api = new Api(site.tables, { backups, restores, pointInTime });
  await api.call('CreateTable', { ...tableInput('notes'), ...table });
  await api.call('PutItem', { TableName: 'notes', Item: { pk: S('a') } });
  const backUp = async (BackupName = 'nightly', TableName = 'notes') => {
    const { BackupDetails } = await api.call('CreateBackup', { TableName, BackupName });
    await backups.settled();
    return (BackupDetails as { BackupArn: string }).BackupArn;
  };
  return { ...opened, api, backUp };
}

export const noBackup = (arn: string) => `BackupNotFound: Backup not found: ${arn}`;
