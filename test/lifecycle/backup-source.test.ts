import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { withBackupItems } from '../../src/lifecycle/backup-source.ts';
import { book, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { openBackupsOf } from '../support/open-backups.ts';
import { definitionOf, newKey } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

test('items are read as they were when the backup was begun, by who may use the key', async () => {
  const { site, backups } = await openBackupsOf();
  const { kms, clock, tables } = site;
  const keyId = await newKey(kms);
  await tables.create(user, definitionOf('T', { kind: 'customer', keyId }));
  await putBook(await openT(tables), book('a'));
  const [{ id } = { id: '' }] = tables.summaries();
  const core = createFallbackCore();
  const options = {
    core,
    service: kms,
    manifestKey: { core: kms.core, key: kms.deriveKey('backups') },
    clock,
    log: silentLog,
  };
  const borrowed = await backups.borrow(id);
  await putBook(await openT(tables), book('b'));
  const source = { caller: user, borrowed };
  expect(
    await withBackupItems(options, source, async ({ items, past }) => [items.stats().entries, past]),
  ).toEqual([1, undefined]);
  await kms.keys.disable(user, keyId);
  expect(await refusalOf(() => withBackupItems(options, source, async () => 0))).toMatch(
    /^TableKeyRefused: /,
  );
  await borrowed.discard();
});
