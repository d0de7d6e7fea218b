import { expect, test } from 'vitest';
import { apiWithBucket } from './exchange-support.ts';
import { arnOf, tableInput } from './support.ts';

const TableArn = arnOf('notes');

test('ExportTableToPointInTime answers with an export under way, and DescribeExport with its end', async () => {
  const { api, opened } = await apiWithBucket();
  const nowS = opened.base.site.clock.nowMs() / 1000;
  const { ExportDescription } = await api.call('ExportTableToPointInTime', {
    TableArn,
    S3Bucket: 'things',
    S3Prefix: 'p',
    S3BucketOwner: '111122223333',
    ClientToken: 't',
  });
  const begun = {
    ExportArn: expect.stringMatching(/:table\/notes\/export\/\d{14}-[0-9a-f]{8}$/),
    ExportStatus: 'IN_PROGRESS',
    StartTime: nowS,
    TableArn,
    TableId: expect.any(String),
    ExportTime: nowS,
    ClientToken: 't',
    S3Bucket: 'things',
    S3BucketOwner: '111122223333',
    S3Prefix: 'p',
    ExportFormat: 'DYNAMODB_JSON',
    ExportType: 'FULL_EXPORT',
  };
  expect(ExportDescription).toEqual(begun);
  await opened.exports.settled();
  const { ExportArn } = ExportDescription as { readonly ExportArn: string };
  expect((await api.call('DescribeExport', { ExportArn })).ExportDescription).toEqual({
    ...begun,
    ExportStatus: 'COMPLETED',
    EndTime: nowS,
    ExportManifest: `p/AWSDynamoDB/${ExportArn.split('/').at(-1)}/manifest-summary.json`,
    BilledSizeBytes: 3,
    ItemCount: 1,
  });
});

const refused: readonly (readonly [string, object, string])[] = [
  ['Ion', { ExportFormat: 'ION' }, 'This server does not have the ExportFormat ION'],
  [
    'changes alone',
    { ExportType: 'INCREMENTAL_EXPORT' },
    'This server does not have the ExportType INCREMENTAL_EXPORT',
  ],
  ['an earlier moment', { ExportTime: 1 }, 'This server does not have the parameter ExportTime'],
  [
    'S3 to encrypt it',
    { S3SseAlgorithm: 'AES256' },
    'This server does not have the parameter S3SseAlgorithm',
  ],
  [
    'a way out',
    { S3Prefix: '../x' },
    'The S3 key cannot be a file below the folder of its bucket: "../x/AWSDynamoDB',
  ],
  ['no table', { TableArn: arnOf('none') }, 'ContinuousTableNotFound: Table not found: none'],
  [
    'a table without its past',
    { TableArn: arnOf('bare') },
    "PointInTimeOff: Point in time recovery is not enabled for table 'bare'",
  ],
];
for (const [name, more, sentence] of refused) {
  test(`R-API-1: an export of ${name} is refused, and none begins`, async () => {
    const { api } = await apiWithBucket();
    await api.call('CreateTable', tableInput('bare'));
    const input = { TableArn, S3Bucket: 'things', ...more };
    expect(await api.refusal('ExportTableToPointInTime', input)).toContain(sentence);
    expect(await api.call('ListExports', {})).toEqual({ ExportSummaries: [] });
  });
}
