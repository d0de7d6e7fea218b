/** What every page store promises a single user: one suite, to which each store is held. */
import { describe, expect, test } from 'vitest';
import { type PageStore, pageIdsMax, type StoreChange, treesMax } from '../../src/store/page-store.ts';
import { body, change, head, outcomeOf, put } from './support.ts';

/** A kind of store. What it opens is closed and gone when the running test ends. */
export interface StoreKind {
  readonly name: string;
  /** A new one. */
  open(): PageStore;
  /** Two ways into one that is new, as two processes have. */
  openTwice(): readonly [PageStore, PageStore];
}

/** Everything that trees 1 to 3 hold, in a form that compares. */
export async function contents(store: PageStore): Promise<unknown> {
  const trees = [];
  for (const tree of await store.listTrees(-1, 100)) {
    const ids = await store.listPages(tree, -1, 10_000);
    const [found] = await store.readHeads([tree]);
    const pages = await store.readPages(tree, ids);
    trees.push({ tree, head: plain(found), pages: ids.map((id, index) => ({ id, ...plain(pages[index]) })) });
  }
  return trees;
}

/** Stores give bytes as Buffers or as Uint8Arrays. */
export function plain(stored: { version: number; body: Uint8Array } | undefined): object | undefined {
  return stored === undefined ? undefined : { version: stored.version, body: [...stored.body] };
}

const versionMax = Number.MAX_SAFE_INTEGER;

