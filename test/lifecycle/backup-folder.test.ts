import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clearUnfinished, makeBackupFolder } from '../../src/lifecycle/backup-folder.ts';
import { outcomeOf, temporaryFolder } from '../store/support.ts';

test('the folder of the backups is its owner’s alone (R-FS-1), and none that others may write to is taken', async () => {
  const folder = join(temporaryFolder(), 'backups');
  await makeBackupFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await makeBackupFolder(folder);
  chmodSync(folder, 0o770);
  expect(await outcomeOf(() => makeBackupFolder(folder))).toBe('StoreUnsafe');
});

test('a folder that cannot be made is an outage', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(await outcomeOf(() => makeBackupFolder(join(file, 'backups')))).toBe('StoreUnavailable');
});

test('what was never finished is removed, and nothing else', async () => {
  const folder = join(temporaryFolder(), 'backups');
  await clearUnfinished(folder);
  mkdirSync(folder);
  for (const name of ['a.backup', 'b.backup.partial', 'other']) writeFileSync(join(folder, name), '');
  await clearUnfinished(folder);
  expect(readdirSync(folder).sort()).toEqual(['a.backup', 'other']);
});
