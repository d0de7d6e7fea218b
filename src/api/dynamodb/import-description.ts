/** What is told of an import. */
import type { ImportRecord } from '../../lifecycle/import-record.ts';

export function importDescription(record: ImportRecord): object {
  const { failure } = record;
  return {
    ...importSummary(record),
    TableId: record.tableId,
    ClientToken: record.clientToken,
    ErrorCount: record.errors,
    InputCompressionType: record.compression,
    InputFormatOptions: record.csv && {
      Csv: { Delimiter: record.csv.delimiter, HeaderList: record.csv.header },
    },
    TableCreationParameters: record.parameters,
    ProcessedSizeBytes: record.processedBytes,
    ProcessedItemCount: record.processedItems,
    ImportedItemCount: record.importedItems,
    FailureCode: failure?.code,
    FailureMessage: failure?.message,
  };
}

export function importSummary(record: ImportRecord): object {
  const { arn, status, tableArn, bucket, bucketOwner, prefix, startedAtMs, endedAtMs, csv } = record;
  return {
    ImportArn: arn,
    ImportStatus: status,
    TableArn: tableArn,
    S3BucketSource: { S3Bucket: bucket, S3BucketOwner: bucketOwner, S3KeyPrefix: prefix },
    InputFormat: csv === undefined ? 'DYNAMODB_JSON' : 'CSV',
    StartTime: startedAtMs / 1000,
    EndTime: endedAtMs === undefined ? undefined : endedAtMs / 1000,
  };
}
