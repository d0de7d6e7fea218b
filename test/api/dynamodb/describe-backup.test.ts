import { expect, test } from 'vitest';
import { apiOf, arnOf } from './support.ts';

test('DescribeBackup finds none', async () => {
  const BackupArn = `${arnOf('notes')}/backup/01489602797149-73d8d5bc`;
  const api = await apiOf();
  expect(await api.refusal('DescribeBackup', { BackupArn })).toBe(
    `BackupNotFound: Backup not found: ${BackupArn}`,
  );
});
