import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { exitCodeFor, reportText } from '../../src/cli/verify.ts';
import { open } from '../../src/index.ts';
import { runCommandLine } from '../support/command-line.ts';
import { createTableInput } from '../support/item-load.ts';
import { inProcessCall } from '../support/json-call.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-verify-'));
const rootKey = join(folder, 'keys', 'root.key');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function storeWithItems(name: string): Promise<string> {
  const data = join(folder, name);
  const database = await open(data, { rootKey: { file: rootKey } });
  const client = new DynamoDBClient(database.clientConfig());
  await client.send(
    new CreateTableCommand({
      TableName: 'cities',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  for (let index = 0; index < 200; index++) {
    const Item = { id: { S: `item-${index}` }, text: { S: 'x'.repeat(500) } };
    await client.send(new PutItemCommand({ TableName: 'cities', Item }));
  }
  client.destroy();
  await database.close();
  return data;
}

describe('cryptable verify', () => {
  test('of a sound store counts its pages and exits with 0', async () => {
    const data = await storeWithItems('sound');
    const { code, stdout, stderr } = await runCommandLine(['verify', data, '--root-key', rootKey]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d\d+ pages \(\d+ bytes\) of 1 table verified: all sound\n$/),
    });
    expect(stderr).toContain('verify: 100 %');
  });

  test('finds a flipped bit in a page, names the page and exits with 1 (R-INT-1)', async () => {
    const data = await storeWithItems('flipped');
    const file = join(data, 'store.sqlite');
    const bytes = readFileSync(file);
    // In the last quarter of the file lie leaves of the table, not the catalogue.
    const at = Math.floor(bytes.length * 0.8);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(file, bytes);
    const { code, stdout } = await runCommandLine(['verify', data, '--root-key', rootKey]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fault: .*tree \d+/m);
  });

  test('of a store that another process has open says how it can be looked at meanwhile, and exits with 2', async () => {
    const data = await storeWithItems('locked');
    const database = await open(data, { rootKey: { file: rootKey } });
    const { code, stderr } = await runCommandLine(['verify', data, '--root-key', rootKey]);
    await database.close();
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--scrub-mb-per-s') });
  });

  test('of a store that was put back exits with 1 and what was expected (R-INT-4)', async () => {
    const [data, kms] = [join(folder, 'anchored'), join(folder, 'anchored-kms')];
    const options = { rootKey: { file: rootKey }, keyDirectory: kms };
    await (await open(data, options)).close();
    const old = join(folder, 'anchored-old');
    cpSync(data, old, { recursive: true });
    const database = await open(data, options);
    await inProcessCall(database)('CreateTable', createTableInput('rivers'));
    await database.close();
    const { code, stderr } = await runCommandLine(['verify', old, '--root-key', rootKey, '--kms', kms]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/Expected version \d+ .*found/),
    });
  });

  test('of a folder without a store exits with 2 and a sentence', async () => {
    const { code, stdout, stderr } = await runCommandLine([
      'verify',
      join(folder, 'nothing'),
      '--root-key',
      rootKey,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/cannot be opened: There is no store here\.\n$/);
  });

  test('of a store whose keys are gone, or that is cut short, names the command that says more', async () => {
    const damages = {
      unkeyed: (data: string) => rmSync(join(data, 'kms'), { recursive: true }),
      short: (data: string) => truncateSync(join(data, 'store.sqlite'), 20_000),
    };
    for (const [name, damage] of Object.entries(damages)) {
      const data = await storeWithItems(name);
      damage(data);
      const { stderr } = await runCommandLine(['verify', data, '--root-key', rootKey]);
      expect(stderr).toContain(` Run cryptable doctor ${data}, which says more.\n`);
    }
  });

  test('with a root key that is not there exits with 2, and makes none', async () => {
    const data = await storeWithItems('keyless');
    const missing = join(folder, 'other', 'root.key');
    const { code, stderr } = await runCommandLine(['verify', data, '--root-key', missing]);
    expect(code).toBe(2);
    expect(stderr).toContain('root key');
    expect(() => readFileSync(missing)).toThrow('ENOENT');
  });
});

describe('the report of verify', () => {
  const sound = { pages: 9, tables: 2, bytes: 73_728, faults: [], skipped: [] };
  const fault = { table: 'cities', tree: 4, page: 17, problem: 'does not open' };

  test('exits with 0 only when everything was checked and sound', () => {
    expect(exitCodeFor(sound)).toBe(0);
    expect(exitCodeFor({ ...sound, faults: [fault] })).toBe(1);
    expect(exitCodeFor({ ...sound, skipped: [{ table: 'locked', reason: 'its key is disabled' }] })).toBe(2);
    expect(exitCodeFor({ ...sound, faults: [fault], skipped: [{ table: 't', reason: 'r' }] })).toBe(1);
  });

  test('names each fault and each table that could not be checked', () => {
    const faults = [fault, { tree: 1, problem: 'its head is missing' }];
    expect(
      reportText({ ...sound, faults, skipped: [{ table: 'locked', reason: 'its key is disabled' }] }),
    ).toBe(
      'fault: table cities, tree 4, page 17: does not open\n' +
        'fault: tree 1: its head is missing\n' +
        'not checked: table locked: its key is disabled\n' +
        '9 pages (73728 bytes) of 2 tables verified: 2 faults\n',
    );
  });
});
