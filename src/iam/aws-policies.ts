/** Those of AWS's managed policies that people attach to reach tables and keys; of other services they name nothing. */
import { awsAccount, type ManagedPolicy } from './entity.ts';
import { lastingIdentifier } from './identifier.ts';

interface Statement {
  readonly Sid?: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

const tables = 'dynamodb';

const readingTables = [
  ...['BatchGetItem', 'Describe*', 'List*', 'GetAbacStatus', 'GetItem', 'GetResourcePolicy', 'Query', 'Scan'],
  ...['PartiQLSelect'],
].map((action) => `${tables}:${action}`);

const readingStreams = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
  (action) => `${tables}:${action}`,
);

const power = [
  ...['CreateAlias', 'CreateKey', 'DeleteAlias', 'Describe*', 'GenerateRandom', 'Get*', 'List*'],
  ...['TagResource', 'UntagResource'],
].map((action) => `kms:${action}`);

const usingIdentities = ['iam:ListGroups', 'iam:ListRoles', 'iam:ListUsers'];

const documents: Readonly<Record<string, readonly Statement[]>> = {
  AdministratorAccess: [{ Action: '*' }],
  PowerUserAccess: [{ Action: ['dynamodb:*', 'kms:*', 'cloudtrail:*', 'sts:*'] }],
  AmazonDynamoDBFullAccess: [{ Action: ['dynamodb:*', 'kms:DescribeKey', 'kms:ListAliases'] }],
  AmazonDynamoDBFullAccess_v2: [{ Action: ['dynamodb:*', 'kms:DescribeKey', 'kms:ListAliases'] }],
  AmazonDynamoDBReadOnlyAccess: [
    { Action: [...readingTables, ...readingStreams, 'kms:DescribeKey', 'kms:ListAliases'] },
  ],
  AWSKeyManagementServicePowerUser: [{ Action: [...power, ...usingIdentities] }],
};

export const awsPolicies: readonly ManagedPolicy[] = Object.entries(documents).map(([name, statements]) => ({
  kind: 'policy',
  account: awsAccount,
  name,
  path: '/',
  // AWS's own ids cannot be known.
  id: lastingIdentifier('policy', awsAccount, name),
  createdMs: Date.UTC(2015, 1, 6),
  tags: [],
  description: `${name}, as far as it is about tables, keys and identities.`,
  text: JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
  }),
}));
