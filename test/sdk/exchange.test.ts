import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  DescribeExportCommand,
  DescribeImportCommand,
  DynamoDBClient,
  ExportTableToPointInTimeCommand,
  ImportTableCommand,
  ListExportsCommand,
  ListImportsCommand,
  PutItemCommand,
  ScanCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, open } from '../../src/index.ts';
import { newTable, refusal } from './way.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-exchange-'));
const exports = join(folder, 'exports');
let database: Database;
let client: DynamoDBClient;
beforeAll(async () => {
  mkdirSync(exports);
  const rootKey = { file: join(folder, 'keys', 'root.key') };
  database = await open(join(folder, 'data'), { rootKey, buckets: { exports } });
  client = new DynamoDBClient(database.clientConfig());
});
afterAll(async () => {
  client.destroy();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks again until it is over; each question lets the work go on. */
async function untilOver<T extends string>(status: () => Promise<T | undefined>): Promise<T | undefined> {
  for (;;) {
    const found = await status();
    if (found !== 'IN_PROGRESS') return found;
    await new Promise(setImmediate);
  }
}

test('a client of AWS exports a table, finds it where AWS would put it, and imports it again', async () => {
  const { TableArn } = await newTable({ tables: client } as never, 'cities');
  const put = (city: string, year: number) =>
    client.send(
      new PutItemCommand({ TableName: 'cities', Item: { city: { S: city }, year: { N: `${year}` } } }),
    );
  for (let year = 1; year <= 20; year++) await put('Bern', year);
  const start = () =>
    client.send(new ExportTableToPointInTimeCommand({ TableArn, S3Bucket: 'exports', S3Prefix: 'daily' }));
  expect(await refusal(start())).toBe(
    "PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'cities'",
  );
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: 'cities',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  const { ExportDescription: begun } = await start();
  const { ExportArn } = begun ?? {};
  const exported = async () =>
    (await client.send(new DescribeExportCommand({ ExportArn }))).ExportDescription;
  expect(await untilOver(async () => (await exported())?.ExportStatus)).toBe('COMPLETED');
  const { ExportManifest = '', ItemCount } = (await exported()) ?? {};
  expect(ItemCount).toBe(20);
  const data = join(exports, ExportManifest, '..', 'data');
  const [file = ''] = readdirSync(data);
  const lines = gunzipSync(readFileSync(join(data, file)))
    .toString()
    .trim()
    .split('\n');
  expect(JSON.parse(lines[0] ?? '')).toEqual({ Item: { city: { S: 'Bern' }, year: { N: '1' } } });
  expect((await client.send(new ListExportsCommand({ TableArn }))).ExportSummaries).toMatchObject([
    { ExportArn },
  ]);

  const { ImportTableDescription: importing } = await client.send(
    new ImportTableCommand({
      S3BucketSource: {
        S3Bucket: 'exports',
        S3KeyPrefix: ExportManifest.replace('manifest-summary.json', 'data/'),
      },
      InputFormat: 'DYNAMODB_JSON',
      InputCompressionType: 'GZIP',
      TableCreationParameters: {
        TableName: 'copies',
        AttributeDefinitions: [
          { AttributeName: 'city', AttributeType: 'S' },
          { AttributeName: 'year', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'city', KeyType: 'HASH' },
          { AttributeName: 'year', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      },
    }),
  );
  const { ImportArn } = importing ?? {};
  const imported = async () =>
    (await client.send(new DescribeImportCommand({ ImportArn }))).ImportTableDescription;
  expect(await untilOver(async () => (await imported())?.ImportStatus)).toBe('COMPLETED');
  expect((await client.send(new ScanCommand({ TableName: 'copies' }))).Count).toBe(20);
  expect((await client.send(new ListImportsCommand({}))).ImportSummaryList).toMatchObject([{ ImportArn }]);
}, 60_000);

test('names that lead out of the bucket, and buckets that are none, are told in AWS errors', async () => {
  const missing = new DescribeExportCommand({
    ExportArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/x/export/y',
  });
  expect(await refusal(client.send(missing))).toMatch(/^ExportNotFoundException: Export not found: /);
  const out = new ExportTableToPointInTimeCommand({
    TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/cities',
    S3Bucket: 'exports',
    S3Prefix: '../../etc',
  });
  expect(await refusal(client.send(out))).toMatch(/^ValidationException: The S3 key cannot be/);
  expect(readdirSync(folder).toSorted()).toEqual(['data', 'exports', 'keys']);
});
