import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { Work } from '../../src/pages/group.ts';
import { WorkQueue } from '../../src/pages/work-queue.ts';
import { key, treeOf, value } from './support.ts';

function work(name: string): Work & { readonly name: string } {
  return {
    name,
    run: () => undefined,
    resolve: () => {},
    reject: () => {},
    touched: [],
    conflicts: 0,
    outcome: { value: name },
  };
}

/** The names of all that wait; a star marks one that runs alone. */
function drained(queue: WorkQueue): readonly string[] {
  const names: string[] = [];
  for (;;) {
    const mark = queue.isNextAlone ? '*' : '';
    const next = queue.shift();
    if (next === undefined) return names;
    names.push(`${(next as ReturnType<typeof work>).name}${mark}`);
  }
}

function queueOf(...names: readonly string[]): WorkQueue {
  const queue = new WorkQueue();
  for (const name of names) queue.push(work(name));
  return queue;
}

describe('a queue of works', () => {
  test('gives them in order, and nothing where none waits', () => {
    const queue = queueOf('a', 'b', 'c');
    expect(queue.length).toBe(3);
    expect(drained(queue)).toEqual(['a', 'b', 'c']);
    expect(queue.length).toBe(0);
    queue.push(work('d'));
    expect(drained(queue)).toEqual(['d']);
  });

  test('keeps the order of many, however they come and go', () => {
    const queue = new WorkQueue();
    const taken: unknown[] = [];
    for (let n = 0; n < 5000; n++) {
      queue.push(work(`${n}`));
      if (n % 3 > 0) taken.push(queue.shift());
    }
    const names = [...taken.map((one) => (one as ReturnType<typeof work>).name), ...drained(queue)];
    expect(names).toEqual(Array.from({ length: 5000 }, (_, n) => `${n}`));
  });

  test('puts works back in front, without what became of them', () => {
    const queue = queueOf('a', 'b', 'c');
    const back = [queue.shift(), queue.shift()].filter((one) => one !== undefined);
    queue.putBack(back);
    expect(back.map(({ outcome }) => outcome)).toEqual([undefined, undefined]);
    expect(drained(queue)).toEqual(['a', 'b', 'c']);
  });

  test('has those alone that are to be alone, and the others not', () => {
    const queue = queueOf('d');
    queue.putBack([work('a'), work('b'), work('c')], 2);
    expect(drained(queue)).toEqual(['a*', 'b*', 'c', 'd']);
  });

  test('leaves those alone that were, when others are put in front of them', () => {
    const queue = queueOf('d');
    queue.putBack([work('b'), work('c')], 2);
    queue.putBack([work('a')]);
    expect(drained(queue)).toEqual(['a*', 'b*', 'c*', 'd']);
  });
});

describe('a store that is full', () => {
  /** Refuses pages that are not there yet, as one whose limit is reached. */
  async function full() {
    const { store, engine, tree } = await treeOf(300, 100);
    const known = new Set(await store.listPages(1, -1, 10_000));
    const { commit } = store;
    let commits = 0;
    store.commit = async (change) => {
      if (change.heads.length > 0 && change.puts.some(({ id }) => !known.has(id))) {
        throw new Outage('StoreFull');
      }
      commits++;
      await commit(change);
    };
    return {
      store,
      engine,
      tree,
      commits: () => commits,
      makeRoom: () => {
        store.commit = commit;
      },
    };
  }

  test('refuses the works that need room, and no other of their group', async () => {
    const { engine, tree, makeRoom } = await full();
    const works = [
      engine.transact((tx) => tx.delete(tree, key(1))),
      engine.transact((tx) => tx.put(tree, key(1000), value(50_000))),
      engine.transact((tx) => tx.put(tree, key(2), value(100, 1))),
      engine.transact((tx) => tx.put(tree, key(2000), value(50_000))),
    ];
    const ends = await Promise.allSettled(works);
    const refused = { status: 'rejected', reason: { code: 'StoreFull' } };
    const done = { status: 'fulfilled' };
    expect(ends).toMatchObject([done, refused, done, refused]);
    expect([await tree.get(key(1)), await tree.get(key(2)), await tree.get(key(1000))]).toEqual([
      undefined,
      value(100, 1),
      undefined,
    ]);
    makeRoom();
    await engine.transact((tx) => tx.put(tree, key(1000), value(50_000)));
    expect(await tree.get(key(1000))).toEqual(value(50_000));
    const { cipher } = tree.state;
    expect((await engine.verify({ trees: [{ id: 1, cipher }] })).faults).toEqual([]);
  });

  test('lets many works share a commit again once those of the refused group have run', async () => {
    const { engine, tree, commits } = await full();
    await Promise.allSettled([
      engine.transact((tx) => tx.put(tree, key(1000), value(50_000))),
      engine.transact((tx) => tx.put(tree, key(2), value(100, 1))),
    ]);
    const before = commits();
    await Promise.all([3, 4, 5].map((n) => engine.transact((tx) => tx.put(tree, key(n), value(100, 1)))));
    expect(commits() - before).toBe(1);
  });
});
