import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Api } from './api/dynamodb/support.ts';
import { user } from './support/embedded-kms.ts';
import { openExchangeOf } from './support/open-exchange.ts';

test('what is exported can be imported, and is the same then', async () => {
  const opened = await openExchangeOf();
  const { exports, imports, base } = opened;
  const api = new Api(base.site.tables, { ...base, exports, imports });
  const keys = {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'B' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  };
  await api.call('CreateTable', { TableName: 'from', ...keys });
  const Item = {
    id: { B: 'AAEC' },
    text: { S: 'ä\n"\u0000😀' },
    deep: { M: { list: { L: [{ N: '-1.5' }, { NULL: true }, { BS: ['/w=='] }] } } },
  };
  await api.call('PutItem', { TableName: 'from', Item });
  await base.pointInTime.change(user, 'from', {});
  const { ExportDescription } = await api.call('ExportTableToPointInTime', {
    TableArn: `arn:aws:dynamodb:${user.region}:${user.account}:table/from`,
    S3Bucket: 'things',
  });
  await exports.settled();
  const { ExportArn } = ExportDescription as { readonly ExportArn: string };
  const { ExportDescription: done } = await api.call('DescribeExport', { ExportArn });
  const { ExportManifest } = done as { readonly ExportManifest: string };
  await api.call('ImportTable', {
    S3BucketSource: { S3Bucket: 'things', S3KeyPrefix: join(ExportManifest, '..', 'data') },
    InputFormat: 'DYNAMODB_JSON',
    InputCompressionType: 'GZIP',
    TableCreationParameters: { TableName: 'into', ...keys },
  });
  await imports.settled();
  expect(await api.call('Scan', { TableName: 'into' })).toMatchObject({ Items: [Item], Count: 1 });
});
