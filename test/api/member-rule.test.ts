import { describe, expect, test } from 'vitest';
import { Trail } from '../../src/api/constraint.ts';
import { isSought, missingTexts, ownDemand, tableKeyDemands } from '../../src/api/member-rule.ts';
import { refusalOf } from '../support/refusal.ts';

function saidOf(member: string, shape: string, value: unknown, names: string[] = ['tableName']) {
  const trail = new Trail();
  trail.names.push(...names);
  ownDemand(member, shape)?.check(value, trail);
  return refusalOf(() => trail.end());
}

const must = 'failed to satisfy constraint: Member must';
const arn = 'arn:aws:dynamodb:us-east-1:111122223333:table/';

describe('the name of a table', () => {
  const pattern = `${must} satisfy regular expression pattern: [a-zA-Z0-9_.-]+`;
  for (const [value, said] of [
    ['abc', 'answered'],
    ['a'.repeat(255), 'answered'],
    [`${arn}books`, 'answered'],
    [arn.padEnd(1024, 'a'), 'answered'],
    [
      '',
      `1 validation error detected: Value '' at 'tableName' ${must} have length greater than or equal to 1`,
    ],
    [
      'ab',
      `1 validation error detected: Value 'ab' at 'tableName' ${must} have length greater than or equal to 3`,
    ],
    ['a b', `1 validation error detected: Value 'a b' at 'tableName' ${pattern}`],
    ['../x', `1 validation error detected: Value '../x' at 'tableName' ${pattern}`],
    ['a\0b', `1 validation error detected: Value 'a\0b' at 'tableName' ${pattern}`],
    [
      'a'.repeat(256),
      `1 validation error detected: Value '${'a'.repeat(256)}' at 'tableName' ${must} have length less than or equal to 255`,
    ],
    [
      arn.padEnd(1025, 'a'),
      `1 validation error detected: Value '${arn.padEnd(1024, 'a')}...' at 'tableName' ${must} have length less than or equal to 1024`,
    ],
  ] as const) {
    test(`${value.slice(0, 60)} (${value.length}): ${said.slice(0, 100)}`, async () => {
      const expected = said === 'answered' ? said : `Validation: ${said}`;
      expect(await saidOf('GetItemInput.TableName', 'TableArn', value)).toBe(expected);
    });
  }

  test('is no ARN where a table is made', async () => {
    expect(await saidOf('CreateTableInput.TableName', 'TableArn', 'books')).toBe('answered');
    expect(await saidOf('CreateTableInput.TableName', 'TableArn', `${arn}books`)).toMatch(
      /^Validation: 1 validation error detected: .*pattern/,
    );
  });
});

describe('the keys of a batch', () => {
  const names = ['requestItems', 'books', 'member', 'keys'];
  for (const [count, said] of [
    [1, 'answered'],
    [100, 'answered'],
    [0, 'have length greater than or equal to 1'],
    [101, 'have length less than or equal to 100'],
  ] as const) {
    test(`${count} of them: ${said}`, async () => {
      const path = "1 validation error detected: Value at 'RequestItems.books.member.Keys'";
      const expected = said === 'answered' ? said : `Validation: ${path} ${must} ${said}`;
      const value = Array.from({ length: count }, () => new Map());
      expect(await saidOf('KeysAndAttributes.Keys', 'KeyList', value, names)).toBe(expected);
    });
  }
});

describe('the limit of a query', () => {
  for (const [limit, said] of [
    [1, 'answered'],
    [2 ** 31 - 1, 'answered'],
    [0, 'have value greater than or equal to 1'],
    [2 ** 31, 'have value less than or equal to 2147483647'],
  ] as const) {
    test(`${limit}: ${said}`, async () => {
      const opening = "Validation: 1 validation error detected: Value at 'Limit'";
      const expected = said === 'answered' ? said : `${opening} ${must} ${said}`;
      expect(await saidOf('QueryInput.Limit', 'PositiveIntegerObject', limit, ['limit'])).toBe(expected);
    });
  }
});

