/** Key policies as the service writes them, and what it asks of those it is given. */
import { utf8 } from '../../base/bytes.ts';
import { Refusal } from '../../base/errors.ts';

export const policyBytesMax = 32_768;

interface Namespace {
  readonly account: string;
  readonly region: string;
}

/** What CreateKey gives a key when it is given none: the account's own policies decide. */
export function defaultPolicy(account: string): string {
  return pretty({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: rootOf(account) },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}

/** The policy of the AWS managed key of the table service. */
export function managedPolicy({ account, region }: Namespace): string {
  const look = ['kms:Describe*', 'kms:Get*', 'kms:List*'];
  const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'];
  const service = 'dynamodb.amazonaws.com';
  return pretty({
    Version: '2012-10-17',
    Id: 'auto-dynamodb-1',
    Statement: [
      {
        Sid:
          'Allow access through Amazon DynamoDB for all principals in the account ' +
          'that are authorized to use Amazon DynamoDB',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [...use, 'kms:CreateGrant', 'kms:DescribeKey'],
        Resource: '*',
        Condition: {
          StringEquals: {
            'kms:CallerAccount': account,
            'kms:ViaService': `dynamodb.${region}.amazonaws.com`,
          },
        },
      },
      {
        Sid: 'Allow direct access to key metadata to the account',
        Effect: 'Allow',
        Principal: { AWS: rootOf(account) },
        Action: [...look, 'kms:RevokeGrant'],
        Resource: '*',
      },
      {
        Sid: `Allow DynamoDB Service with service principal name ${service} to describe the key directly`,
        Effect: 'Allow',
        Principal: { Service: service },
        Action: look,
        Resource: '*',
      },
    ],
  });
}

/** Refuses KeyLimitExceeded for one that is too long, and MalformedPolicy for one that is no policy document. */
export function checkPolicy(policy: string): void {
  if (utf8(policy).length > policyBytesMax) {
    throw new Refusal('KeyLimitExceeded', { message: `A key policy has at most ${policyBytesMax} bytes.` });
  }
  const document = parsed(policy);
  if (!isObject(document)) throw malformed('A key policy is a JSON object.');
  const { Version, Statement } = document;
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
    throw malformed('The Version of a key policy is 2012-10-17 or 2008-10-17.');
  }
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  if (statements.length === 0) throw malformed('A key policy has at least one Statement.');
  for (const statement of statements) checkStatement(statement);
}

function checkStatement(statement: unknown): void {
  if (!isObject(statement)) throw malformed('A Statement of a key policy is a JSON object.');
  const { Effect, Principal, NotPrincipal, Action, NotAction } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed('The Effect of a Statement is Allow or Deny.');
  if ((Principal === undefined) === (NotPrincipal === undefined)) {
    throw malformed('A Statement of a key policy has a Principal or a NotPrincipal.');
  }
  if ((Action === undefined) === (NotAction === undefined)) {
    throw malformed('A Statement has an Action or a NotAction.');
  }
}

function parsed(policy: string): unknown {
  try {
    return JSON.parse(policy);
  } catch {
    throw malformed('A key policy is valid JSON.');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(message: string): Refusal<'MalformedPolicy'> {
  return new Refusal('MalformedPolicy', { message });
}

function rootOf(account: string): string {
  return `arn:aws:iam::${account}:root`;
}

function pretty(document: object): string {
  return JSON.stringify(document, null, 2);
}
