/** What is told of an export. */
import type { ExportRecord } from '../../lifecycle/export-record.ts';
import { exportFolder } from '../../lifecycle/export-record.ts';

export function exportDescription(record: ExportRecord): object {
  const { arn, status, startedAtMs, endedAtMs, tableArn, tableId, failure, itemCount, bytes } = record;
  const { atMs = startedAtMs, changes } = record;
  const isWhole = status === 'COMPLETED';
  return {
    ExportArn: arn,
    ExportStatus: status,
    StartTime: startedAtMs / 1000,
    EndTime: endedAtMs === undefined ? undefined : endedAtMs / 1000,
    ExportManifest: isWhole ? `${exportFolder(record)}/manifest-summary.json` : undefined,
    TableArn: tableArn,
    TableId: tableId,
    ExportTime: changes === undefined ? atMs / 1000 : undefined,
    ClientToken: record.clientToken,
    S3Bucket: record.bucket,
    S3BucketOwner: record.bucketOwner,
    S3Prefix: record.prefix,
    FailureCode: failure?.code,
    FailureMessage: failure?.message,
    ExportFormat: 'DYNAMODB_JSON',
    BilledSizeBytes: isWhole ? bytes : undefined,
    ItemCount: isWhole ? itemCount : undefined,
    ExportType: typeOf(record),
    IncrementalExportSpecification: changes && {
      ExportFromTime: changes.fromMs / 1000,
      ExportToTime: changes.toMs / 1000,
      ExportViewType: changes.view,
    },
  };
}

export function exportSummary(record: ExportRecord): object {
  return { ExportArn: record.arn, ExportStatus: record.status, ExportType: typeOf(record) };
}

function typeOf({ changes }: ExportRecord): string {
  return changes === undefined ? 'FULL_EXPORT' : 'INCREMENTAL_EXPORT';
}
