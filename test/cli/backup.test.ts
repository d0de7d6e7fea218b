import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBackupCommand,
  CreateTableCommand,
  DescribeBackupCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from '../../src/index.ts';
import { runCommandLine } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-backup-'));
const rootKey = join(folder, 'keys', 'root.key');
const data = join(folder, 'data');
let file = '';
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const database = await open(data, { rootKey: { file: rootKey } });
  const client = new DynamoDBClient(database.clientConfig());
  const TableName = 'cities';
  await client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  for (let index = 0; index < 60; index++) {
    const Item = { id: { S: `item-${index}` }, text: { S: 'a-canary-'.repeat(60) } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
  const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName, BackupName: 'nightly' }));
  await untilMade(client, BackupDetails?.BackupArn);
  client.destroy();
  await database.close();
  file = join(data, 'backups', readdirSync(join(data, 'backups'))[0] ?? '');
});

async function untilMade(client: DynamoDBClient, BackupArn: string | undefined): Promise<void> {
  for (;;) {
    const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
    if (BackupDescription?.BackupDetails?.BackupStatus === 'AVAILABLE') return;
  }
}

/** A copy under its own name, changed at one byte. */
function changedCopy(place: number): string {
  const copies = join(folder, `changed at ${place}`);
  mkdirSync(copies);
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length * place);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  const copy = join(copies, file.slice(file.lastIndexOf('/') + 1));
  writeFileSync(copy, bytes);
  return copy;
}

const keys = () => ['--data', data, '--root-key', rootKey];

describe('cryptable backup verify', () => {
  test('tells without any key that a file is whole', async () => {
    const { code, stdout } = await runCommandLine(['backup', 'verify', file]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+ pages of 1 trees \(\d+ bytes\), SHA-256 [0-9a-f]{64}: whole\./),
    });
  });

  test('opens every page with the keys of the store', async () => {
    const { code, stdout } = await runCommandLine(['backup', 'verify', file, ...keys()]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^table cities, under arn:aws:kms:\S+\n\d+ pages \(\d+ bytes\) verified: all sound\n$/,
      ),
    });
  });

  for (const place of [0, 0.01, 0.5, 0.999]) {
    test(`finds a bit that was flipped ${place * 100} % into it, with and without keys`, async () => {
      const copy = changedCopy(place);
      for (const options of [[], keys()]) {
        const { code, stdout } = await runCommandLine(['backup', 'verify', copy, ...options]);
        expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('fault: ') });
      }
    });
  }

  test('takes a file under another name for none of its own', async () => {
    const renamed = join(folder, 'renamed.backup');
    copyFileSync(file, renamed);
    expect((await runCommandLine(['backup', 'verify', renamed])).code).toBe(0);
    expect((await runCommandLine(['backup', 'verify', renamed, ...keys()])).code).toBe(1);
  });

  test('a file that is not there is a wrong call', async () => {
    const none = join(folder, 'none.backup');
    for (const more of [[], keys()]) {
      const { code, stderr } = await runCommandLine(['backup', 'verify', none, ...more]);
      expect(code).toBe(2);
      expect(stderr).toContain(
        `cryptable: ${none} cannot be opened: The file of a backup is not there. (ENOENT`,
      );
    }
  });

  test('a backup shows nothing of what is in it (R-REST-1)', () => {
    const bytes = readFileSync(file).toString('latin1');
    for (const canary of ['a-canary', 'cities', 'item-1', 'nightly']) expect(bytes).not.toContain(canary);
  });
});
