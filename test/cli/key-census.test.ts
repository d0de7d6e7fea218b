import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CommandFault } from '../../src/cli/exit-code.ts';
import { answerText, censusText } from '../../src/cli/key-census.ts';
import { keys } from '../../src/cli/keys.ts';
import { open } from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-key-census-'));
const rootKey = join(folder, 'keys', 'root.key');
const data = join(folder, 'data');
let used = '';
let idle = '';

beforeAll(async () => {
  const database = await open(data, { rootKey: { file: rootKey } });
  const kms = new KMSClient(database.clientConfig());
  const tables = new DynamoDBClient(database.clientConfig());
  const makeKey = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';
  [used, idle] = [await makeKey(), await makeKey()];
  await tables.send(
    new CreateTableCommand({
      TableName: 'cities',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: used },
    }),
  );
  await tables.send(new PutItemCommand({ TableName: 'cities', Item: { id: { S: 'Bern' } } }));
  kms.destroy();
  tables.destroy();
  await database.close();
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As a user would, but in this process; the options that commander remembers must be the same each time. */
async function run(...args: readonly string[]): Promise<{ stdout: string; code: unknown }> {
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await keys.parseAsync([...args, '--root-key', rootKey], { from: 'user' });
  vi.restoreAllMocks();
  return { stdout, code: process.exitCode ?? 0 };
}

describe('cryptable keys', () => {
  test('census shows each tree with its data key, its pages and its KMS key', async () => {
    const { stdout, code } = await run('census', data);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^cities +us-east-1 +items +2 +1 +2 +arn:aws:kms:.*/${used}$`, 'm'));
    expect(stdout).toMatch(/^- +us-east-1 +catalogue +1 +1 +\d+ +arn:aws:kms:/m);
    expect(stdout).toContain('Every page is under the newest data key of its tree.');
  });

  test('can-retire answers yes with 0, and no with 1 and the reason', async () => {
    const yes = await run('can-retire', idle, data);
    expect(yes).toMatchObject({ code: 0, stdout: expect.stringMatching(/^yes: /) });
    const no = await run('can-retire', used, data);
    expect(no.code).toBe(1);
    expect(no.stdout).toMatch(
      /^no: arn:.* is needed\n {2}table cities in us-east-1: 2 pages are under it\n$/,
    );
  });

  test('can-retire of a key that is not there ends with 2', async () => {
    const fault = await run('can-retire', 'nothing', data).catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(CommandFault);
    expect(fault).toMatchObject({ exitCode: 2, message: "Key 'nothing' does not exist" });
  });

  test('rotate leaves everything under new data keys, and the older ones gone', async () => {
    expect((await run('rotate', 'cities', data)).stdout).toContain(
      'Everything in cities is under new data keys',
    );
    const { stdout } = await run('census', data);
    expect(stdout).toMatch(/^cities +us-east-1 +items +2 +2 +2 /m);
    expect(stdout).not.toMatch(/^cities +us-east-1 +items +2 +1 /m);
  });

  test('rotate of a table that is not there is refused', async () => {
    await expect(run('rotate', 'lakes', data)).rejects.toThrow('Table: lakes not found');
  });

  test('census and can-retire print the same as JSON', async () => {
    const rows: unknown = JSON.parse((await run('census', data, '--json')).stdout);
    expect(rows).toContainEqual(
      expect.objectContaining({ table: 'cities', dataKeyId: 2, isCurrent: true, pages: 2 }),
    );
    const { stdout, code } = await run('can-retire', used, data, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      mayRetire: false,
      reasons: [{ kind: 'table', table: 'cities' }],
    });
  });
});

describe('the texts', () => {
  test('say how many pages are left under older data keys', () => {
    const row = { table: 't', region: 'r', tree: 2, part: 'items', keyArn: 'k' };
    const text = censusText([
      { ...row, dataKeyId: 1, isCurrent: false, pages: 7 },
      { ...row, dataKeyId: 2, isCurrent: true, pages: 3 },
    ]);
    expect(text).toMatch(/1 \(older\) +7/);
    expect(text).toContain('7 pages are under older data keys');
  });

  test('say what nobody here can know', () => {
    expect(answerText({ keyArn: 'k', mayRetire: true, reasons: [] })).toContain('are not known here');
    const managed = { kind: 'managed', region: 'r' } as const;
    const backup = { kind: 'backup', backupArn: 'b', table: 't', region: 'r' } as const;
    expect(answerText({ keyArn: 'k', mayRetire: false, reasons: [backup, managed] })).toBe(
      'no: k is needed\n  backup b in r: it cannot be restored from without it\n  the next table in r that asks for the AWS managed key is put under it\n',
    );
  });
});
