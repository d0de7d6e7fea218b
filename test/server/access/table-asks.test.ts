import { describe, expect, test } from 'vitest';
import { dynamodbOperations } from '../../../src/api/dynamodb/index.ts';
import { streamsOperations } from '../../../src/api/streams/index.ts';
import { asksOf, type TableInput } from '../../../src/server/access/table-asks.ts';

const here = { account: '111122223333', region: 'us-east-1' };
const arn = (resource: string) => `arn:aws:dynamodb:us-east-1:111122223333:${resource}`;
const books = arn('table/Books');
const key = new Map([['id', { S: '1' }]]);
const stream = arn('table/Books/stream/2026');
const backup = arn('table/Books/backup/01');

/** Operations whose resources are not one table by its name. */
const cases: readonly (readonly [operation: string, input: TableInput, asks: readonly string[]])[] = [
  ['GetItem', { TableName: 'Books', Key: key }, [`GetItem ${books}`]],
  ['GetItem', { TableName: books, Key: key }, [`GetItem ${books}`]],
  ['Query', { TableName: 'Books', IndexName: 'i' }, [`Query ${books}/index/i`]],
  ['Scan', { TableName: 'Books' }, [`Scan ${books}`]],
  [
    'BatchGetItem',
    {
      RequestItems: new Map([
        ['Books', { Keys: [key] }],
        ['Other', { Keys: [key] }],
      ]),
    },
    [`BatchGetItem ${books}`, `BatchGetItem ${arn('table/Other')}`],
  ],
  [
    'BatchWriteItem',
    { RequestItems: new Map([['Books', [{ DeleteRequest: { Key: key } }]]]) },
    [`BatchWriteItem ${books}`],
  ],
  [
    'TransactGetItems',
    { TransactItems: [{ Get: { TableName: 'Books', Key: key } }, { Get: { TableName: 'Other', Key: key } }] },
    [`GetItem ${books}`, `GetItem ${arn('table/Other')}`],
  ],
  [
    'TransactWriteItems',
    {
      TransactItems: [
        { Put: { TableName: 'Books', Item: key } },
        { Update: { TableName: 'Books', Key: key } },
        { Delete: { TableName: 'Books', Key: key } },
        { ConditionCheck: { TableName: 'Books', Key: key } },
      ],
    },
    [`PutItem ${books}`, `UpdateItem ${books}`, `DeleteItem ${books}`, `ConditionCheckItem ${books}`],
  ],
  ['ExecuteStatement', { Statement: 'SELECT * FROM Books' }, [`PartiQLSelect ${books}`]],
  ['ExecuteStatement', { Statement: 'SELECT * FROM Books.i' }, [`PartiQLSelect ${books}/index/i`]],
  [
    'BatchExecuteStatement',
    {
      Statements: [
        { Statement: "INSERT INTO Books VALUE {'id':'1'}" },
        { Statement: 'INSERT' },
        { Statement: 'SELECT * FROM Other WHERE id=?' },
        { Statement: "DELETE FROM Other WHERE id='1'" },
      ],
    },
    [`PartiQLInsert ${books}`, `PartiQLDelete ${arn('table/Other')}`],
  ],
  [
    'ExecuteTransaction',
    { TransactStatements: [{ Statement: "EXISTS(SELECT * FROM Books WHERE id='1')" }] },
    [`PartiQLSelect ${books}`],
  ],
  ['CreateTable', { TableName: 'Books' }, [`CreateTable ${books}`]],
  ['UpdateTable', { TableName: 'Books' }, [`UpdateTable ${books}`]],
  [
    'UpdateTable',
    { TableName: 'Books', ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }] },
    [
      `UpdateTable ${books}`,
      `CreateTableReplica ${books}`,
      `CreateTableReplica ${books.replace('us-east-1', 'eu-west-1')}`,
    ],
  ],
  [
    'UpdateTable',
    { TableName: books, ReplicaUpdates: [{ Delete: { RegionName: 'eu-west-1' } }] },
    [
      `UpdateTable ${books}`,
      `DeleteTableReplica ${books}`,
      `DeleteTableReplica ${books.replace('us-east-1', 'eu-west-1')}`,
    ],
  ],
  [
    'CreateTable',
    { TableName: 'Books', Tags: [{ Key: 'a', Value: 'b' }], ResourcePolicy: '{}' },
    [`CreateTable ${books}`, `TagResource ${books}`, `PutResourcePolicy ${books}`],
  ],
  ['ListTables', {}, [`ListTables ${arn('table/*')}`]],
  ['TagResource', { ResourceArn: books }, [`TagResource ${books}`]],
  ['PutResourcePolicy', { ResourceArn: stream }, [`PutResourcePolicy ${stream}`]],
  ['DescribeBackup', { BackupArn: backup }, [`DescribeBackup ${backup}`]],
  [
    'RestoreTableFromBackup',
    { BackupArn: backup, TargetTableName: 'New' },
    [
      `RestoreTableFromBackup ${backup}`,
      ...[
        ...['RestoreTableFromBackup', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem'],
        ...['Query', 'Scan', 'UpdateItem'],
      ].map((action) => `${action} ${arn('table/New')}`),
    ],
  ],
  ['DescribeLimits', {}, ['DescribeLimits *']],
  [
    'DescribeGlobalTable',
    { GlobalTableName: 'G' },
    ['DescribeGlobalTable arn:aws:dynamodb::111122223333:global-table/G'],
  ],
  ['GetRecords', { StreamArn: stream }, [`GetRecords ${stream}`]],
  ['ListStreams', {}, [`ListStreams ${arn('table/*/stream/*')}`]],
  ['ListStreams', { TableName: 'Books' }, [`ListStreams ${books}/stream/*`]],
  ['UpdateTimeToLive', { TableName: 'Books' }, [`UpdateTimeToLive ${books}`]],
  ['constructor', {}, ['constructor *']],
];

