import { expect, test } from 'vitest';
import { recordAt } from '../../src/tables/record-at.ts';
import { book, openProtected, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf } from '../support/open-tables.ts';

test('a record is as the catalogue had it at the moment of the snapshot, with the counts of then', async () => {
  const { tables, memory, keys, clock } = await openProtected();
  const known = tables.copying.find(user, 'T');
  const snapshot = memory.snapshot?.();
  if (snapshot === undefined) throw new Error('it has none');
  await putBook(await openT(tables), book('b'));
  await tables.changeSettings(user, 'T', { deletionProtection: true });
  await tables.create(user, definitionOf('later'));
  const options = { snapshot, storeId: memory.storeId, keys, clock };
  expect(await recordAt(options, known)).toEqual({ ...known, itemCount: 1, tableBytes: expect.any(Number) });
  expect(await recordAt(options, tables.copying.find(user, 'later'))).toBeUndefined();
  expect(await recordAt(options, { ...known, id: 'another of its name' })).toBeUndefined();
  await snapshot.close();
});

test('a record can be had without the key of its table, its counts as they were last written down', async () => {
  const opened = await openProtected();
  const { tables, keys, kms, clock, memory } = await opened.restart();
  await kms.keys.disable(user, opened.keyArn);
  const snapshot = memory.snapshot?.();
  if (snapshot === undefined) throw new Error('it has none');
  const known = tables.copying.find(user, 'T');
  expect(known.itemCount).toBe(1);
  expect(await recordAt({ snapshot, storeId: memory.storeId, keys, clock }, known)).toEqual(known);
});
