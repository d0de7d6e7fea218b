import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateUserCommand, DeleteUserPolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListKeysCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, ListeningServer } from '../../src/database.ts';
import { open } from '../../src/open.ts';
import { refusal, ways } from './way.ts';

const [shop, lab] = ['111122223333', '444455556666'];
const secretOf = (id: string) => `the-secret-of-${id}`;
const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});
const keyOf = (accessKeyId: string) => [{ accessKeyId, secretAccessKey: secretOf(accessKeyId) }];
const file = {
  accounts: {
    [shop]: {
      accessKeys: keyOf('SHOPROOT'),
      users: { clerk: { policies: { own: allow('dynamodb:GetItem') }, accessKeys: keyOf('CLERK') } },
      roles: {
        Auditor: {
          trust: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { AWS: lab }, Action: 'sts:AssumeRole' }],
          },
          attach: ['arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess'],
        },
      },
    },
    [lab]: {
      accessKeys: keyOf('LABROOT'),
      policies: { Tables: allow(['dynamodb:*', 'sts:AssumeRole']) },
      users: {
        ada: { attach: ['Tables'], accessKeys: keyOf('ADAKEY') },
        ben: { accessKeys: keyOf('BENKEY') },
      },
    },
  },
};

for (const way of ways) {
  describe(`two accounts of one file in one process, ${way}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-accounts-'));
    let database: Database;
    let server: ListeningServer | undefined;
    beforeAll(async () => {
      mkdirSync(join(folder, 'keys'));
      const iam = join(folder, 'iam.json');
      writeFileSync(iam, JSON.stringify(file), { mode: 0o600 });
      database = await open(join(folder, 'data'), { rootKey: { file: join(folder, 'keys/root.key') }, iam });
      if (way === 'over HTTP') server = await database.listen();
    });
    afterAll(async () => {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    });

    function settings(accessKeyId: string) {
      return settingsWith({ accessKeyId, secretAccessKey: secretOf(accessKeyId) });
    }

    function settingsWith(credentials: {
      accessKeyId: string;
      secretAccessKey: string;
      sessionToken?: string;
    }) {
      if (server === undefined) return database.clientConfig({ credentials });
      return { region: 'us-east-1', endpoint: `http://${server.host}:${server.port}`, credentials };
    }

    const tables = (accessKeyId: string) => new DynamoDBClient(settings(accessKeyId));
    const Books = `arn:aws:dynamodb:us-east-1:${shop}:table/Books`;
    const get = (TableName: string) => new GetItemCommand({ TableName, Key: { id: { S: '1' } } });

    test('each root has tables and keys of its own', async () => {
      await tables('SHOPROOT').send(
        new CreateTableCommand({
          TableName: 'Books',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        }),
      );
      await tables('SHOPROOT').send(
        new PutItemCommand({ TableName: 'Books', Item: { id: { S: '1' }, of: { S: 'shop' } } }),
      );
      expect((await tables('LABROOT').send(new ListTablesCommand({}))).TableNames).toEqual([]);
      const { KeyMetadata } = await new KMSClient(settings('SHOPROOT')).send(new CreateKeyCommand({}));
      expect(KeyMetadata?.AWSAccountId).toBe(shop);
      expect((await new KMSClient(settings('LABROOT')).send(new ListKeysCommand({}))).Keys).toEqual([]);
    });

    test('who is not in the file is let in by nobody', async () => {
      expect(await refusal(tables('NOBODY').send(new ListTablesCommand({})))).toBe(
        'UnrecognizedClientException: The security token included in the request is invalid.',
      );
    });

    test('a table of the other account needs its policy and the own one', async () => {
      const said = (user: string, why: string) =>
        `AccessDeniedException: User: arn:aws:iam::${lab}:user/${user} is not authorized to perform: ` +
        `dynamodb:GetItem on resource: ${Books} because no ${why} policy allows the dynamodb:GetItem action`;
      expect(await refusal(tables('ADAKEY').send(get(Books)))).toBe(said('ada', 'resource-based'));
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: lab },
            Action: ['dynamodb:GetItem', 'dynamodb:DescribeTable'],
            Resource: Books,
          },
        ],
      });
      await tables('SHOPROOT').send(new PutResourcePolicyCommand({ ResourceArn: Books, Policy }));
      expect((await tables('ADAKEY').send(get(Books))).Item).toEqual({ id: { S: '1' }, of: { S: 'shop' } });
      const described = await tables('ADAKEY').send(new DescribeTableCommand({ TableName: Books }));
      expect(described.Table?.TableArn).toBe(Books);
      expect(await refusal(tables('BENKEY').send(get(Books)))).toBe(said('ben', 'identity-based'));
      expect(await refusal(tables('ADAKEY').send(get('Books')))).toBe(
        'ResourceNotFoundException: Requested resource not found',
      );
    });

    test('a key that the other account uses is in the history of both, and a refusal in its own alone (§6.2)', async () => {
      const owner = new KMSClient(settings('SHOPROOT'));
      const KeyId = (await owner.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
      const { Policy = '{}' } = await owner.send(new GetKeyPolicyCommand({ KeyId }));
      const user = new KMSClient(settings('LABROOT'));
      const encrypt = () => user.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
      const historyOf = async (accessKeyId: string, EventName: string) => {
        const { Events = [] } = await new CloudTrailClient(settings(accessKeyId)).send(
          new LookupEventsCommand({
            LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: KeyId }],
          }),
        );
        return Events.filter((event) => event.EventName === EventName).map((event) =>
          JSON.parse(event.CloudTrailEvent ?? ''),
        );
      };
      expect(await refusal(encrypt())).toMatch(
        /^AccessDeniedException: .*no resource-based policies allow access/,
      );
      const more = { Effect: 'Allow', Principal: { AWS: lab }, Action: 'kms:Encrypt', Resource: '*' };
      const { Statement, ...rest } = JSON.parse(Policy);
      const shared = JSON.stringify({ ...rest, Statement: [...Statement, more] });
      await owner.send(new PutKeyPolicyCommand({ KeyId, Policy: shared }));
      const { CiphertextBlob } = await encrypt();
      const [own, refused] = await historyOf('LABROOT', 'Encrypt');
      const [theirs, ...others] = await historyOf('SHOPROOT', 'Encrypt');
      expect(others).toEqual([]);
      expect(refused).toMatchObject({ errorCode: 'AccessDenied', recipientAccountId: lab });
      expect(own).toMatchObject({ userIdentity: { type: 'Root', accountId: lab }, recipientAccountId: lab });
      expect(theirs).toMatchObject({
        userIdentity: { type: 'AWSAccount', principalId: lab, accountId: lab },
        requestID: own.requestID,
        sharedEventID: own.sharedEventID,
        recipientAccountId: shop,
        resources: [{ ARN: KeyId, accountId: shop }],
      });
      // The ciphertext may not be opened, and does not tell whose it is.
      const opened = user.send(new DecryptCommand({ CiphertextBlob }));
      expect(await refusal(opened)).toMatch(
        /^AccessDeniedException: The ciphertext refers to a customer master key/,
      );
      expect(await historyOf('LABROOT', 'Decrypt')).toEqual([]);
      expect(await historyOf('SHOPROOT', 'Decrypt')).toEqual([]);
    });

    test('a role of the other account is assumed, and reads there', async () => {
      const RoleArn = `arn:aws:iam::${shop}:role/Auditor`;
      const assume = (accessKeyId: string) =>
        new STSClient(settings(accessKeyId)).send(
          new AssumeRoleCommand({ RoleArn, RoleSessionName: 'audit' }),
        );
      expect(await refusal(assume('BENKEY'))).toBe(
        `AccessDenied: User: arn:aws:iam::${lab}:user/ben is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      );
      const { Credentials } = await assume('ADAKEY');
      for (const [reader, type, tries] of [
        ['LABROOT', 'IAMUser', 2],
        ['SHOPROOT', 'AWSAccount', 1],
      ] as const) {
        const { Events = [] } = await new CloudTrailClient(settings(reader)).send(
          new LookupEventsCommand({
            LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: RoleArn }],
          }),
        );
        expect(Events).toHaveLength(tries);
        const { userIdentity } = JSON.parse(Events[0]?.CloudTrailEvent ?? '');
        expect([userIdentity.type, userIdentity.accountId]).toEqual([type, lab]);
      }
      const session = settingsWith({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      });
      const auditor = new DynamoDBClient(session);
      expect((await auditor.send(get('Books'))).Item?.of).toEqual({ S: 'shop' });
      expect(
        await refusal(auditor.send(new PutItemCommand({ TableName: 'Books', Item: { id: { S: '2' } } }))),
      ).toMatch(
        /^AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role\/Auditor\/audit is not/,
      );
      const { Account } = await new STSClient(session).send(new GetCallerIdentityCommand({}));
      expect(Account).toBe(shop);
    });

    test('what the file declares, no operation changes', async () => {
      const iam = new IAMClient(settings('SHOPROOT'));
      expect(await refusal(iam.send(new CreateUserCommand({ UserName: 'clerk' })))).toBe(
        'EntityAlreadyExistsException: User with name clerk already exists.',
      );
      expect(
        await refusal(iam.send(new DeleteUserPolicyCommand({ UserName: 'clerk', PolicyName: 'own' }))),
      ).toBe(
        'UnmodifiableEntityException: The user clerk is declared in the file of identities: it is changed there, and by nobody else.',
      );
    });
  });
}
