import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { book, openT, putBook } from './support/book-tables.ts';
import { user } from './support/embedded-kms.ts';
import { openBackupsOf } from './support/open-backups.ts';
import { definitionOf } from './support/open-tables.ts';

test('backups are opened without what a process before left, and what is over goes in time', async () => {
  const opened = await openBackupsOf();
  const { tables, clock } = opened.site;
  await tables.create(user, definitionOf('T'));
  await putBook(await openT(tables), book('a'));
  const tableId = tables.copying.find(user, 'T').id;
  const expiresAtMs = clock.nowMs() + 1_000;
  await opened.backups.make({ tableId, name: 'passing', type: 'SYSTEM', expiresAtMs });
  await opened.backups.make({ tableId, name: 'lasting', type: 'USER' });
  mkdirSync(opened.folder, { recursive: true });
  writeFileSync(join(opened.folder, 'left.backup.partial'), 'half');
  const after = await opened.restart();
  expect(readdirSync(after.folder)).toHaveLength(2);
  await after.site.clock.advanceAndSettle(2 * 3_600_000);
  expect(after.backups.all().map(({ name }) => name)).toEqual(['lasting']);
  expect(readdirSync(after.folder)).toHaveLength(1);
});
