import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import { storeFile } from '../../src/store/sqlite.ts';
import { overtaken } from '../../src/store/sqlite-snapshot.ts';
import { contents, plain } from './conformance.ts';
import { change, head, openStore, outcomeOf, put, temporaryFolder } from './support.ts';

const kinds: Readonly<Record<string, () => PageStore>> = {
  memory: () => createMemoryStore(),
  SQLite: () => openStore({ folder: temporaryFolder() }),
};

for (const [name, open] of Object.entries(kinds)) {
  describe(`a snapshot of a store: ${name}`, () => {
    test('is the store at one moment, whatever is committed after it', async () => {
      const store = open();
      await store.commit(
        change({ puts: [put(1, 1), put(1, 2), put(2, 1)], heads: [head(1, 0), head(2, 0)] }),
      );
      const before = await contents(store);
      const snapshot = store.snapshot?.();
      if (snapshot === undefined) throw new Error('it has none');
      const later = { puts: [put(1, 1, 2), put(3, 1)], deletes: [{ tree: 1, id: 2 }], heads: [head(1, 1)] };
      await store.commit(change({ ...later, drops: [{ tree: 2, expected: 1 }] }));
      expect(await contents(asStore(snapshot))).toEqual(before);
      expect(await contents(store)).not.toEqual(before);
      await snapshot.close();
      expect(await outcomeOf(() => snapshot.readPages(1, [1]))).toBe('Closed');
      await snapshot.close();
    });

    test('gives pages a stretch at a time, in ascending order, of one tree alone', async () => {
      const store = open();
      await store.commit(change({ puts: [put(1, 9), put(2, 4), put(2, 2), put(2, 7), put(3, 1)] }));
      const snapshot = store.snapshot?.();
      const ids = async (after: number, limit: number) =>
        (await snapshot?.readStretch(2, after, limit))?.map(({ id }) => id);
      expect(await ids(-1, 2)).toEqual([2, 4]);
      expect(await ids(4, 2)).toEqual([7]);
      expect(await ids(7, 2)).toEqual([]);
      const [page] = (await snapshot?.readStretch(2, 4, 1)) ?? [];
      expect(plain(page)).toEqual(plain(put(2, 7)));
      await snapshot?.close();
    });
  });
}

function asStore(snapshot: NonNullable<ReturnType<NonNullable<PageStore['snapshot']>>>): PageStore {
  return {
    readHeads: (trees) => snapshot.readHeads(trees),
    readPages: (tree, ids) => snapshot.readPages(tree, ids),
    listPages: (tree, after, limit) => snapshot.listPages(tree, after, limit),
    listTrees: (after, limit) => snapshot.listTrees(after, limit),
    commit: () => Promise.reject(new Error('it is only read')),
    close: () => snapshot.close(),
  };
}

describe('the snapshot of a SQLite store', () => {
  test('is ended by the store once the log beside the file is too long, and commits go on', async () => {
    const folder = temporaryFolder();
    const store = openStore({ folder, snapshotLogBytesMax: 200_000 });
    await store.commit(change({ puts: [put(1, 1)] }));
    const snapshot = store.snapshot();
    for (let id = 2; id < 60; id++) await store.commit(change({ puts: [put(1, id, 1, 8000)] }));
    expect(await outcomeOf(() => snapshot.readPages(1, [1]))).toBe('StoreUnavailable');
    expect(() => snapshot.readPages(1, [1])).toThrow(overtaken().message);
    expect(store.listPages(1, -1, 100)).toHaveLength(59);
  });

  test('does not outlive its store, nor keep the log from being emptied when it has gone', async () => {
    const folder = temporaryFolder();
    const store = openStore({ folder });
    await store.commit(change({ puts: [put(1, 1)] }));
    const snapshot = store.snapshot();
    await store.close();
    expect(await outcomeOf(() => snapshot.readHeads([1]))).toBe('Closed');
    const log = statSync(join(folder, `${storeFile}-wal`), { throwIfNoEntry: false });
    expect(log?.size ?? 0).toBe(0);
    expect(await outcomeOf(() => store.snapshot())).toBe('Closed');
  });
});
