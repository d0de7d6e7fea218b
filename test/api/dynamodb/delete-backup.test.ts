import { expect, test } from 'vitest';
import { apiOf, arnOf } from './support.ts';

test('DeleteBackup finds none', async () => {
  const BackupArn = `${arnOf('notes')}/backup/01489602797149-73d8d5bc`;
  const api = await apiOf();
  expect(await api.refusal('DeleteBackup', { BackupArn })).toBe(
    `BackupNotFound: Backup not found: ${BackupArn}`,
  );
});
