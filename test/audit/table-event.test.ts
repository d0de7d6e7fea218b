import { describe, expect, test } from 'vitest';
import {
  isManagement,
  isReadingTables,
  tableAnswer,
  tableParameters,
  tableResources,
} from '../../src/audit/table-event.ts';
import { account, region } from './support.ts';

const table = `arn:aws:dynamodb:${region}:${account}:table/Books`;

test.each([
  ['CreateTable', true, false],
  ['UpdateTable', true, false],
  ['DescribeTable', true, true],
  ['ListStreams', true, true],
  ['GetItem', false, true],
  ['PutItem', false, false],
  ['ExecuteStatement', false, false],
  ['GetRecords', false, true],
])('%s: management %s, reading %s', (operation, management, reading) => {
  expect([isManagement(operation), isReadingTables(operation)]).toEqual([management, reading]);
});

describe('resources', () => {
  test.each<[object, string[]]>([
    [{ TableName: 'Books' }, [table]],
    [{ TableName: table }, [table]],
    [{ ResourceArn: table, Tags: [] }, [table]],
    [{ ResourceArn: `${table}/index/by-year` }, [table]],
    [
      { BackupArn: `${table}/backup/01`, TargetTableName: 'Again' },
      [`${table.replace('Books', 'Again')}`, table],
    ],
    [{ StreamArn: `${table}/stream/2026` }, [`${table}/stream/2026`]],
    [{}, []],
  ])('of %j', (input, arns) => {
    expect(tableResources(input, { account, region }).map(({ ARN }) => ARN)).toEqual(arns);
  });

  test('have the account and the type of their ARN', () => {
    const foreign = table.replace(account, '444455556666');
    expect(
      tableResources({ TableName: foreign, StreamArn: `${table}/stream/1` }, { account, region }),
    ).toEqual([
      { accountId: '444455556666', type: 'AWS::DynamoDB::Table', ARN: foreign },
      { accountId: account, type: 'AWS::DynamoDB::Stream', ARN: `${table}/stream/1` },
    ]);
  });
});

test('parameters leave policies and tokens out, answers of what reads everything', () => {
  expect(tableParameters({ TableName: 'Books', Policy: '{}', ClientRequestToken: 't' })).toEqual({
    tableName: 'Books',
  });
  expect(tableParameters({})).toBeNull();
  expect(tableAnswer('DescribeTable', { Table: {} })).toBeNull();
  expect(tableAnswer('DeleteTable', { TableDescription: { TableName: 'Books' } })).toEqual({
    tableDescription: { tableName: 'Books' },
  });
});
