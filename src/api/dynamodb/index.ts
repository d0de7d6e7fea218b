/** Every operation of the DynamoDB API. */
import type { Operation } from '../operation.ts';
import { batchExecuteStatement } from './batch-execute-statement.ts';
import { batchGetItem } from './batch-get-item.ts';
import { batchWriteItem } from './batch-write-item.ts';
import type { DynamoContext, ReadContext } from './context.ts';
import { createBackup } from './create-backup.ts';
import { createTable } from './create-table.ts';
import { deleteBackup } from './delete-backup.ts';
import { deleteItem } from './delete-item.ts';
import { deleteResourcePolicy } from './delete-resource-policy.ts';
import { deleteTable } from './delete-table.ts';
import { describeBackup } from './describe-backup.ts';
import { describeContinuousBackups } from './describe-continuous-backups.ts';
import { describeContributorInsights } from './describe-contributor-insights.ts';
import { describeEndpoints } from './describe-endpoints.ts';
import { describeExport } from './describe-export.ts';
import { describeGlobalTable } from './describe-global-table.ts';
import { describeGlobalTableSettings } from './describe-global-table-settings.ts';
import { describeImport } from './describe-import.ts';
import { describeKinesisStreamingDestination } from './describe-kinesis-streaming-destination.ts';
import { describeLimits } from './describe-limits.ts';
import { describeTable } from './describe-table.ts';
import { describeTableReplicaAutoScaling } from './describe-table-replica-auto-scaling.ts';
import { describeTimeToLive } from './describe-time-to-live.ts';
import { executeStatement } from './execute-statement.ts';
import { executeTransaction } from './execute-transaction.ts';
import { exportTableToPointInTime } from './export-table-to-point-in-time.ts';
import { getItem } from './get-item.ts';
import { getResourcePolicy } from './get-resource-policy.ts';
import { importTable } from './import-table.ts';
import { listBackups } from './list-backups.ts';
import { listContributorInsights } from './list-contributor-insights.ts';
import { listExports } from './list-exports.ts';
import { listGlobalTables } from './list-global-tables.ts';
import { listImports } from './list-imports.ts';
import { listTables } from './list-tables.ts';
import { listTagsOfResource } from './list-tags-of-resource.ts';
import { putItem } from './put-item.ts';
import { putResourcePolicy } from './put-resource-policy.ts';
import { query } from './query.ts';
import { restoreTableFromBackup } from './restore-table-from-backup.ts';
import { restoreTableToPointInTime } from './restore-table-to-point-in-time.ts';
import { scan } from './scan.ts';
import { tagResource } from './tag-resource.ts';
import { transactGetItems } from './transact-get-items.ts';
import { transactWriteItems } from './transact-write-items.ts';
import { untagResource } from './untag-resource.ts';
import { updateContinuousBackups } from './update-continuous-backups.ts';
import { updateItem } from './update-item.ts';
import { updateTable } from './update-table.ts';
import { updateTimeToLive } from './update-time-to-live.ts';

export const dynamodbOperations: readonly Operation<DynamoContext>[] = [
  batchExecuteStatement,
  batchGetItem,
  batchWriteItem,
  createBackup,
  createTable,
  deleteBackup,
  deleteItem,
  deleteResourcePolicy,
  deleteTable,
  describeBackup,
  describeContinuousBackups,
  describeContributorInsights,
  describeEndpoints,
  describeExport,
  describeGlobalTable,
  describeGlobalTableSettings,
  describeImport,
  describeKinesisStreamingDestination,
  describeLimits,
  describeTable,
  describeTableReplicaAutoScaling,
  describeTimeToLive,
  executeStatement,
  executeTransaction,
  exportTableToPointInTime,
  getItem,
  getResourcePolicy,
  importTable,
  listBackups,
  listContributorInsights,
  listExports,
  listGlobalTables,
  listImports,
  listTables,
  listTagsOfResource,
  putItem,
  putResourcePolicy,
  query,
  restoreTableFromBackup,
  restoreTableToPointInTime,
  scan,
  tagResource,
  transactGetItems,
  transactWriteItems,
  untagResource,
  updateContinuousBackups,
  updateItem,
  updateTable,
  updateTimeToLive,
];

/** Those that a process answers which only reads. */
export const readOperations: readonly Operation<ReadContext>[] = [batchGetItem, getItem, query, scan];
