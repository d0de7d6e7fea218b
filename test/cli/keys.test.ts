import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, describe, expect, test } from 'vitest';
import { keysText } from '../../src/cli/keys.ts';
import { open } from '../../src/index.ts';
import { runCommandLine } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-keys-'));
const rootKey = join(folder, 'keys', 'root.key');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function storeWithKeys(data: string): Promise<{ used: string; disabled: string }> {
  const database = await open(data, { rootKey: { file: rootKey } });
  const kms = new KMSClient(database.clientConfig());
  const tables = new DynamoDBClient(database.clientConfig());
  const makeKey = async (Description: string) =>
    (await kms.send(new CreateKeyCommand({ Description }))).KeyMetadata?.KeyId ?? '';
  const [used, disabled] = [await makeKey('Key of the cities'), await makeKey('')];
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/cities', TargetKeyId: used }));
  await kms.send(new DisableKeyCommand({ KeyId: disabled }));
  await tables.send(
    new CreateTableCommand({
      TableName: 'cities',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: used },
    }),
  );
  kms.destroy();
  tables.destroy();
  await database.close();
  return { used, disabled };
}

describe('cryptable keys list', () => {
  test('shows each customer key with its state, its aliases and its tables, and never one of our own', async () => {
    const data = join(folder, 'data');
    const { used, disabled } = await storeWithKeys(data);
    const { code, stdout, stderr } = await runCommandLine([
      'keys',
      'list',
      '--data',
      data,
      '--root-key',
      rootKey,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(`^${used} +CUSTOMER +Enabled +alias/cities +cities +Key of the cities$`, 'm'),
    );
    expect(stdout).toMatch(new RegExp(`^${disabled} +CUSTOMER +Disabled +- +- +-$`, 'm'));
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  test('prints the same as JSON', async () => {
    const data = join(folder, 'json');
    const { used } = await storeWithKeys(data);
    const { stdout } = await runCommandLine([
      'keys',
      'list',
      '--data',
      data,
      '--root-key',
      rootKey,
      '--json',
    ]);
    const found: unknown = JSON.parse(stdout);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(
      expect.objectContaining({
        keyId: used,
        manager: 'CUSTOMER',
        aliases: ['alias/cities'],
        tables: ['cities'],
      }),
    );
  });

  test('of a folder without a store exits with 2 and a sentence', async () => {
    const { code, stderr } = await runCommandLine(['keys', 'list', '--data', join(folder, 'nothing')]);
    expect(code).toBe(2);
    expect(stderr).toContain('There is no store here.');
  });

  test('says how keys come to be when there are none', () => {
    expect(keysText([])).toContain('CreateKey');
  });
});
