import { beforeEach, describe, expect, test } from 'vitest';
import { type Api, apiOf, type Json, N, P, putAll, S } from './support.ts';

let api: Api;
beforeEach(async () => {
  api = await apiOf();
});

/** `a:HASH,b:RANGE` */
const keySchema = (text: string) =>
  text.split(',').map((element) => {
    const [AttributeName, KeyType] = element.split(':');
    return { AttributeName, KeyType };
  });
const definitions = (names: string) =>
  names.split(',').map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
const index = (IndexName: string, key: string, more: Json = {}): Json => ({
  IndexName,
  KeySchema: keySchema(key),
  Projection: { ProjectionType: 'ALL' },
  ...more,
});
const create = (key: string, attributes: string, more: Json): Json => ({
  TableName: 'notes',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: keySchema(key),
  AttributeDefinitions: definitions(attributes),
  ...more,
});
const both = 'pk:HASH,sk:RANGE';
const local = (...LocalSecondaryIndexes: Json[]) => ({ LocalSecondaryIndexes });
const global = (...GlobalSecondaryIndexes: Json[]) => ({ GlobalSecondaryIndexes });
const units = { ReadCapacityUnits: 1, WriteCapacityUnits: 2 };

test('a table with indexes is described with them, in the order of the request', async () => {
  const input = create(both, 'pk,sk,a,b', {
    ...local(
      index('one', 'pk:HASH,a:RANGE', { Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] } }),
    ),
    ...global(
      index('three', 'b:HASH'),
      index('two', 'a:HASH,b:RANGE', { Projection: { ProjectionType: 'KEYS_ONLY' } }),
    ),
  });
  const { TableDescription } = await api.call('CreateTable', input);
  expect(TableDescription).toMatchObject({
    LocalSecondaryIndexes: [{ IndexName: 'one', Projection: { NonKeyAttributes: ['x'] } }],
    GlobalSecondaryIndexes: [
      { IndexName: 'three', IndexStatus: 'CREATING' },
      { IndexName: 'two', IndexStatus: 'CREATING', KeySchema: keySchema('a:HASH,b:RANGE') },
    ],
  });
  await putAll(api, 'notes', [
    { pk: S('a'), sk: S('a'), b: S('b') },
    { pk: S('a'), sk: S('b'), a: S('a') },
  ]);
  const { Table } = await api.call('DescribeTable', { TableName: 'notes' });
  expect(Table).toMatchObject({
    LocalSecondaryIndexes: [
      { IndexName: 'one', ItemCount: 1, IndexArn: expect.stringMatching(/\/notes\/index\/one$/) },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'three', IndexStatus: 'ACTIVE', ItemCount: 1 },
      { IndexName: 'two', IndexStatus: 'ACTIVE', ItemCount: 0 },
    ],
  });
});

test('five local and twenty global indexes, with four attributes of each kind, are what there can be', async () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => index(`local-${name}`, `pk:HASH,${name}:RANGE`));
  const eight = 'a:HASH,b:HASH,c:HASH,d:HASH,e:RANGE,pk:RANGE,sk:RANGE,f:RANGE';
  const twenty = Array.from({ length: 20 }, (_, n) => index(`global-${n}`, eight));
  const input = create(both, 'pk,sk,a,b,c,d,e,f', { ...local(...five), ...global(...twenty) });
  expect(await api.refusal('CreateTable', input)).toBe('answered');
});

test('a provisioned table gives its global indexes units', async () => {
  const { BillingMode: _, ...provisioned } = create('pk:HASH', 'pk,a', {
    ProvisionedThroughput: units,
    ...global(index('one', 'a:HASH', { ProvisionedThroughput: { ...units, ReadCapacityUnits: 9 } })),
  });
  expect(await api.call('CreateTable', provisioned)).toMatchObject({
    TableDescription: {
      GlobalSecondaryIndexes: [{ ProvisionedThroughput: { ReadCapacityUnits: 9, WriteCapacityUnits: 2 } }],
    },
  });
});

