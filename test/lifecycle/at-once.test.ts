import { expect, test } from 'vitest';
import { atOnceMax } from '../../src/lifecycle/at-once.ts';
import { book, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { openBackupsOf } from '../support/open-backups.ts';
import { definitionOf, newConnection } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

test('so many backups are made at once, and so many restores: one more is refused until one has ended', async () => {
  const { site, backups, restores } = await openBackupsOf();
  await site.tables.create(user, definitionOf('T'));
  await putBook(await openT(site.tables), book('a'));
  const asker = { caller: user, connection: newConnection() };
  const create = () => backups.create(asker, 'T', 'copy');
  const limit = 'LimitExceeded: Subscriber limit exceeded: There is a limit of 50';
  const made = await Promise.all(Array.from({ length: atOnceMax }, create));
  expect(await refusalOf(create)).toBe(`${limit} backups at the same time`);
  await backups.settled();
  const restore = (backupArn: string, target: string) =>
    restores.restore(user, { backupArn, target, overrides: {} });
  const { arn } = await create();
  await backups.settled();
  const begun = made.map((backup, number) => restore(backup.arn, `restored-${number}`));
  expect(await refusalOf(() => restore(arn, 'more'))).toBe(`${limit} restores at the same time`);
  await Promise.all(begun);
  await restores.settled();
  await restore(arn, 'late');
  await restores.settled();
  expect(await site.tables.list(user, undefined, 99)).toHaveLength(atOnceMax + 2);
});
