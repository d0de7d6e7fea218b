/** ListBackups: the caller's backups in the order in which they were made, page by page, also of tables that have gone. */
import { backupOrder } from '../../lifecycle/backup-arn.ts';
import type { BackupRecord } from '../../lifecycle/backup-record.ts';
import { bareTableName } from '../../tables/table-name.ts';
import { operation } from '../operation.ts';
import { backupSummary } from './backup-description.ts';
import type { DynamoContext } from './context.ts';

interface ListBackupsInput {
  readonly TableName?: string;
  readonly Limit?: number;
  readonly TimeRangeLowerBound?: number;
  readonly TimeRangeUpperBound?: number;
  readonly ExclusiveStartBackupArn?: string;
  readonly BackupType?: 'USER' | 'SYSTEM' | 'AWS_BACKUP' | 'ALL';
}

const summariesMax = 100;

export const listBackups = operation({
  name: 'ListBackups',
  run: ({ backups, caller }: DynamoContext, input: ListBackupsInput) => {
    const { Limit = summariesMax } = input;
    const { account, region } = caller;
    const isTheirs = ({ source }: BackupRecord) => source.account === account && source.region === region;
    const fits = filterOf(input, (given) => bareTableName(caller, given));
    const found = backups.all().filter((record) => isTheirs(record) && fits(record));
    const shown = found.slice(0, Limit);
    return {
      BackupSummaries: shown.map(backupSummary),
      LastEvaluatedBackupArn: found.length > Limit ? shown.at(-1)?.arn : undefined,
    };
  },
});

/** From the lower bound on, and before the upper one. */
function filterOf(
  input: ListBackupsInput,
  bareName: (given: string) => string | undefined,
): (record: BackupRecord) => boolean {
  const { TableName, BackupType = 'USER', ExclusiveStartBackupArn: start } = input;
  const fromMs = (input.TimeRangeLowerBound ?? Number.NEGATIVE_INFINITY) * 1000;
  const toMs = (input.TimeRangeUpperBound ?? Number.POSITIVE_INFINITY) * 1000;
  const table = TableName === undefined ? undefined : bareName(TableName);
  return ({ arn, type, source, createdAtMs }) =>
    (BackupType === 'ALL' || type === BackupType) &&
    (TableName === undefined || source.definition.name === table) &&
    createdAtMs >= fromMs &&
    createdAtMs < toMs &&
    (start === undefined || backupOrder(arn) > backupOrder(start));
}
