import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListGrantsCommand,
  PutKeyPolicyCommand,
  RevokeGrantCommand,
} from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account, type Clients, newKey, newTable, refusal, Site, underKey, ways } from './way.ts';

const service = 'dynamodb.us-east-1.amazonaws.com';
const wrapped = (sentence: string) =>
  `AccessDeniedException: KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: ${sentence} ` +
  '(Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: <id>; Proxy: null)';
const key = { city: 'Sankt Gallen', year: 612 };

for (const way of ways) {
  describe(`rights to keys, ${way}`, () => {
    let site: Site;
    let root: Clients;
    let iam: IAMClient;
    beforeAll(async () => {
      site = await Site.open(way, { encryptionChangeQuota: 'none' });
      root = site.clients();
      iam = new IAMClient(site.settings());
    });
    afterAll(async () => {
      iam.destroy();
      await site.end();
    });

    async function userWith(UserName: string, ...statements: readonly object[]) {
      await iam.send(new CreateUserCommand({ UserName }));
      await allow(UserName, ...statements);
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
      const settings = site.settingsOf({ accessKeyId, secretAccessKey });
      const tables = DynamoDBDocumentClient.from(new DynamoDBClient(settings));
      return { arn: `arn:aws:iam::${account}:user/${UserName}`, tables, keys: new KMSClient(settings) };
    }
    const allow = (UserName: string, ...statements: readonly object[]) =>
      iam.send(
        new PutUserPolicyCommand({
          UserName,
          PolicyName: 'all',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
          }),
        }),
      );
    async function tableUnderKey(name: string): Promise<string> {
      const arn = await newKey(root);
      await newTable(root, name, underKey(arn));
      await root.documents.send(new PutCommand({ TableName: name, Item: { ...key, text: 'x' } }));
      return arn;
    }
    const get = (client: DynamoDBDocumentClient, TableName: string) =>
      client.send(new GetCommand({ TableName, Key: key }));
    const grants = async (KeyId: string) =>
      (await root.keys.send(new ListGrantsCommand({ KeyId }))).Grants ?? [];

    test('a user of a table needs Decrypt of its key, and may be given it for the table service alone', async () => {
      const arn = await tableUnderKey('needs-decrypt');
      const ann = await userWith('ann', { Action: 'dynamodb:*' });
      expect(await refusal(get(ann.tables, 'needs-decrypt'))).toBe(
        wrapped(
          `User: ${ann.arn} is not authorized to perform: kms:Decrypt on resource: ${arn} ` +
            'because no identity-based policy allows the kms:Decrypt action',
        ),
      );
      const Condition = { StringEquals: { 'kms:ViaService': service } };
      await allow('ann', { Action: 'dynamodb:*' }, { Action: 'kms:Decrypt', Resource: arn, Condition });
      expect((await get(ann.tables, 'needs-decrypt')).Item).toMatchObject(key);
      const { CiphertextBlob } = await root.keys.send(
        new EncryptCommand({ KeyId: arn, Plaintext: Buffer.from('x') }),
      );
      expect(await refusal(ann.keys.send(new DecryptCommand({ CiphertextBlob })))).toMatch(
        /^AccessDeniedException: User: .*user\/ann is not authorized to perform: kms:Decrypt on resource: .* because no identity-based policy allows/,
      );
    });

    test('a user whose own policy no longer allows Decrypt reads no more, over an open connection too (R-REV-1)', async () => {
      const KeyId = await tableUnderKey('taken-away');
      const ben = await userWith('ben', { Action: 'dynamodb:*' }, { Action: 'kms:Decrypt', Resource: KeyId });
      expect((await get(ben.tables, 'taken-away')).Item).toMatchObject(key);
      await allow('ben', { Action: 'dynamodb:*' });
      expect(await refusal(get(ben.tables, 'taken-away'))).toMatch(
        /kms:Decrypt on resource: .* because no identity-based policy allows the kms:Decrypt action/,
      );
    });

    test('a key policy that denies everyone ends the table at once, for root too (R-REV-1)', async () => {
      const KeyId = await tableUnderKey('denied');
      const { Policy = '' } = await root.keys.send(new GetKeyPolicyCommand({ KeyId }));
      const { Statement, ...rest } = JSON.parse(Policy);
      const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' };
      const denying = JSON.stringify({ ...rest, Statement: [...Statement, deny] });
      await root.keys.send(new PutKeyPolicyCommand({ KeyId, Policy: denying }));
      expect(await refusal(get(root.documents, 'denied'))).toMatch(
        /^AccessDeniedException: KMS key access denied error: .*kms:Decrypt on resource: .* with an explicit deny in a resource-based policy/,
      );
      await root.keys.send(new PutKeyPolicyCommand({ KeyId, Policy }));
      expect((await get(root.documents, 'denied')).Item).toMatchObject(key);
    });

    test('a table’s grant shows with its service, and the table goes with it', async () => {
      const KeyId = await tableUnderKey('granted');
      const [grant, ...others] = await grants(KeyId);
      expect(others).toEqual([]);
      expect(grant).toMatchObject({
        GranteePrincipal: service,
        RetiringPrincipal: service,
        IssuingAccount: `arn:aws:iam::${account}:root`,
        Operations: [
          'DescribeKey',
          'GenerateDataKey',
          'Decrypt',
          'Encrypt',
          'ReEncryptFrom',
          'ReEncryptTo',
          'RetireGrant',
        ],
        Constraints: {
          EncryptionContextSubset: {
            'aws:dynamodb:tableName': 'granted',
            'aws:dynamodb:subscriberId': account,
          },
        },
      });
      await root.keys.send(new RevokeGrantCommand({ KeyId, GrantId: grant?.GrantId }));
      expect(await refusal(get(root.documents, 'granted'))).toBe(
        wrapped(
          `User: dynamodb.amazonaws.com is not authorized to perform: kms:Decrypt on resource: ${KeyId} ` +
            'because no resource-based policy allows the kms:Decrypt action',
        ),
      );
    });

    test('a key policy names nobody whom there is not, and the one before stays (E7)', async () => {
      const { arn } = await userWith('known', { Action: 'kms:*' });
      const KeyId = await newKey(root);
      const { Policy: before = '' } = await root.keys.send(new GetKeyPolicyCommand({ KeyId }));
      const naming = (AWS: string) => {
        const { Statement, ...rest } = JSON.parse(before);
        const more = { Effect: 'Allow', Principal: { AWS }, Action: 'kms:Decrypt', Resource: '*' };
        return JSON.stringify({ ...rest, Statement: [...Statement, more] });
      };
      const put = (Policy: string) => root.keys.send(new PutKeyPolicyCommand({ KeyId, Policy }));
      const refused =
        'MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.';
      const nobody = `arn:aws:iam::${account}:user/nobody`;
      expect(await refusal(put(naming(nobody)))).toBe(refused);
      expect(await refusal(root.keys.send(new CreateKeyCommand({ Policy: naming(nobody) })))).toBe(refused);
      expect((await root.keys.send(new GetKeyPolicyCommand({ KeyId }))).Policy).toBe(before);
      for (const known of [arn, '444455556666', 'arn:aws:iam::444455556666:root']) await put(naming(known));
    });

    test('a table that is deleted gives its grant back', async () => {
      const KeyId = await tableUnderKey('deleted');
      await root.tables.send(new DeleteTableCommand({ TableName: 'deleted' }));
      await expect.poll(() => grants(KeyId)).toEqual([]);
    });

    test('a table cannot be under an RSA key, and AWS takes that for a fault of its own', async () => {
      const { KeyMetadata } = await root.keys.send(
        new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }),
      );
      const impatient = new DynamoDBClient({ ...site.settings(), maxAttempts: 1 });
      const made = impatient.send(
        new CreateTableCommand({
          TableName: 'rsa',
          KeySchema: [{ AttributeName: 'city', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'city', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
          SSESpecification: underKey(KeyMetadata?.Arn ?? ''),
        }),
      );
      expect(await refusal(made)).toMatch(
        /^InternalServerError: KMS internal error: .*EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key\./,
      );
      impatient.destroy();
    });
  });
}
