import { expect, test } from 'vitest';
import { importDescription, importSummary } from '../../../src/api/dynamodb/import-description.ts';
import type { ImportRecord } from '../../../src/lifecycle/import-record.ts';

const record: ImportRecord = {
  id: '1-a',
  arn: 'arn/1-a',
  account: 'a',
  region: 'r',
  tableArn: 'arn:table',
  tableId: 'table',
  bucket: 'things',
  prefix: 'p',
  clientToken: '1-a',
  asked: '',
  startedAtMs: 1500,
  status: 'FAILED',
  endedAtMs: 2500,
  failure: { code: 'S3NoSuchBucket', message: 'none' },
  compression: 'GZIP',
  parameters: { TableName: 'T' },
  processedItems: 3,
  importedItems: 2,
  errors: 1,
  processedBytes: 9,
};
const summary = {
  ImportArn: 'arn/1-a',
  ImportStatus: 'FAILED',
  TableArn: 'arn:table',
  S3BucketSource: { S3Bucket: 'things', S3BucketOwner: undefined, S3KeyPrefix: 'p' },
  InputFormat: 'DYNAMODB_JSON',
  StartTime: 1.5,
  EndTime: 2.5,
};

test('an import is told with what it read, what of that it took, and why it failed', () => {
  expect(importDescription(record)).toEqual({
    ...summary,
    TableId: 'table',
    ClientToken: '1-a',
    ErrorCount: 1,
    InputCompressionType: 'GZIP',
    TableCreationParameters: { TableName: 'T' },
    ProcessedSizeBytes: 9,
    ProcessedItemCount: 3,
    ImportedItemCount: 2,
    FailureCode: 'S3NoSuchBucket',
    FailureMessage: 'none',
  });
});

test('a list tells less of it', () => {
  expect(importSummary(record)).toEqual(summary);
});

test('an import of CSV says how it is read', () => {
  const csv = { delimiter: ';', header: ['a'] };
  expect(importDescription({ ...record, csv })).toMatchObject({
    InputFormat: 'CSV',
    InputFormatOptions: { Csv: { Delimiter: ';', HeaderList: ['a'] } },
  });
  expect(importSummary({ ...record, csv })).toMatchObject({ InputFormat: 'CSV' });
});
