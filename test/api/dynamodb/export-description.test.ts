import { expect, test } from 'vitest';
import { exportDescription, exportSummary } from '../../../src/api/dynamodb/export-description.ts';
import type { ExportRecord } from '../../../src/lifecycle/export-record.ts';

const record: ExportRecord = {
  id: '1-a',
  arn: 'arn/1-a',
  account: 'a',
  region: 'r',
  tableArn: 'arn:table',
  tableId: 'table',
  bucket: 'things',
  clientToken: '1-a',
  asked: '',
  startedAtMs: 1500,
  status: 'IN_PROGRESS',
  itemCount: 0,
  bytes: 0,
};

test('an export that failed says why, and neither how much it is nor where', () => {
  const failure = { code: 'S3NoSuchBucket', message: 'none' };
  const description = exportDescription({ ...record, status: 'FAILED', endedAtMs: 2500, failure });
  expect(description).toMatchObject({
    ExportStatus: 'FAILED',
    StartTime: 1.5,
    EndTime: 2.5,
    FailureCode: 'S3NoSuchBucket',
    FailureMessage: 'none',
    ExportManifest: undefined,
    ItemCount: undefined,
    BilledSizeBytes: undefined,
  });
});

test('an export of an earlier moment, or of changes, says which', () => {
  expect(exportDescription({ ...record, atMs: 500 })).toMatchObject({
    ExportTime: 0.5,
    ExportType: 'FULL_EXPORT',
  });
  const changes = { fromMs: 1000, toMs: 2000, view: 'NEW_IMAGE' } as const;
  expect(exportDescription({ ...record, changes })).toMatchObject({
    ExportTime: undefined,
    ExportType: 'INCREMENTAL_EXPORT',
    IncrementalExportSpecification: { ExportFromTime: 1, ExportToTime: 2, ExportViewType: 'NEW_IMAGE' },
  });
  expect(exportSummary({ ...record, changes })).toMatchObject({ ExportType: 'INCREMENTAL_EXPORT' });
});

test('a list tells an export by its ARN, status and type', () => {
  expect(exportSummary(record)).toEqual({
    ExportArn: 'arn/1-a',
    ExportStatus: 'IN_PROGRESS',
    ExportType: 'FULL_EXPORT',
  });
});
