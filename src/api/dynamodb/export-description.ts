/** What is told of an export. */
import type { ExportRecord } from '../../lifecycle/export-record.ts';
import { exportFolder } from '../../lifecycle/export-record.ts';

export function exportDescription(record: ExportRecord): object {
  const { arn, status, startedAtMs, endedAtMs, tableArn, tableId, failure, itemCount, bytes } = record;
  const isWhole = status === 'COMPLETED';
  return {
    ExportArn: arn,
    ExportStatus: status,
    StartTime: startedAtMs / 1000,
    EndTime: endedAtMs === undefined ? undefined : endedAtMs / 1000,
    ExportManifest: isWhole ? `${exportFolder(record)}/manifest-summary.json` : undefined,
    TableArn: tableArn,
    TableId: tableId,
    ExportTime: startedAtMs / 1000,
    ClientToken: record.clientToken,
    S3Bucket: record.bucket,
    S3BucketOwner: record.bucketOwner,
    S3Prefix: record.prefix,
    FailureCode: failure?.code,
    FailureMessage: failure?.message,
    ExportFormat: 'DYNAMODB_JSON',
    BilledSizeBytes: isWhole ? bytes : undefined,
    ItemCount: isWhole ? itemCount : undefined,
    ExportType: 'FULL_EXPORT',
  };
}

export function exportSummary({ arn, status }: ExportRecord): object {
  return { ExportArn: arn, ExportStatus: status, ExportType: 'FULL_EXPORT' };
}
