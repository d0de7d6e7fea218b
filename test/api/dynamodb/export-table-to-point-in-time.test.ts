import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { apiWithBucket } from './exchange-support.ts';
import { arnOf, S, tableInput } from './support.ts';

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

/** The lines of an export that has ended. */
async function linesOf({ api, opened }: Awaited<ReturnType<typeof apiWithBucket>>, input: object) {
  const { ExportDescription: begun } = await api.call('ExportTableToPointInTime', {
    TableArn,
    S3Bucket: 'things',
    ...input,
  });
  await opened.exports.settled();
  const { ExportArn } = begun as { readonly ExportArn: string };
  const { ExportDescription: done } = await api.call('DescribeExport', { ExportArn });
  const { ExportManifest } = done as { readonly ExportManifest: string };
  const textOf = (key: string) => readFileSync(join(opened.bucket, key));
  const { manifestFilesS3Key } = JSON.parse(textOf(ExportManifest).toString());
  const files = textOf(manifestFilesS3Key).toString().split('\n').slice(0, -1);
  return files.flatMap((file) =>
    gunzipSync(textOf(JSON.parse(file).dataFileS3Key))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

test('an export is of any moment of the past, to the second, and its changes of what came between two', async () => {
  const site = await apiWithBucket();
  const { api, opened } = site;
  const { clock } = opened.base.site;
  const put = (pk: string, text: string) =>
    api.call('PutItem', { TableName: 'notes', Item: { pk: S(pk), text: S(text) } });
  const startS = clock.nowMs() / 1000;
  clock.advance(1000);
  await put('b', 'one');
  clock.advance(1000);
  await put('b', 'two');
  await api.call('DeleteItem', { TableName: 'notes', Key: { pk: S('a') } });
  clock.advance(15 * 60_000);
  await put('c', 'late');
  const [a, c] = [{ pk: S('a') }, { pk: S('c'), text: S('late') }];
  const b = (text: string) => ({ pk: S('b'), text: S(text) });
  const itemsAt = async (ExportTime: number) => (await linesOf(site, { ExportTime })).map(({ Item }) => Item);
  expect(await itemsAt(startS)).toEqual([a]);
  expect(new Set(await itemsAt(startS + 1))).toEqual(new Set([a, b('one')]));
  expect(await itemsAt(startS + 2)).toEqual([b('two')]);
  expect(new Set(await itemsAt(startS + 902))).toEqual(new Set([b('two'), c]));
  const changesOf = (ExportFromTime: number, ExportToTime: number, ExportViewType?: string) =>
    linesOf(site, {
      ExportType: 'INCREMENTAL_EXPORT',
      IncrementalExportSpecification: { ExportFromTime, ExportToTime, ExportViewType },
    });
  const written = (s: number, number = 0) => ({
    WriteTimestampMicros: { N: String((startS + s) * 1_000_000 + number) },
  });
  const both = await changesOf(startS + 2, startS + 902);
  expect(both).toHaveLength(2);
  expect(both).toContainEqual({ Metadata: written(2, 1), Keys: a, OldImage: a });
  expect(both).toContainEqual({
    Metadata: written(2),
    Keys: { pk: S('b') },
    OldImage: b('one'),
    NewImage: b('two'),
  });
  const after = await changesOf(startS + 1, startS + 901, 'NEW_IMAGE');
  expect(after).toContainEqual({ Metadata: written(2, 1), Keys: a });
  expect(after).toContainEqual({ Metadata: written(2), Keys: { pk: S('b') }, NewImage: b('two') });
});

const refused: readonly (readonly [string, object, string])[] = [
  ['Ion', { ExportFormat: 'ION' }, 'This server does not have the ExportFormat ION'],
  [
    'changes from no time on',
    { ExportType: 'INCREMENTAL_EXPORT' },
    'ExportFromTime must be specified for the ExportType INCREMENTAL_EXPORT',
  ],
  [
    'changes and a moment',
    { ExportType: 'INCREMENTAL_EXPORT', ExportTime: 1 },
    'ExportTime needs the ExportType FULL_EXPORT',
  ],
  [
    'all, and of changes',
    { IncrementalExportSpecification: {} },
    'IncrementalExportSpecification needs the ExportType INCREMENTAL_EXPORT',
  ],
  [
    'a moment that is not kept',
    { ExportTime: 1 },
    'InvalidExportTime: The specified ExportTime is outside of the point in time recovery window.',
  ],
  ['a filter', { FilterSpecification: {} }, 'This server does not have the parameter FilterSpecification'],
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