export function describePageStore({ name, open }: StoreKind): void {
  describe(`a page store: ${name}`, () => {
    test('is empty when it is new', async () => {
      const store = open();
      expect(await contents(store)).toEqual([]);
      expect(await store.readHeads([1, 2])).toEqual([undefined, undefined]);
      expect(await store.readPages(1, [0, 1])).toEqual([undefined, undefined]);
    });

    test('reads what was committed, in the order asked, with gaps where nothing is', async () => {
      const store = open();
      await store.commit(change({ puts: [put(1, 5), put(1, 6), put(2, 5, 9)], heads: [head(1, 0)] }));
      expect((await store.readPages(1, [6, 7, 5, 6])).map(plain)).toEqual(
        [put(1, 6), undefined, put(1, 5), put(1, 6)].map(plain),
      );
      expect((await store.readPages(2, [5])).map(plain)).toEqual([plain(put(2, 5, 9))]);
      const [missing, found] = await store.readHeads([2, 1]);
      expect(missing).toBeUndefined();
      expect({ tree: found?.tree, ...plain(found) }).toEqual({ tree: 1, ...plain(head(1, 0)) });
      expect(await store.readPages(1, [])).toEqual([]);
      expect(await store.readHeads([])).toEqual([]);
    });

    for (const length of [0, 1, 8142, 8143, 65_536, 300_000]) {
      test(`keeps a body of ${length} bytes`, async () => {
        const store = open();
        await store.commit(change({ puts: [put(1, 1, 1, length)] }));
        expect((await store.readPages(1, [1])).map(plain)).toEqual([plain(put(1, 1, 1, length))]);
      });
    }

    for (const [tree, id, version] of [
      [0, 0, 1],
      [1, pageIdsMax - 1, versionMax],
      [treesMax - 1, 0, 1],
      [treesMax - 1, pageIdsMax - 1, versionMax],
    ] as const) {
      test(`keeps page ${id} of tree ${tree} at version ${version}, and lists them`, async () => {
        const store = open();
        await store.commit(change({ puts: [{ tree, id, version, body: body(3) }] }));
        expect((await store.readPages(tree, [id])).map(plain)).toEqual([plain({ version, body: body(3) })]);
        expect(await store.listPages(tree, -1, 10)).toEqual([id]);
        expect(await store.listTrees(-1, 10)).toEqual([tree]);
      });
    }

    test('overwrites and deletes pages, of one tree alone', async () => {
      const store = open();
      await store.commit(change({ puts: [put(1, 1), put(1, 2), put(2, 1), put(2, 2)] }));
      await store.commit(change({ puts: [put(1, 1, 2)], deletes: [{ tree: 1, id: 2 }] }));
      expect((await store.readPages(1, [1, 2])).map(plain)).toEqual([plain(put(1, 1, 2)), undefined]);
      expect((await store.readPages(2, [1, 2])).map(plain)).toEqual([put(2, 1), put(2, 2)].map(plain));
      expect(await outcomeOf(() => store.commit(change({ deletes: [{ tree: 7, id: 7 }] })))).toBe('answered');
    });

    test('takes its copy of a body before commit returns', async () => {
      const store = open();
      const [page, root] = [put(1, 1), head(1, 0)];
      const committed = store.commit(change({ puts: [page], heads: [root] }));
      page.body.fill(255);
      root.body.fill(255);
      await committed;
      expect((await store.readPages(1, [1])).map(plain)).toEqual([plain(put(1, 1))]);
      expect((await store.readHeads([1])).map(plain)).toEqual([plain(head(1, 0))]);
    });

    test('applies commits in the order in which they were handed over', async () => {
      const store = open();
      const commits = Array.from({ length: 20 }, (_, n) =>
        store.commit(change({ puts: [put(1, 1, n + 1)], heads: [head(1, n)] })),
      );
      await Promise.all(commits);
      expect((await store.readHeads([1])).map(plain)).toEqual([plain(head(1, 19))]);
      expect((await store.readPages(1, [1])).map(plain)).toEqual([plain(put(1, 1, 20))]);
    });
  });

  describe(`a head's version: ${name}`, () => {
    const whole: StoreChange = {
      puts: [put(1, 1, 9), put(3, 1, 9)],
      deletes: [{ tree: 1, id: 2 }],
      heads: [head(1, 1)],
      drops: [{ tree: 2, expected: 1 }],
    };
    const stale: Readonly<Record<string, StoreChange>> = {
      'that has moved on': { ...whole, heads: [head(1, 2, 7)] },
      'that is said not to exist': { ...whole, heads: [head(1, 0, 7)] },
      'that does not exist': { ...whole, heads: [head(1, 1), head(5, 4)] },
      'that another head of the same change has right': { ...whole, heads: [head(1, 1), head(2, 3)] },
      'of a tree to be dropped': { ...whole, drops: [{ tree: 2, expected: 2 }] },
      'of a tree to be dropped that is not there': { ...whole, drops: [{ tree: 6, expected: 1 }] },
    };

    async function filled(): Promise<PageStore> {
      const store = open();
      await store.commit(
        change({ puts: [put(1, 1), put(1, 2), put(2, 1)], heads: [head(1, 0), head(2, 0)] }),
      );
      return store;
    }

    test('as expected lets the whole change happen', async () => {
      const store = await filled();
      await store.commit(whole);
      expect(await contents(store)).toEqual([
        { tree: 1, head: plain(head(1, 1)), pages: [{ id: 1, ...plain(put(1, 1, 9)) }] },
        { tree: 3, head: undefined, pages: [{ id: 1, ...plain(put(3, 1, 9)) }] },
      ]);
    });

    for (const [kind, attempt] of Object.entries(stale)) {
      test(`${kind} refuses the change, of which nothing happens`, async () => {
        const store = await filled();
        const before = await contents(store);
        expect(await outcomeOf(() => store.commit(attempt))).toBe('StoreConflict');
        expect(await contents(store)).toEqual(before);
        expect(await outcomeOf(() => store.commit(whole))).toBe('answered');
      });
    }

    test('lets one of two changes made at once happen', async () => {
      const store = await filled();
      const outcomes = await Promise.all(
        [7, 8].map((version) => outcomeOf(() => store.commit(change({ heads: [head(1, 1, version)] })))),
      );
      expect(outcomes).toEqual(['answered', 'StoreConflict']);
      expect((await store.readHeads([1])).map(plain)).toEqual([plain(head(1, 1, 7))]);
    });

    test('is 0 again once the tree was dropped, with all its pages and no other', async () => {
      const store = await filled();
      await store.commit(change({ drops: [{ tree: 1, expected: 1 }] }));
      expect(await store.listPages(1, -1, 10)).toEqual([]);
      expect(await store.listTrees(-1, 10)).toEqual([2]);
      expect((await store.readPages(2, [1])).map(plain)).toEqual([plain(put(2, 1))]);
      await store.commit(change({ heads: [head(1, 0)] }));
    });
  });

  describe(`the lists of a page store: ${name}`, () => {
    const ids = [0, 1, 5, 6, 2 ** 31, pageIdsMax - 1];

    test('give ids in order, above a first one, up to a limit', async () => {
      const store = open();
      const puts = [...ids].reverse().flatMap((id) => [put(3, id), put(2, 4), put(4, 0)]);
      await store.commit(change({ puts }));
      for (const limit of [1, 2, 100]) {
        const listed: number[] = [];
        for (let after = -1; ; ) {
          const page = await store.listPages(3, after, limit);
          expect(page.length).toBeLessThanOrEqual(limit);
          listed.push(...page);
          const last = page.at(-1);
          if (last === undefined) break;
          after = last;
        }
        expect(listed).toEqual(ids);
      }
      expect(await store.listPages(3, 2, 100)).toEqual(ids.slice(2));
      expect(await store.listPages(9, -1, 100)).toEqual([]);
    });

    test('give trees with a head, or pages, or both, and none that lost them', async () => {
      const store = open();
      await store.commit(
        change({ puts: [put(0, 1), put(4, 1), put(4, 2), put(8, 1)], heads: [head(2, 0), head(4, 0)] }),
      );
      await store.commit(change({ deletes: [{ tree: 8, id: 1 }] }));
      expect(await store.listTrees(-1, 100)).toEqual([0, 2, 4]);
      expect(await store.listTrees(-1, 2)).toEqual([0, 2]);
      expect(await store.listTrees(2, 100)).toEqual([4]);
      expect(await store.listTrees(4, 100)).toEqual([]);
    });
  });

  describe(`a closed page store: ${name}`, () => {
    const calls: Readonly<Record<string, (store: PageStore) => unknown>> = {
      readHeads: (store) => store.readHeads([1]),
      readPages: (store) => store.readPages(1, [1]),
      'readPages of many': (store) => store.readPages(1, [1, 2, 3, 4, 5]),
      commit: (store) => store.commit(change({ puts: [put(1, 1)] })),
      listPages: (store) => store.listPages(1, -1, 1),
      listTrees: (store) => store.listTrees(-1, 1),
    };
    for (const [call, run] of Object.entries(calls)) {
      test(`refuses ${call}`, async () => {
        const store = open();
        expect(await outcomeOf(() => run(store))).toBe('answered');
        await store.close();
        expect(await outcomeOf(() => run(store))).toBe('Closed');
      });
    }

    test('was closed once, however often it is asked', async () => {
      const store = open();
      await store.commit(change({ puts: [put(1, 1)] }));
      await Promise.all([store.close(), store.close()]);
      expect(await outcomeOf(() => store.close())).toBe('answered');
    });

    test('let the commits end that were under way', async () => {
      const store = open();
      const commits = [1, 2, 3].map((id) => outcomeOf(() => store.commit(change({ puts: [put(1, id)] }))));
      await store.close();
      expect(await Promise.all(commits)).toEqual(['answered', 'answered', 'answered']);
    });
  });
}
