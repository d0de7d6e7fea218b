import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canDecompress } from '../../../src/lifecycle/import-lines.ts';
import { saidSkip } from '../../support/said-skip.ts';
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

const hasZstandard = saidSkip(canDecompress('ZSTD'), 'a Node without Zstandard: this one has it');

test.skipIf(hasZstandard)('R-API-1: Zstandard is refused by a Node that has none', async () => {
  const { api } = await apiWithBucket();
  expect(await api.refusal('ImportTable', input({ InputCompressionType: 'ZSTD' }))).toContain(
    'This server does not have the InputCompressionType ZSTD: its Node has no Zstandard',
  );
});

test('CSV is read with the options of the request, keys by their types and all else as text', async () => {
  const { api, opened } = await apiWithBucket();
  writeFileSync(join(opened.bucket, 'a.csv'), 'x;1\ny;"a;b"\nz\n');
  const TableCreationParameters = tableInput('made');
  const InputFormatOptions = { Csv: { Delimiter: ';', HeaderList: ['pk', 'n'] } };
  const csv = input({ InputFormat: 'CSV', InputFormatOptions, TableCreationParameters });
  const { ImportTableDescription } = await api.call('ImportTable', csv);
  expect(ImportTableDescription).toMatchObject({ InputFormat: 'CSV', InputFormatOptions });
  await opened.imports.settled();
  const { ImportArn } = ImportTableDescription as { readonly ImportArn: string };
  expect((await api.call('DescribeImport', { ImportArn })).ImportTableDescription).toMatchObject({
    ProcessedItemCount: 3,
    ImportedItemCount: 2,
    ErrorCount: 1,
  });
  const { Items } = await api.call('Scan', { TableName: 'made' });
  expect(Items).toHaveLength(2);
  expect(Items).toContainEqual({ pk: { S: 'x' }, n: { S: '1' } });
  expect(Items).toContainEqual({ pk: { S: 'y' }, n: { S: 'a;b' } });
});

const refused: readonly (readonly [string, object, string])[] = [
  ['Ion', { InputFormat: 'ION' }, 'This server does not have the InputFormat ION'],
  [
    'CSV with two columns of one name',
    { InputFormat: 'CSV', InputFormatOptions: { Csv: { HeaderList: ['pk', 'pk'] } } },
    'HeaderList must not have a name twice',
  ],
  [
    'CSV between letters',
    { InputFormat: 'CSV', InputFormatOptions: { Csv: { Delimiter: 'x' } } },
    'Member must satisfy regular expression pattern: [,;:|\\t ]',
  ],
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