describe('what an operation asks for', () => {
  test.each(cases)('%s', (operation, input, asks) => {
    const asked = asksOf(operation, input, here);
    expect(asked.map(({ action, resource }) => `${action} ${resource}`)).toEqual(asks);
  });

  test('is something, whichever operation it is', () => {
    for (const { name } of [...dynamodbOperations, ...streamsOperations]) {
      // What names no item at all asks for none; it is refused before for having none.
      if (/^(Batch|Transact|ExecuteTransaction|ExecuteStatement)/.test(name)) continue;
      expect(asksOf(name, { TableName: 'Books' }, here).length, name).toBeGreaterThan(0);
    }
  });
});

describe('what is wanted back', () => {
  const itemOf = (operation: string, input: TableInput) => asksOf(operation, input, here)[0]?.item;
  test.each<[string, TableInput, string | undefined]>([
    ['GetItem', { Key: key }, 'ALL_ATTRIBUTES'],
    ['GetItem', { Key: key, ProjectionExpression: 'a' }, 'SPECIFIC_ATTRIBUTES'],
    ['GetItem', { Key: key, AttributesToGet: ['a'] }, 'SPECIFIC_ATTRIBUTES'],
    ['PutItem', { Item: key }, undefined],
    ['Query', {}, 'ALL_ATTRIBUTES'],
    ['Query', { IndexName: 'i' }, 'ALL_PROJECTED_ATTRIBUTES'],
    ['Scan', { Select: 'COUNT' }, 'COUNT'],
    ['Scan', { ProjectionExpression: 'a' }, 'SPECIFIC_ATTRIBUTES'],
  ])('%s %j selects %s', (operation, input, select) => {
    expect(itemOf(operation, { TableName: 'Books', ...input })?.select).toBe(select);
  });

  test('is NONE where the request says nothing, and the transaction is named', () => {
    expect(itemOf('PutItem', { TableName: 'Books', Item: key })).toMatchObject({
      returnValues: 'NONE',
      returnConsumedCapacity: 'NONE',
    });
    const TransactItems = [{ Put: { TableName: 'Books', Item: key } }];
    const asked = itemOf('TransactWriteItems', { TransactItems, ReturnConsumedCapacity: 'TOTAL' });
    expect(asked).toMatchObject({ returnConsumedCapacity: 'TOTAL', enclosing: 'TransactWriteItems' });
  });
});
