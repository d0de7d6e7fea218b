/** Every operation on a table in each state but ACTIVE (bad-inputs D23): what it answers, and that nothing comes of it. */
import { afterEach, describe, expect, test } from 'vitest';
import { DelayedTables } from '../../src/api/dynamodb/delayed-tables.ts';
import { dynamodbOperations } from '../../src/api/dynamodb/index.ts';
import { Refusal } from '../../src/base/errors.ts';
import { TableLifecycle } from '../../src/lifecycle/table-lifecycle.ts';
import { Api, arnOf, caller, type Json, S, tableInput } from '../api/dynamodb/support.ts';
import { openExchangeOf } from '../support/open-exchange.ts';
import { definitionOf, newKey } from '../support/open-tables.ts';

const TableName = 'notes';
const TableArn = arnOf(TableName);
const Key = { pk: S('a') };
const Item = Key;
const Statement = `SELECT * FROM "${TableName}" WHERE pk = 'a'`;
const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'dynamodb:GetItem', Resource: TableArn }],
});
const bySortOfCall = {
  items: [
    ['GetItem', { TableName, Key }],
    ['PutItem', { TableName, Item }],
    ['UpdateItem', { TableName, Key }],
    ['DeleteItem', { TableName, Key }],
    ['BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key] } } }],
    ['BatchWriteItem', { RequestItems: { [TableName]: [{ PutRequest: { Item } }] } }],
    ['Query', { TableName, KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: { ':a': S('a') } }],
    ['Scan', { TableName }],
    ['TransactGetItems', { TransactItems: [{ Get: { TableName, Key } }] }],
    ['TransactWriteItems', { TransactItems: [{ Put: { TableName, Item } }] }],
    ['ExecuteStatement', { Statement }],
    ['ExecuteTransaction', { TransactStatements: [{ Statement }] }],
  ],
  makes: [
    ['CreateTable', tableInput(TableName)],
    [
      'ImportTable',
      {
        S3BucketSource: { S3Bucket: 'things' },
        InputFormat: 'DYNAMODB_JSON',
        TableCreationParameters: tableInput(TableName),
      },
    ],
  ],
  shows: [['DescribeTable', { TableName }]],
  changes: [['UpdateTable', { TableName, TableClass: 'STANDARD' }]],
  timeToLive: [
    ['UpdateTimeToLive', { TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' } }],
  ],
  tells: [
    ['DescribeTimeToLive', { TableName }],
    ['DescribeContributorInsights', { TableName }],
    ['DescribeKinesisStreamingDestination', { TableName }],
    ['DescribeTableReplicaAutoScaling', { TableName }],
  ],
  belongings: [
    ['TagResource', { ResourceArn: TableArn, Tags: [{ Key: 'a', Value: 'b' }] }],
    ['UntagResource', { ResourceArn: TableArn, TagKeys: ['a'] }],
    ['ListTagsOfResource', { ResourceArn: TableArn }],
    ['PutResourcePolicy', { ResourceArn: TableArn, Policy }],
    ['GetResourcePolicy', { ResourceArn: TableArn }],
    ['DeleteResourcePolicy', { ResourceArn: TableArn }],
  ],
  pasts: [
    ['DescribeContinuousBackups', { TableName }],
    [
      'UpdateContinuousBackups',
      { TableName, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    ],
  ],
  copies: [
    ['CreateBackup', { TableName, BackupName: 'copy' }],
    [
      'RestoreTableToPointInTime',
      { SourceTableName: TableName, TargetTableName: 'again', UseLatestRestorableTime: true },
    ],
    ['ExportTableToPointInTime', { TableArn, S3Bucket: 'things' }],
  ],
  deletes: [['DeleteTable', { TableName }]],
} satisfies Readonly<Record<string, readonly (readonly [string, Json])[]>>;
type Sort = keyof typeof bySortOfCall;

/** Of no one table that is there. */
const others = [
  'BatchExecuteStatement',
  'DeleteBackup',
  'DescribeBackup',
  'DescribeEndpoints',
  'DescribeExport',
  'DescribeGlobalTable',
  'DescribeGlobalTableSettings',
  'DescribeImport',
  'DescribeLimits',
  'ListBackups',
  'ListContributorInsights',
  'ListExports',
  'ListGlobalTables',
  'ListImports',
  'ListTables',
  'RestoreTableFromBackup',
];

const answered = /^answered$/;
const noData = /^TableNotFound: Requested resource not found$/;
const noTable = /^TableNotFound: Requested resource not found: Table: notes not found$/;
const noResource = /^ResourceNotFound: Requested resource not found: ResourcArn: .*:table\/notes not found$/;
const noBackups = /^ContinuousTableNotFound: Table not found: notes$/;
const exists = /^TableInUse: Table already exists: notes$/;
const key = /^TableKeyRefused: KMS key disabled error: .*DisabledException: .* is disabled\. /;
const inUse = (what: string) =>
  new RegExp(
    `^TableInUse: Attempt to change a resource which is still in use: Table is being ${what}: notes$`,
  );

/** On AWS measured, or what follows from that (aws-behaviour §1.8.1, §1.9, §1.10). */
const states: Readonly<Record<string, Readonly<Record<Sort, RegExp>>>> = {
  CREATING: {
    items: noData,
    makes: exists,
    shows: answered,
    changes: inUse('created'),
    timeToLive: inUse('created'),
    tells: answered,
    belongings: answered,
    pasts: noBackups,
    copies: noBackups,
    deletes: inUse('created'),
  },
  INACCESSIBLE_ENCRYPTION_CREDENTIALS: {
    items: key,
    makes: exists,
    shows: answered,
    changes: answered,
    timeToLive: key,
    tells: answered,
    belongings: answered,
    pasts: answered,
    copies: key,
    deletes: answered,
  },
  ARCHIVING: {
    items: noData,
    makes: exists,
    shows: answered,
    changes: inUse('archived'),
    timeToLive: inUse('archived'),
    tells: noTable,
    belongings: noResource,
    pasts: noBackups,
    copies: noBackups,
    deletes: inUse('archived'),
  },
  ARCHIVED: {
    items: noData,
    makes: exists,
    shows: answered,
    changes: noTable,
    timeToLive: noTable,
    tells: noTable,
    belongings: noResource,
    pasts: noBackups,
    copies: noBackups,
    deletes: answered,
  },
};

let finish = async () => {};
afterEach(() => finish());

/** The table in this state, which no background work takes it out of. */
async function tableIn(state: string): Promise<Api> {
  const opened = await openExchangeOf();
  const { exports, imports, base } = opened;
  finish = () => Promise.all([exports.stop(), imports.stop()]).then(() => {});
  const { tables, kms, clock } = base.site;
  const api = new Api(tables, { ...base, exports, imports });
  if (state === 'CREATING') {
    await tables.restoring.begin(caller, {
      definition: definitionOf(
        TableName,
        { kind: 'owned' },
        { keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] },
      ),
      encryption: { kind: 'owned' },
      source: { tree: 0, itemCount: 0, tableBytes: 0 },
      indexes: [],
      mark: { atMs: clock.nowMs(), sourceTableArn: TableArn },
    });
    return api;
  }
  const KMSMasterKeyId = await newKey(kms);
  const SSESpecification = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId };
  await api.call('CreateTable', { ...tableInput(TableName), SSESpecification });
  await api.call('PutItem', { TableName, Item });
  await api.call('PutResourcePolicy', { ResourceArn: TableArn, Policy });
  await base.pointInTime.change(caller, TableName, {});
  await kms.keys.disable(caller, KMSMasterKeyId);
  const [watched] = tables.protectedTables();
  if (watched === undefined) throw new Error('there is no table to look after');
  const lifecycle = new TableLifecycle({ statuses: tables.statuses, nowMs: () => clock.nowMs() });
  const refusal = new Refusal('TableKeyRefused', { message: 'disabled', denied: false });
  await lifecycle.keyLost(watched, { cause: 'disabled', refusal });
  if (state === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS') return api;
  clock.advance(7 * 86_400_000);
  const { id } = watched.identity;
  await lifecycle.beginArchiving(id);
  if (state === 'ARCHIVED') await lifecycle.archived(id, 'a-backup');
  return api;
}

const shown = async (api: Api) => (await api.call('DescribeTable', { TableName })).Table as Json;

for (const [state, expected] of Object.entries(states)) {
  describe(`bad-inputs D23: a table that is ${state}`, () => {
    for (const [sort, calls] of Object.entries(bySortOfCall)) {
      test(`answers what ${sort}: ${calls.map(([name]) => name).join(', ')}`, async () => {
        const api = await tableIn(state);
        expect((await shown(api)).TableStatus).toBe(state);
        if (state === 'CREATING' && sort === 'belongings') {
          await api.call('PutResourcePolicy', { ResourceArn: TableArn, Policy });
        }
        for (const [name, input] of calls) {
          expect(await api.refusal(name, input), name).toMatch(expected[sort as Sort]);
          if (sort !== 'deletes') expect((await shown(api)).TableStatus).toBe(state);
        }
        expect(await api.call('ListTables', {})).toEqual({
          TableNames: sort === 'deletes' && expected.deletes === answered ? [] : [TableName],
        });
        expect(await api.call('ListBackups', {})).toEqual({ BackupSummaries: [] });
        expect(await api.call('ListExports', {})).toEqual({ ExportSummaries: [] });
      });
    }

    test('answers each statement of a batch on its own', async () => {
      const api = await tableIn(state);
      const { Responses } = await api.call('BatchExecuteStatement', { Statements: [{ Statement }] });
      const Code = expected.items === key ? 'ValidationError' : 'ResourceNotFound';
      expect(Responses).toMatchObject([{ Error: { Code } }]);
    });
  });
}

test('bad-inputs D23: a table that is DELETING can be neither used nor changed nor made anew', async () => {
  const { exports, imports, base } = await openExchangeOf();
  const { tables, clock } = base.site;
  const api = new Api(new DelayedTables(tables, clock, { deleteMs: 50 }), { ...base, exports, imports });
  await api.call('CreateTable', tableInput(TableName));
  await api.call('DeleteTable', { TableName });
  expect((await shown(api)).TableStatus).toBe('DELETING');
  for (const [name, input] of bySortOfCall.items)
    expect(await api.refusal(name, input), name).toMatch(noData);
  for (const sort of ['changes', 'timeToLive', 'deletes'] as const) {
    for (const [name, input] of bySortOfCall[sort])
      expect(await api.refusal(name, input), name).toMatch(inUse('deleted'));
  }
  expect(await api.refusal('CreateTable', tableInput(TableName))).toMatch(inUse('deleted'));
  for (const [name, input] of bySortOfCall.copies)
    expect(await api.refusal(name, input), name).toMatch(noBackups);
});

test('no operation is left out', () => {
  const asked = Object.values(bySortOfCall).flatMap((calls) => calls.map(([name]) => name));
  expect([...asked, ...others].toSorted()).toEqual(dynamodbOperations.map(({ name }) => name).toSorted());
});
