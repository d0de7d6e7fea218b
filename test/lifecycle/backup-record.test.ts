import { expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { type BackupRecord, backupEntry, backupRecordOf } from '../../src/lifecycle/backup-record.ts';
import { user } from '../support/embedded-kms.ts';
import { openBackupsOf } from '../support/open-backups.ts';
import { definitionOf } from '../support/open-tables.ts';

test('a record is read as it was written, with the keys of its table, and no other format is', async () => {
  const { site } = await openBackupsOf();
  await site.tables.create(user, definitionOf('T'));
  const record: BackupRecord = {
    id: 'id',
    arn: 'arn',
    name: 'nightly',
    type: 'USER',
    status: 'AVAILABLE',
    createdAtMs: 1,
    expiresAtMs: 2,
    source: site.tables.copying.find(user, 'T'),
    bytes: 3,
    digest: 'ff',
  };
  const { id, value } = backupEntry(record);
  const stored = JSON.parse(JSON.stringify(value)) as object;
  expect(backupRecordOf({ id, value: stored })).toEqual(record);
  for (const other of [{ ...stored, format: 2 }, 'text', null]) {
    expect(() => backupRecordOf({ id, value: other })).toThrow(IntegrityFault);
  }
});
