import { describe, expect, test } from 'vitest';
import { namedResource, namedTable } from '../../../src/api/dynamodb/resource-arn.ts';
import { refusalOf } from '../../support/refusal.ts';
import { arnOf, caller } from './support.ts';

const table = arnOf('notes');
const stream = `${table}/stream/2026-01-01T00:00:00.000`;

test('a table is named by its ARN, and a stream by its own', () => {
  expect(namedResource(caller, 'TagResource', table)).toEqual({
    arn: table,
    tableArn: table,
    isStream: false,
  });
  expect(namedResource(caller, 'TagResource', stream)).toEqual({
    arn: stream,
    tableArn: table,
    isStream: true,
  });
  expect(namedTable(caller, 'TagResource', table)).toBe(table);
});

describe('R-API-1: a name is refused', () => {
  const invalid = (arn: string) =>
    `Validation: Invalid TableArn: Invalid ResourceArn provided as input ${arn}`;
  const elsewhere = table.replace('us-east-1', 'eu-west-1');
  const foreign = table.replace('111122223333', '444455556666');
  const cases: readonly (readonly [string, string, string])[] = [
    ['that is no ARN', 'notes', invalid('notes')],
    ['of an index', `${table}/index/x`, invalid(`${table}/index/x`)],
    ['of another region', elsewhere, invalid(elsewhere)],
    ['of a stream, where only tables do', stream, invalid(stream)],
    [
      'of another account',
      foreign,
      `AccessDenied: User: ${caller.arn} is not authorized to perform: dynamodb:TagResource on resource: ${foreign}`,
    ],
  ];
  for (const [title, arn, expected] of cases) {
    test(title, async () => {
      expect(await refusalOf(() => namedTable(caller, 'TagResource', arn))).toBe(expected);
    });
  }
});
