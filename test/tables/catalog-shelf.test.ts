import { expect, test } from 'vitest';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, openTables } from '../support/open-tables.ts';

test('what is put on the shelf is there after a crash, by its kind and id, and no table of the catalogue', async () => {
  const opened = await openTables();
  await opened.tables.create(user, definitionOf('T'));
  const { shelf } = opened.tables.copying;
  await shelf.put('letter', 'b', { text: 'second' });
  await shelf.put('letter', 'a', { text: 'first' });
  await shelf.put('letter', 'a', { text: 'first, changed' });
  await shelf.put('letters', 'a', { text: 'of another kind' });
  await shelf.put('letter', 'c', { text: 'gone' });
  await shelf.remove('letter', 'c');
  await shelf.remove('letter', 'none');
  const { tables } = await opened.restart({ crash: true });
  expect(await tables.copying.shelf.all('letter')).toEqual([
    { id: 'a', value: { text: 'first, changed' } },
    { id: 'b', value: { text: 'second' } },
  ]);
  expect(await tables.copying.shelf.all('letters')).toHaveLength(1);
  expect(await tables.copying.shelf.all('none')).toEqual([]);
  expect(await tables.list(user, undefined, 9)).toEqual(['T']);
});
