import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../src/database.ts';
import { open } from '../src/open.ts';
import { refusalOf } from './support/refusal.ts';

const account = '111122223333';
const ada = `arn:aws:iam::${account}:user/ada`;
const books = `arn:aws:dynamodb:us-east-1:${account}:table/Books`;

describe('an explanation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-explanation-'));
  let database: Database;
  let keyArn: string;
  beforeAll(async () => {
    const iam = join(folder, 'iam.json');
    const own = {
      Version: '2012-10-17',
      Statement: [
        { Sid: 'Reading', Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: books },
        {
          ...{ Effect: 'Allow', Action: 'dynamodb:Query', Resource: '*' },
          Condition: { StringEquals: { 'aws:SourceVpc': 'v' } },
        },
      ],
    };
    const users = { ada: { policies: { own } } };
    writeFileSync(iam, JSON.stringify({ accounts: { [account]: { users } } }));
    const rootKey = { file: join(folder, 'root.key') };
    database = await open(join(folder, 'data'), { rootKey, account, iam });
    const tables = new DynamoDBClient(database.clientConfig());
    await tables.send(
      new CreateTableCommand({
        TableName: 'Books',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    const Policy = JSON.stringify({
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 'dynamodb:Scan', Resource: books }],
    });
    await tables.send(new PutResourcePolicyCommand({ ResourceArn: books, Policy }));
    const { KeyMetadata } = await new KMSClient(database.clientConfig()).send(new CreateKeyCommand({}));
    keyArn = KeyMetadata?.Arn ?? '';
  });
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (action: string, more: { context?: Record<string, string>; resource?: string } = {}) =>
    database.explainAccess({ principal: ada, action, resource: books, ...more });

  test('says which statement allows', () => {
    const { allowed, message, statements } = ask('dynamodb:GetItem');
    expect([allowed, message]).toEqual([true, undefined]);
    expect(statements).toEqual([
      { source: 'identity', policy: 'own', statement: 'Reading', effect: 'Allow' },
      { source: 'identity', policy: 'own', statement: '2', effect: 'Allow', mismatch: 'action' },
      { source: 'resource', policy: 'resource policy', statement: '1', effect: 'Deny', mismatch: 'action' },
    ]);
  });

  test('says what the caller would be told, and which policy denies', () => {
    expect(ask('dynamodb:PutItem').message).toBe(
      `User: ${ada} is not authorized to perform: dynamodb:PutItem on resource: ${books} ` +
        'because no identity-based policy allows the dynamodb:PutItem action',
    );
    expect(ask('dynamodb:Scan').message).toMatch(/with an explicit deny in a resource-based policy$/);
  });

  test('says which context is missing, and takes it', () => {
    expect(ask('dynamodb:Query')).toMatchObject({ allowed: false, missingContext: ['aws:SourceVpc'] });
    expect(ask('dynamodb:Query', { context: { 'AWS:SourceVPC': 'v' } }).allowed).toBe(true);
  });

  test('asks the policy of a key', () => {
    const { message, statements } = ask('kms:Decrypt', { resource: keyArn });
    expect(message).toMatch(/because no identity-based policy allows the kms:Decrypt action$/);
    expect(statements.some(({ source, mismatch }) => source === 'resource' && mismatch === undefined)).toBe(
      true,
    );
    const root = { principal: `arn:aws:iam::${account}:root`, action: 'kms:Decrypt', resource: keyArn };
    expect(database.explainAccess(root).allowed).toBe(true);
  });

  test('of someone who is not there is refused', async () => {
    const question = { principal: `${ada}x`, action: 'a:B', resource: '*' };
    expect(await refusalOf(() => database.explainAccess(question))).toMatch(/^EntityNotFound/);
    expect(database.principals()).toEqual([{ arn: ada, policies: ['own'], accessKeys: [] }]);
  });
});