test('the key id of a table is given or left out, never empty', async () => {
  expect(await saidOf('SSESpecification.KMSMasterKeyId', 'KMSMasterKeyId', 'alias/a')).toBe('answered');
  expect(await saidOf('SSESpecification.KMSMasterKeyId', 'KMSMasterKeyId', '')).toMatch(
    /^Validation: .* length greater than or equal to 1$/,
  );
});

test('every other member is held to its shape alone', () => {
  expect(ownDemand('GetItemInput.Key', 'Key')).toBeUndefined();
  expect(ownDemand('ListExportsInput.TableArn', 'TableArn')).toBeUndefined();
  expect(ownDemand('RestoreTableFromBackupInput.TargetTableName', 'TableName')).toBeUndefined();
});

describe('a key of a map of tables', () => {
  test('is a name or an ARN', () => {
    expect(tableKeyDemands('books')).toEqual([]);
    expect(tableKeyDemands(`${arn}books`)).toEqual([]);
  });
  for (const key of ['', 'ab', 'a b', 'a'.repeat(256), '__proto__ ']) {
    test(`'${key.slice(0, 20)}' is told every demand`, () => {
      expect(tableKeyDemands(key)).toEqual([
        'Member must have length less than or equal to 255',
        'Member must have length greater than or equal to 3',
        'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
      ]);
    });
  }
});

test('what tags are of may be absent, and is any text', () => {
  for (const member of ['TagResourceInput.ResourceArn', 'UntagResourceInput.TagKeys']) {
    expect(isSought(member)).toBe(true);
  }
  expect(isSought('PutResourcePolicyInput.ResourceArn')).toBe(false);
  expect(ownDemand('TagResourceInput.ResourceArn', 'ResourceArnString')).toBeDefined();
  expect(ownDemand('GetResourcePolicyInput.ResourceArn', 'ResourceArnString')).toBeUndefined();
});

test('a batch without requests, and a missing table, are refused in a sentence of their own', () => {
  const noName = "The parameter 'TableName' is required but was not present in the request";
  expect(missingTexts).toEqual({
    'CreateTableInput.TableName': noName,
    'DeleteTableInput.TableName': noName,
    'DescribeTableInput.TableName': noName,
    'DescribeTimeToLiveInput.TableName': noName,
    'UpdateTableInput.TableName': noName,
    'BatchGetItemInput.RequestItems': 'The requestItems parameter is required for BatchGetItem',
    'BatchWriteItemInput.RequestItems': 'The requestItems parameter is required for BatchWriteItem',
  });
});

describe('names and paths of IAM', () => {
  const names = 'It must contain only alphanumeric characters and/or the following: +=,.@_-';
  const paths = 'contain only alphanumeric characters and/or / characters.';
  for (const [member, shape, name, value, said] of [
    ['CreateUserRequest.UserName', 'userNameType', 'userName', 'a+=,.@-_1', 'answered'],
    [
      'CreateUserRequest.UserName',
      'userNameType',
      'userName',
      'not ok',
      `The specified value for userName is invalid. ${names}`,
    ],
    [
      'GetRoleRequest.RoleName',
      'roleNameType',
      'roleName',
      'a/b',
      `The specified value for roleName is invalid. ${names}`,
    ],
    ['CreateUserRequest.Path', 'pathType', 'path', '/a/b/', 'answered'],
    [
      'CreateUserRequest.Path',
      'pathType',
      'path',
      'a',
      `The specified value for path is invalid. It must begin and end with / and ${paths}`,
    ],
    [
      'ListUsersRequest.PathPrefix',
      'pathPrefixType',
      'pathPrefix',
      'a',
      `The specified value for pathPrefix is invalid. It must begin with / and ${paths}`,
    ],
    [
      'CreateUserRequest.UserName',
      'userNameType',
      'userName',
      '',
      `1 validation error detected: Value '' at 'userName' ${must} have length greater than or equal to 1`,
    ],
  ] as const) {
    test(`${name} '${value}'`, async () => {
      expect(await saidOf(member, shape, value, [name])).toBe(
        said === 'answered' ? said : `Validation: ${said}`,
      );
    });
  }
});
