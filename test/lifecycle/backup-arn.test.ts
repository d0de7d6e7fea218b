import { expect, test } from 'vitest';
import { backupOrder, newBackupArn } from '../../src/lifecycle/backup-arn.ts';

const place = { account: '111122223333', region: 'us-east-1' };
const arnOf = (table: string, atMs: number, type: 'USER' | 'SYSTEM' = 'USER') =>
  newBackupArn(place, table, { atMs, type });

test('a backup is named by its table, the moment and eight digits, which are zeros for one of the system', () => {
  const prefix = 'arn:aws:dynamodb:us-east-1:111122223333:table/notes/backup/';
  expect(arnOf('notes', 1_764_505_504_123)).toMatch(new RegExp(`^${prefix}01764505504123-[0-9a-f]{8}$`));
  expect(arnOf('notes', 5, 'SYSTEM')).toBe(`${prefix}00000000000005-00000000`);
  expect(new Set(Array.from({ length: 50 }, () => arnOf('notes', 5))).size).toBe(50);
});

test('backups are in the order of their moments, whatever their tables are called', () => {
  const arns = [arnOf('z', 1), arnOf('a', 2), arnOf('m', 1_000), arnOf('b', 99_999_999_999)];
  expect(arns.toReversed().toSorted((a, b) => (backupOrder(a) < backupOrder(b) ? -1 : 1))).toEqual(arns);
});
