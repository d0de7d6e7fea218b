import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entriesText, isWanted, verdictText } from '../../src/cli/audit.ts';
import { open } from '../../src/index.ts';
import { entryOf, keyArn } from '../audit/support.ts';
import { runCommandLine } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-audit-cli-'));
const data = join(folder, 'data');
const rootKey = join(folder, 'keys', 'root.key');
const run = (...args: readonly string[]) => runCommandLine(['audit', ...args, data, '--root-key', rootKey]);
beforeAll(async () => {
  const database = await open(data, { rootKey: { file: rootKey } });
  const client = new KMSClient(database.clientConfig());
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  for (let n = 0; n < 3; n++) await client.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }));
  await database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('cryptable audit', () => {
  test('show lists the newest calls first, as many as asked for', async () => {
    const { code, stdout } = await run('show', '--limit', '2');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stdout).toMatch(
      /^\d{4}-\S+Z +DescribeKey +- +arn:aws:iam::000000000000:root +- +arn:aws:kms:\S+$/m,
    );
    const all = await run('show', '--json');
    const names = all.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).eventName);
    expect(names).toEqual(['DescribeKey', 'DescribeKey', 'DescribeKey', 'CreateKey']);
    expect((await run('show', '--name', 'CreateKey')).stdout.trim().split('\n')).toHaveLength(2);
  });

  test('verify finds a sound trail sound, and one that was cut off not (R-AUD-2)', async () => {
    const sound = await run('verify');
    expect([sound.code, sound.stdout]).toEqual([0, '4 records in 1 segments verified: all sound\n']);
    const [segment = ''] = readdirSync(join(data, 'audit'));
    const file = join(data, 'audit', segment);
    truncateSync(file, statSync(file).size - 10);
    const cut = await run('verify');
    expect(cut.code).toBe(1);
    expect(cut.stdout).toContain('fault: segment 1: it ends with record 3, and record 4 had been written\n');
    const json = await run('verify', '--json');
    expect([json.code, JSON.parse(json.stdout).faults.length]).toEqual([1, 1]);
  });

  test('verify refuses what is no store', async () => {
    const { code } = await runCommandLine(['audit', 'verify', join(folder, 'none'), '--root-key', rootKey]);
    expect(code).toBe(2);
  });
});

test('a verdict says what is missing, what was cut off and what is wrong', () => {
  const report = { segments: 3, records: 9, droppedSegments: 2, tornWrites: 1 };
  expect(verdictText({ ...report, faults: [{ segment: 4, problem: 'it is gone' }] })).toBe(
    'fault: segment 4: it is gone\n' +
      'segments up to 2 were dropped for their age\n' +
      '1 writes were cut off by a crash; nobody was told that they were done\n' +
      '9 records in 3 segments verified: 1 faults\n',
  );
  expect(entriesText([])).toBe('No such call is recorded.\n');
});

test('records are wanted by their name and by what is in their ARN', () => {
  const entry = { ...entryOf(1, 0), number: 1 };
  expect(isWanted(entry, { name: undefined, resource: undefined })).toBe(true);
  expect(isWanted(entry, { name: 'Decrypt', resource: keyArn.slice(-8) })).toBe(true);
  expect(isWanted(entry, { name: 'Encrypt', resource: undefined })).toBe(false);
  expect(isWanted(entry, { name: undefined, resource: 'other' })).toBe(false);
});
