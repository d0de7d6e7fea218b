import {
  DescribeTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  type GetItemCommand,
  ListTablesCommand,
  type PutItemCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arn, calls, denied, key, policy, RightsSite, table } from './rights.ts';
import { account, refusal, ways } from './way.ts';

for (const way of ways) {
  describe(`rights to tables, ${way}`, () => {
    let rights: RightsSite;
    beforeAll(async () => {
      rights = await RightsSite.open(way);
    });
    afterAll(() => rights.site.end());

    test.each(Object.keys(calls))('%s needs the right to it, and no other suffices', async (call) => {
      const action = call.replace(/^.* as /, '');
      const command = () => calls[call as keyof typeof calls]();
      const send = ({ tables }: { tables: DynamoDBClient }) =>
        refusal(tables.send(command() as GetItemCommand));
      const allowed = await rights.userWith(policy({ Action: `dynamodb:${action}` }));
      expect(await send(allowed)).toBe('answered');
      const others = await rights.userWith(
        policy({ Action: 'dynamodb:*' }, { Effect: 'Deny', Action: `dynamodb:${action}` }),
      );
      expect(await send(others)).toBe(
        denied(others, action, table, 'with an explicit deny in an identity-based policy'),
      );
      const elsewhere = await rights.userWith(
        policy({ Action: 'dynamodb:*', Resource: arn('table/Booksellers') }),
      );
      expect(await send(elsewhere)).toBe(denied(elsewhere, action));
    });

    test('what is denied has not happened (B28)', async () => {
      const reader = await rights.userWith(policy({ Action: ['dynamodb:GetItem'] }));
      const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'] as const;
      const before = await rights.root.tables.send(new ScanCommand({ TableName: 'Books' }));
      for (const write of writes) {
        expect(await refusal(reader.tables.send(calls[write]() as PutItemCommand))).toBe(
          denied(reader, write),
        );
      }
      const half = await rights.userWith(policy({ Action: 'dynamodb:PutItem' }));
      const transaction = new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: 'Books', Item: key('ann', 'half') } },
          { Delete: { TableName: 'Books', Key: key('ann') } },
        ],
      });
      expect(await refusal(half.tables.send(transaction))).toBe(denied(half, 'DeleteItem'));
      const after = await rights.root.tables.send(new ScanCommand({ TableName: 'Books' }));
      expect(after.Items).toEqual(before.Items);
    });

    test('an index has an ARN of its own', async () => {
      const query = () =>
        new QueryCommand({
          TableName: 'Books',
          IndexName: 'shelves',
          KeyConditionExpression: 'shelf = :s',
          ExpressionAttributeValues: { ':s': { N: '1' } },
        });
      const tableOnly = await rights.userWith(policy({ Action: 'dynamodb:Query' }));
      expect(await refusal(tableOnly.tables.send(query()))).toBe(
        denied(tableOnly, 'Query', `${table}/index/shelves`),
      );
      const both = await rights.userWith(policy({ Action: 'dynamodb:Query', Resource: `${table}/index/*` }));
      expect((await both.tables.send(query())).Count).toBe(2);
    });

    test('lists and tables that are not there ask for rights too', async () => {
      const nothing = await rights.userWith(policy({ Action: 'dynamodb:GetItem' }));
      expect(await refusal(nothing.tables.send(new ListTablesCommand({})))).toBe(
        denied(nothing, 'ListTables', arn('table/*')),
      );
      expect(await refusal(nothing.tables.send(new DescribeTableCommand({ TableName: 'None' })))).toBe(
        denied(nothing, 'DescribeTable', arn('table/None')),
      );
      const lister = await rights.userWith(policy({ Action: 'dynamodb:List*', Resource: '*' }));
      expect((await lister.tables.send(new ListTablesCommand({}))).TableNames).toEqual(['Books']);
      expect((await lister.streams.send(new ListStreamsCommand({}))).Streams).toEqual([]);
    });

    test('a policy of the table allows its user without one of his own, and its Deny holds for everyone', async () => {
      const guest = await rights.userWith(policy({ Action: 'dynamodb:ListTables', Resource: '*' }));
      const principal = { AWS: `arn:aws:iam::${account}:user/${guest.name}` };
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: principal, Action: 'dynamodb:GetItem', Resource: table },
          { Effect: 'Deny', Principal: '*', Action: 'dynamodb:Scan', Resource: table },
        ],
      });
      await rights.root.tables.send(new PutResourcePolicyCommand({ ResourceArn: table, Policy }));
      expect(await refusal(guest.tables.send(calls.GetItem()))).toBe('answered');
      const all = await rights.userWith(policy({ Action: 'dynamodb:*' }));
      expect(await refusal(all.tables.send(calls.Scan()))).toBe(
        denied(all, 'Scan', table, 'with an explicit deny in a resource-based policy'),
      );
    });

    test('a session may do what its role may, within its session policy, until its time is up', async () => {
      const trust = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }],
      };
      await rights.iam.send(
        new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: JSON.stringify(trust) }),
      );
      await rights.iam.send(
        new PutRolePolicyCommand({
          RoleName: 'Worker',
          PolicyName: 'own',
          PolicyDocument: policy({ Action: ['dynamodb:GetItem', 'dynamodb:PutItem'] }),
        }),
      );
      const { Credentials } = await new STSClient(rights.site.settings()).send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${account}:role/Worker`,
          RoleSessionName: 'shift',
          DurationSeconds: 900,
          Policy: policy({ Action: 'dynamodb:Get*' }),
        }),
      );
      const settings: DynamoDBClientConfig = rights.site.settingsOf({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      });
      const tables = new DynamoDBClient(settings);
      expect(await refusal(tables.send(calls.GetItem()))).toBe('answered');
      expect(await refusal(tables.send(calls.PutItem()))).toBe(
        `AccessDeniedException: User: arn:aws:sts::${account}:assumed-role/Worker/shift is not authorized to ` +
          `perform: dynamodb:PutItem on resource: ${table} because no session policy allows the dynamodb:PutItem action`,
      );
      rights.site.clock.advance(900_000);
      // Sessions end by the store's clock; signatures are dated by the time of the day.
      expect(await refusal(tables.send(calls.GetItem()))).toBe(
        'ExpiredTokenException: The security token included in the request is expired',
      );
    });
  });
}
