import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { utf8 } from '../../src/base/bytes.ts';
import { Bucket } from '../../src/lifecycle/bucket.ts';
import { writeExport } from '../../src/lifecycle/export-files.ts';
import type { ExportLine } from '../../src/lifecycle/export-lines.ts';
import type { ExportRecord } from '../../src/lifecycle/export-record.ts';

const record: ExportRecord = {
  id: '01700000000000-0badcafe',
  arn: 'arn:export',
  account: '111122223333',
  region: 'us-east-1',
  tableArn: 'arn:table',
  tableId: 'id-of-table',
  bucket: 'things',
  prefix: 'deep/er',
  clientToken: 't',
  asked: '',
  startedAtMs: 1_700_000_000_000,
  status: 'IN_PROGRESS',
  itemCount: 0,
  bytes: 0,
};

let folder: string;
let bucket: Bucket;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-export-'));
  bucket = (await Bucket.find({ things: folder }, 'things')) as Bucket;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const objectOf = (key: string) => readFileSync(join(folder, key));
const place = 'deep/er/AWSDynamoDB/01700000000000-0badcafe';

async function* linesOf(lines: readonly string[]): AsyncGenerator<ExportLine> {
  for (const line of lines) yield { line: utf8(line), bytes: 3 };
}

async function exported(lines: readonly string[], more: Partial<ExportRecord> = {}) {
  const options = { bucket, record: { ...record, ...more } };
  const totals = await writeExport(options, linesOf(lines), () => 1_700_000_001_000);
  const manifest = objectOf(`${place}/manifest-files.json`).toString();
  const files = manifest
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { totals, files };
}

test('an export is laid out as AWS does it: data, their manifest, and a summary', async () => {
  const { totals, files } = await exported(['{"n":1}', '{"n":0}']);
  expect(totals).toEqual({ itemCount: 2, bytes: 6 });
  expect(files).toEqual([
    {
      itemCount: 2,
      md5Checksum: expect.any(String),
      etag: expect.stringMatching(/^[0-9a-f]{32}-1$/),
      dataFileS3Key: expect.stringMatching(new RegExp(`^${place}/data/[0-9a-z]+\\.json\\.gz$`)),
    },
  ]);
  const data = objectOf(files[0].dataFileS3Key);
  expect(createHash('md5').update(data).digest('base64')).toBe(files[0].md5Checksum);
  expect(gunzipSync(data).toString()).toBe('{"n":1}\n{"n":0}\n');
  expect(JSON.parse(objectOf(`${place}/manifest-summary.json`).toString())).toEqual({
    version: '2020-06-30',
    exportArn: 'arn:export',
    startTime: '2023-11-14T22:13:20.000Z',
    endTime: '2023-11-14T22:13:21.000Z',
    tableArn: 'arn:table',
    tableId: 'id-of-table',
    exportTime: '2023-11-14T22:13:20.000Z',
    s3Bucket: 'things',
    s3Prefix: 'deep/er',
    s3SseAlgorithm: null,
    s3SseKmsKeyId: null,
    manifestFilesS3Key: `${place}/manifest-files.json`,
    billedSizeBytes: 6,
    itemCount: 2,
    outputFormat: 'DYNAMODB_JSON',
    exportType: 'FULL_EXPORT',
  });
  for (const name of ['manifest-files', 'manifest-summary']) {
    const md5 = createHash('md5')
      .update(objectOf(`${place}/${name}.json`))
      .digest('base64');
    expect(objectOf(`${place}/${name}.md5`).toString()).toBe(md5);
  }
});

test('of a table without items there is no data', async () => {
  expect(await exported([])).toEqual({ totals: { itemCount: 0, bytes: 0 }, files: [] });
});

test('many items are in several files, each of them once', async () => {
  const line = 'x'.repeat(1024 * 1024);
  const { files } = await exported(Array.from({ length: 65 }, () => line));
  expect(files.map(({ itemCount }) => itemCount)).toEqual([64, 1]);
}, 60_000);

test('an export of an earlier moment says which, and one of changes from when to when, with its data beside it', async () => {
  const summaryOf = async (more: Partial<ExportRecord>) => {
    const { files } = await exported(['{}'], more);
    return [JSON.parse(objectOf(`${place}/manifest-summary.json`).toString()), files[0].dataFileS3Key];
  };
  const [earlier] = await summaryOf({ atMs: 1_600_000_000_000 });
  expect(earlier).toMatchObject({ exportTime: '2020-09-13T12:26:40.000Z', exportType: 'FULL_EXPORT' });
  const changes = { fromMs: 1_600_000_000_000, toMs: 1_600_003_600_000, view: 'NEW_IMAGE' } as const;
  const [summary, key] = await summaryOf({ changes });
  expect(summary).toMatchObject({
    version: '2023-08-01',
    exportFromTime: '2020-09-13T12:26:40.000Z',
    exportToTime: '2020-09-13T13:26:40.000Z',
    outputView: 'NEW_IMAGE',
    exportType: 'INCREMENTAL_EXPORT',
  });
  expect(summary).not.toHaveProperty('exportTime');
  expect(key).toMatch(/^deep\/er\/AWSDynamoDB\/data\/01700000000000-0badcafe-[0-9a-f]{32}\.json\.gz$/);
});

test('items that cannot be read leave no summary', async () => {
  const options = { bucket, record };
  // biome-ignore lint/correctness/useYield: it has none.
  const failing = (async function* (): AsyncGenerator<ExportLine> {
    throw new Error('no more');
  })();
  await expect(writeExport(options, failing, () => 0)).rejects.toThrow('no more');
  expect((await bucket.list('')).map(({ key }) => key)).toEqual([`${place}/_started`]);
});
