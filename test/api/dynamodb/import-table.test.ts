import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apiWithBucket } from './exchange-support.ts';
import { arnOf, tableInput } from './support.ts';

const input = (more: object = {}) => ({
  S3BucketSource: { S3Bucket: 'things' },
  InputFormat: 'DYNAMODB_JSON',
  TableCreationParameters: tableInput('made'),
  ...more,
});

test('ImportTable answers with an import under way, and DescribeImport with its end', async () => {
  const { api, opened } = await apiWithBucket();
  writeFileSync(join(opened.bucket, 'a.json'), '{"Item":{"pk":{"S":"x"}}}\nnonsense\n');
  const { ImportTableDescription: begun } = await api.call('ImportTable', input());
  expect(begun).toMatchObject({
    ImportArn: expect.stringMatching(/:table\/made\/import\/\d{14}-[0-9a-f]{8}$/),
    ImportStatus: 'IN_PROGRESS',
    TableArn: arnOf('made'),
    InputCompressionType: 'NONE',
    TableCreationParameters: tableInput('made'),
  });
  expect((await api.call('DescribeTable', { TableName: 'made' })).Table).toMatchObject({
    TableStatus: 'CREATING',
  });
  expect((await api.call('DescribeTable', { TableName: 'made' })).Table).not.toHaveProperty('RestoreSummary');
  await opened.imports.settled();
  const { ImportArn } = begun as { readonly ImportArn: string };
  expect((await api.call('DescribeImport', { ImportArn })).ImportTableDescription).toMatchObject({
    ImportStatus: 'COMPLETED',
    ProcessedItemCount: 2,
    ImportedItemCount: 1,
    ErrorCount: 1,
    ProcessedSizeBytes: 35,
  });
  expect(await api.call('Scan', { TableName: 'made' })).toMatchObject({ Items: [{ pk: { S: 'x' } }] });
});

test('an index of the table is filled with it', async () => {
  const { api, opened } = await apiWithBucket();
  writeFileSync(join(opened.bucket, 'a.json'), '{"Item":{"pk":{"S":"x"},"a":{"S":"y"}}}');
  const made = tableInput('made');
  const TableCreationParameters = {
    ...made,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'a', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-a',
        KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  };
  await api.call('ImportTable', input({ TableCreationParameters }));
  await opened.imports.settled();
  expect(await api.call('Scan', { TableName: 'made', IndexName: 'by-a' })).toMatchObject({ Count: 1 });
});

const refused: readonly (readonly [string, object, string])[] = [
  ['CSV', { InputFormat: 'CSV' }, 'This server does not have the InputFormat CSV'],
  ['Zstandard', { InputCompressionType: 'ZSTD' }, 'This server does not have the InputCompressionType ZSTD'],
  [
    'a name that is taken',
    { TableCreationParameters: tableInput('notes') },
    'TableInUse: Table already exists: notes',
  ],
  [
    'a table without a key',
    { TableCreationParameters: { ...tableInput('made'), KeySchema: [] } },
    'Member must have length greater than or equal to 1',
  ],
];
for (const [name, more, sentence] of refused) {
  test(`R-API-1: an import of ${name} is refused, and none begins`, async () => {
    const { api } = await apiWithBucket();
    expect(await api.refusal('ImportTable', input(more))).toContain(sentence);
    expect(await api.call('ListImports', {})).toEqual({ ImportSummaryList: [] });
    expect(await api.call('ListTables', {})).toEqual({ TableNames: ['notes'] });
  });
}
