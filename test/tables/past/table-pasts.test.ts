import { describe, expect, test } from 'vitest';
import { book, keyRefusalOf, openProtected, openT, putBook } from '../../support/book-tables.ts';
import { user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const dayMs = 86_400_000;

describe('the past of a table', () => {
  test('is kept in a tree of its own under the keys of the table, and goes with it', async () => {
    const { tables, memory } = await openProtected();
    const before = await memory.listTrees(-1, 99);
    await tables.copying.changePast(user, 'T', {});
    expect((await memory.listTrees(-1, 99)).length).toBe(before.length + 1);
    expect(tables.dataKeys.dataKeys()[0]?.trees.map(({ part }) => part)).toEqual(['items', 'past']);
    await tables.delete(user, 'T');
    expect((await memory.listTrees(-1, 99)).length).toBe(before.length - 1);
  });

  test('waits for the key where that is away, and begins before the next write', async () => {
    const { tables, kms, keyArn } = await openProtected();
    await kms.keys.disable(user, keyArn);
    const { past } = await tables.copying.changePast(user, 'T', {});
    expect(past).toMatchObject({ periodDays: 35 });
    expect(past?.tree).toBeUndefined();
    expect(await keyRefusalOf(() => openT(tables))).toContain('is disabled');
    await kms.keys.enable(user, keyArn);
    await putBook(await openT(tables), book('a', 2));
    expect(tables.copying.find(user, 'T').past?.tree).toBeGreaterThan(0);
  });

  test('is followed from the moment it is kept, by a table that is open already', async () => {
    const opened = await openProtected();
    const { tables, engine, keys } = opened;
    const table = await openT(tables);
    await tables.copying.changePast(user, 'T', { periodDays: 3 });
    await putBook(table, book('a', 2));
    await putBook(table, book('a', 3));
    const { id, past } = tables.copying.find(user, 'T');
    const tree = await engine.openTree(past?.tree ?? 0, keys.cipher(id, past?.tree ?? 0));
    expect(tree.stats().entries).toBe(2);
    await tables.copying.changePast(user, 'T', 'off');
    await putBook(table, book('a', 4));
    expect(tables.copying.find(user, 'T').past).toBeUndefined();
  });

  test('is trimmed in slices, and left alone while its key is away', async () => {
    const { tables, clock, engine, keys, kms, keyArn } = await openProtected();
    await tables.copying.changePast(user, 'T', { periodDays: 1 });
    const table = await openT(tables);
    clock.advance(1);
    await Promise.all(Array.from({ length: 1_100 }, (_, pages) => putBook(table, book('a', pages))));
    const { id, past } = tables.copying.find(user, 'T');
    const tree = await engine.openTree(past?.tree ?? 0, keys.cipher(id, past?.tree ?? 0));
    clock.advance(dayMs);
    await kms.keys.disable(user, keyArn);
    await tables.pasts.trim();
    await kms.keys.enable(user, keyArn);
    expect(tree.stats().entries).toBe(1_100);
    await tables.pasts.trim();
    expect(tree.stats().entries).toBe(0);
  });

  test('is kept of no table that is not there', async () => {
    const { tables } = await openProtected();
    expect(await refusalOf(() => tables.copying.changePast(user, 'other', {}))).toBe(
      'ContinuousTableNotFound: Table not found: other',
    );
  });
});
