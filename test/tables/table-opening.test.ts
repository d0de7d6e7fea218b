import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { key, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, openTables } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { item, N, S } from './support.ts';

const definition = definitionOf(
  'T',
  { kind: 'owned' },
  {
    attributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'pages', AttributeType: 'N' },
    ],
    indexes: [
      {
        kind: 'global',
        name: 'by-pages',
        keySchema: [{ AttributeName: 'pages', KeyType: 'HASH' }],
        projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  },
);

describe('a table is opened', () => {
  test('once, however many ask at the same time', async () => {
    const first = await openTables();
    await first.tables.create(user, definition);
    const { tables } = await first.restart();
    const [one, other] = await Promise.all([openT(tables), openT(tables)]);
    expect(one).toBe(other);
  });

  test('with its indexes, which count what it holds over a crash', async () => {
    const first = await openTables();
    await first.tables.create(user, definition);
    const table = await openT(first.tables);
    for (const id of ['a', 'b', 'c']) await putBook(table, item({ id: S(id), pages: N(7) }));
    const { tables } = await first.restart({ crash: true });
    await openT(tables);
    expect(await tables.describe(user, 'T')).toMatchObject({ itemCount: 3, indexes: [{ itemCount: 3 }] });
  });

  test('with the counts of its last clean end before it is opened again', async () => {
    const first = await openTables();
    await first.tables.create(user, definition);
    await putBook(await openT(first.tables), item({ id: S('a'), pages: N(7) }));
    const { tables } = await first.restart();
    expect((await tables.describe(user, 'T')).indexes).toMatchObject([{ itemCount: 1 }]);
  });

  test('not while it is deleted', async () => {
    const { tables } = await openTables();
    await tables.create(user, definition);
    await tables.delete(user, 'T');
    expect(await refusalOf(() => openT(tables))).toBe('TableNotFound: Requested resource not found');
  });
});

describe('an index is sealed as its table is:', () => {
  const scan = async (tables: Tables) => (await openT(tables)).index('by-pages').items({}).next();

  async function twoTrees() {
    const opened = await openTables();
    await opened.tables.create(user, definition);
    await putBook(await openT(opened.tables), item({ id: S('a'), pages: N(7) }));
    const [tree = 0, index = 0] = opened.tables.summaries()[0]?.trees ?? [];
    return { opened, tree, index };
  }

  test('its pages open as they are', async () => {
    const { opened } = await twoTrees();
    const { tables } = await opened.restart();
    expect((await scan(tables))?.item).toEqual(item({ id: S('a'), pages: N(7) }));
  });

  test('a changed byte of one is found when it is read, and the table is not touched by it', async () => {
    const { opened, index } = await twoTrees();
    await opened.tables.close();
    for (const page of await opened.memory.readPages(index, [1])) {
      if (page === undefined) expect.fail('the index has a page');
      page.body[page.body.length - 1] = (page.body.at(-1) ?? 0) ^ 1;
    }
    const { tables } = await opened.restart({ crash: true });
    await expect(scan(tables)).rejects.toThrow(IntegrityFault);
    expect((await (await openT(tables)).get(key('a')))?.item).toEqual(item({ id: S('a'), pages: N(7) }));
  });

  test('a page of the table in its place is found as well: each tree has a key of its own', async () => {
    const { opened, tree, index } = await twoTrees();
    await opened.tables.close();
    const [[own], [other]] = [
      await opened.memory.readPages(tree, [1]),
      await opened.memory.readPages(index, [1]),
    ];
    if (own === undefined || other === undefined) expect.fail('both have a page');
    other.body.fill(0);
    other.body.set(own.body.subarray(0, other.body.length));
    const { tables } = await opened.restart({ crash: true });
    await expect(scan(tables)).rejects.toThrow(IntegrityFault);
  });
});

test('a deleted table leaves no page of its indexes', async () => {
  const { tables, memory } = await openTables();
  await tables.create(user, definition);
  await putBook(await openT(tables), item({ id: S('a'), pages: N(7) }));
  const trees = tables.summaries()[0]?.trees ?? [];
  expect(trees).toHaveLength(2);
  await tables.delete(user, 'T');
  for (const tree of trees) expect(await memory.listPages(tree, 0, 1)).toEqual([]);
});
