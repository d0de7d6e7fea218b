import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../../src/base/bytes.ts';
import { CopyWalk } from '../../../src/tables/replication/copy-walk.ts';
import { HybridClock } from '../../../src/tables/replication/hybrid-clock.ts';
import { ReplicaLog } from '../../../src/tables/replication/replica-log.ts';
import { book, key, openT, putBook } from '../../support/book-tables.ts';
import { region, user } from '../../support/embedded-kms.ts';
import { definitionOf, openTables } from '../../support/open-tables.ts';
import { deleteIn, groupId, idIn, putIn, replicaIn } from '../../support/replica-tables.ts';

/** Items from before the group and since, and some that were deleted, one before it. */
async function start() {
  const { tables, engine, keys, clock } = await openTables();
  await tables.create(user, definitionOf('T'));
  const table = await openT(tables);
  for (const id of ['old', 'old, changed', 'old, deleted', 'gone']) await putBook(table, book(id));
  await deleteIn(tables, region, 'gone');
  const { id } = tables.dataKeys.find({ ...user, name: 'T' });
  await tables.replicas.begin(id, { groupId, members: [] });
  for (const each of ['old, changed', 'new', 'new, deleted']) await putIn(tables, region, book(each, 2));
  for (const each of ['old, deleted', 'new, deleted']) await deleteIn(tables, region, each);
  const { record, replication } = replicaIn(tables, region);
  const open = (number = 0) => engine.openTree(number, keys.cipher(idIn(tables, region), number));
  const log = await ReplicaLog.behind({
    tree: await open(replication.tree),
    clock,
    stamps: new HybridClock(clock),
  });
  const source = { items: await open(record.tree), log };
  const walk = (behind: Uint8Array) =>
    engine.transact(async (tx) => {
      const found: { readonly key: Uint8Array; readonly kind: string }[] = [];
      const walking = new CopyWalk(tx, source, behind);
      for (let entry = await walking.next(); entry !== undefined; entry = await walking.next()) {
        const kind = [entry.version && 'written', entry.item && 'there'].filter(Boolean).join();
        found.push({ key: entry.key, kind });
      }
      return found;
    });
  return { walk };
}

describe('the walk of a copy', () => {
  const expected = [
    ['old', 'there'],
    ['old, changed', 'written,there'],
    ['old, deleted', 'written'],
    ['new', 'written,there'],
    ['new, deleted', 'written'],
  ]
    .map(([id = '', kind = '']) => ({ key: key(id), kind }))
    .sort((one, other) => compareBytes(one.key, other.key));

  test('meets each item once, with what was deleted among them, in their order', async () => {
    const { walk } = await start();
    expect(await walk(new Uint8Array())).toEqual(expected);
  });

  test('goes on behind any of them', async () => {
    const { walk } = await start();
    for (const [at, { key: behind }] of expected.entries()) {
      expect(await walk(behind)).toEqual(expected.slice(at + 1));
    }
  });
});