describe('R-API-1: indexes are refused, the first fault wins, and nothing is made:', () => {
  const undefinedKey = (keys: string, defined: string) =>
    `${P}Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys}], AttributeDefinitions: [${defined}]`;
  const projection = (Projection: Json) => index('one', 'pk:HASH,a:RANGE', { Projection });
  const names = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
  const included = (prefix: string) =>
    index(`i-${prefix}`, 'a:HASH', {
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: names(20, prefix) },
    });
  const onDemand = (more: Json) => create(both, 'pk,sk,a', more);
  const cases: [string, Json, string][] = [
    ['no local index in a list', onDemand(local()), `${P}List of LocalSecondaryIndexes is empty`],
    ['no global index in a list', onDemand(global()), `${P}List of GlobalSecondaryIndexes is empty`],
    [
      'a local one without a range key of the table',
      create('pk:HASH', 'pk,a', local(index('one', 'pk:HASH,a:RANGE'))),
      `${P}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex`,
    ],
    [
      'a local one without its own',
      onDemand(local(index('one', 'pk:HASH'))),
      `${P}Index KeySchema does not have a range key for index: one`,
    ],
    [
      'a local one of another hash key',
      onDemand(local(index('one', 'a:HASH,sk:RANGE'))),
      `${P}Index KeySchema does not have the same leading hash key as table KeySchema for index: one. index hash key: a, table hash key: pk`,
    ],
    [
      'a local one of three attributes',
      onDemand(local(index('one', 'pk:HASH,a:RANGE,sk:RANGE'))),
      "1 validation error detected: Value '[{AttributeName=pk, KeyType=HASH}, {AttributeName=a, KeyType=RANGE}, {AttributeName=sk, KeyType=RANGE}]' at 'localSecondaryIndexes.1.member.keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    ['an undefined key', onDemand(global(index('one', 'x:HASH,y:RANGE'))), undefinedKey('x, y', 'pk, sk, a')],
    [
      'a key that begins with a range',
      onDemand(global(index('one', 'a:RANGE'))),
      'Invalid KeySchema: The first KeySchemaElement is not a HASH key type',
    ],
    [
      'one attribute twice',
      onDemand(global(index('one', 'a:HASH,a:RANGE'))),
      'Both the Hash Key and the Range Key element in the KeySchema have the same name',
    ],
    [
      'a hash behind a range',
      onDemand(global(index('one', 'a:HASH,sk:RANGE,pk:HASH'))),
      'Invalid KeySchema: A HASH key type follows a RANGE key type',
    ],
    [
      'one attribute twice among several',
      onDemand(global(index('one', 'a:HASH,pk:HASH,a:RANGE'))),
      'Invalid KeySchema: An attribute is named twice in the KeySchema: a',
    ],
    [
      'five hash attributes',
      create(both, 'pk,sk,a,b,c', global(index('one', 'a:HASH,b:HASH,c:HASH,pk:HASH,sk:HASH'))),
      `${P}KeySchema of index one can have 4 HASH and 4 RANGE key attributes at most`,
    ],
    ['no projection', onDemand(local(projection({}))), `${P}Unknown ProjectionType: null`],
    [
      'one that includes nothing',
      onDemand(local(projection({ ProjectionType: 'INCLUDE' }))),
      `${P}ProjectionType is INCLUDE, but NonKeyAttributes is not specified`,
    ],
    [
      'all and more',
      onDemand(local(projection({ ProjectionType: 'ALL', NonKeyAttributes: ['x'] }))),
      `${P}ProjectionType is ALL, but NonKeyAttributes is specified`,
    ],
    [
      'keys only and more',
      onDemand(local(projection({ ProjectionType: 'KEYS_ONLY', NonKeyAttributes: ['x'] }))),
      `${P}ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified`,
    ],
    [
      'a name twice',
      onDemand({ ...local(index('one', 'pk:HASH,a:RANGE')), ...global(index('one', 'a:HASH')) }),
      `${P}Duplicate index name: one`,
    ],
    [
      'six local ones',
      onDemand(local(...names(6, 'local').map((name) => index(name, 'pk:HASH,a:RANGE')))),
      `${P}Number of LocalSecondaryIndexes exceeds per-table limit of 5`,
    ],
    [
      '21 global ones',
      onDemand(global(...names(21, 'global').map((name) => index(name, 'a:HASH')))),
      `${P}GlobalSecondaryIndex count exceeds the per-table limit of 20`,
    ],
    [
      '120 attributes that are no keys',
      onDemand(global(...'abcdef'.split('').map(included))),
      `${P}Number of NonKeyAttributes in all secondary indexes exceeds the per-table limit of 100`,
    ],
    [
      'units on demand',
      onDemand(global(index('one', 'a:HASH', { ProvisionedThroughput: units }))),
      `${P}ProvisionedThroughput should not be specified for index: one when BillingMode is PAY_PER_REQUEST`,
    ],
    [
      'no units of a provisioned table',
      {
        ...onDemand(global(index('one', 'a:HASH'))),
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: units,
      },
      `${P}ProvisionedThroughput must be specified for index: one`,
    ],
    [
      'an attribute that no key has',
      create(both, 'pk,sk,a,b', global(index('one', 'a:HASH'))),
      `${P}Some AttributeDefinitions are not used. AttributeDefinitions: [pk, sk, a, b], keys used: [pk, sk, a]`,
    ],
  ];
  for (const [title, input, sentence] of cases) {
    test(title, async () => {
      expect(await api.refusal('CreateTable', input)).toBe(sentence);
      expect(await api.call('ListTables', {})).toEqual({ TableNames: [] });
    });
  }
});

test('the words of AWS for an index key of the wrong type, by put, update and batch, change nothing', async () => {
  await api.call('CreateTable', create('pk:HASH', 'pk,a', global(index('one', 'a:HASH'))));
  const TableName = 'notes';
  const Item = { pk: S('x'), a: N(1) };
  const put = `${P}Type mismatch for Index Key a Expected: S Actual: N IndexName: one`;
  expect(await api.refusal('PutItem', { TableName, Item, ConditionExpression: 'attribute_exists(pk)' })).toBe(
    put,
  );
  const batch = [{ PutRequest: { Item: { pk: S('y') } } }, { PutRequest: { Item } }];
  expect(await api.refusal('BatchWriteItem', { RequestItems: { [TableName]: batch } })).toBe(put);
  const update = {
    TableName,
    Key: { pk: S('x') },
    UpdateExpression: 'SET a = :a',
    ExpressionAttributeValues: { ':a': N(1) },
  };
  expect(await api.refusal('UpdateItem', update)).toBe(put);
  const computed = { ...update, UpdateExpression: 'SET b = :a, a = b' };
  await api.call('UpdateItem', { ...update, UpdateExpression: 'SET b = :a' });
  expect(await api.refusal('UpdateItem', computed)).toBe(
    'The update expression attempted to update the secondary index key to unsupported type',
  );
  await api.call('DeleteItem', { TableName, Key: update.Key });
  expect(await api.call('Scan', { TableName })).toMatchObject({ Count: 0 });
});
