import { describe, expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import {
  all,
  diskFull,
  handled,
  held,
  heldStore,
  key,
  newCipher,
  stateOf,
  treeOf,
  turns,
  value,
  waitingCommit,
} from './support.ts';

const a = key(1);
const b = key(2);
const one = Uint8Array.of(1);
const two = Uint8Array.of(2);

describe('works share commits', () => {
  test('all of one turn go into one commit, and so do those that come while it is made durable', async () => {
    const { store, engine, tree, commitsSince } = await held();
    const first = [0, 1, 2].map((n) => engine.transact((tx) => tx.put(tree, key(n), one)));
    const commit = await waitingCommit(store);
    expect(commitsSince()).toBe(1);
    const second = [3, 4, 5, 6].map((n) => engine.transact((tx) => tx.put(tree, key(n), one)));
    await turns();
    expect(commitsSince()).toBe(1);
    await commit.succeed();
    await Promise.all(first);
    expect(commitsSince()).toBe(2);
    await (await waitingCommit(store)).succeed();
    await Promise.all(second);
    expect(commitsSince()).toBe(2);
    expect((await all(tree.cursor())).map(({ key: [, , , n] }) => n)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('works that change nothing make no commit', async () => {
    const { engine, tree, commitsSince } = await held();
    expect(await engine.transact((tx) => tx.get(tree, a))).toBeUndefined();
    expect(await engine.transact((tx) => tx.delete(tree, a))).toBe(false);
    expect(commitsSince()).toBe(0);
  });

  test('each sees what those before it did, in order', async () => {
    const { engine, tree } = await treeOf(0, 0);
    const counts = Array.from({ length: 50 }, () =>
      engine.transact(async (tx) => {
        const count = ((await tx.get(tree, a)) ?? Uint8Array.of(0))[0] ?? 0;
        await tx.put(tree, a, Uint8Array.of(count + 1));
        return count;
      }),
    );
    expect(await Promise.all(counts)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

describe('nothing is told or read before it is durable', () => {
  test('a work that only reads what is in flight waits for it', async () => {
    const { store, engine, tree } = await held();
    const write = handled(engine.transact((tx) => tx.put(tree, a, one)));
    const commit = await waitingCommit(store);
    const read = engine.transact((tx) => tx.get(tree, a));
    expect([await stateOf(write), await stateOf(read)]).toEqual(['pending', 'pending']);
    await commit.succeed();
    expect(await read).toEqual(one);
  });

  test('a reader meets the old state while the new one is in flight, cached or not', async () => {
    const { store, engine, tree } = await held();
    const write = handled(engine.transact((tx) => tx.put(tree, a, one)));
    const commit = await waitingCommit(store);
    expect(await tree.get(a)).toBeUndefined();
    engine.evictTree(1);
    const uncached = Promise.resolve(tree.get(a));
    expect(await stateOf(uncached)).toBe('pending');
    await commit.succeed();
    await write;
    expect(await uncached).toEqual(one);
  });

  test('a fault that rests on what is in flight is told only when that is durable', async () => {
    const { store, engine, tree } = await held();
    const write = handled(engine.transact((tx) => tx.put(tree, a, one)));
    const commit = await waitingCommit(store);
    const refused = handled(
      engine.transact(async (tx) => {
        if ((await tx.get(tree, a)) !== undefined) throw new Refusal('ConditionalCheckFailed', {});
      }),
    );
    expect(await stateOf(refused)).toBe('pending');
    await commit.fail(diskFull);
    await expect(write).rejects.toBe(diskFull);
    await expect(refused).rejects.toBe(diskFull);
  });
});

describe('a work that throws', () => {
  test('fails alone and leaves no trace, the others of its group stay', async () => {
    const { engine, tree, commitsSince, store } = await held();
    store.hold = false;
    const works = [
      engine.transact((tx) => tx.put(tree, a, one)),
      engine.transact(async (tx) => {
        await tx.put(tree, a, two);
        await tx.delete(tree, b);
        await tx.put(tree, b, two);
        throw new Refusal('ConditionalCheckFailed', {});
      }),
      engine.transact((tx) => tx.get(tree, a)),
    ];
    const ends = await Promise.allSettled(works);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(ends[2]).toMatchObject({ value: one });
    expect([await tree.get(a), await tree.get(b)]).toEqual([one, undefined]);
    expect(commitsSince()).toBe(1);
  });

  test('cannot use its transaction any more', async () => {
    const { engine, tree } = await treeOf(0, 0);
    let late = async () => {};
    await engine.transact((tx) => {
      late = async () => {
        await tx.put(tree, a, one);
      };
    });
    await expect(late()).rejects.toThrow('a transaction ends with its work');
    expect(await tree.get(a)).toBeUndefined();
  });
});

describe('a commit that fails', () => {
  for (const reached of [false, true]) {
    const end = reached ? 'though it reached the store' : 'before it reached the store';
    test(`${end} rejects its works and those that ran since, and what the store holds is read again`, async () => {
      const { store, engine, tree } = await held();
      const first = handled(engine.transact((tx) => tx.put(tree, a, one)));
      const commit = await waitingCommit(store);
      const second = handled(engine.transact((tx) => tx.put(tree, b, two)));
      await turns();
      await commit.fail(diskFull, reached);
      await expect(first).rejects.toBe(diskFull);
      await expect(second).rejects.toBe(diskFull);
      expect(await tree.get(a)).toEqual(reached ? one : undefined);
      expect(await tree.get(b)).toBeUndefined();
      store.hold = false;
      await engine.transact((tx) => tx.put(tree, b, one));
      expect((await all(tree.cursor())).length).toBe(reached ? 2 : 1);
      const cipher = tree.state.cipher;
      expect((await engine.verify({ trees: [{ id: 1, cipher }] })).faults).toEqual([]);
    });
  }

  test('overtakes a work that is under way, whatever that goes on to do', async () => {
    const { store, engine, tree } = await held();
    const first = handled(engine.transact((tx) => tx.put(tree, a, one)));
    const commit = await waitingCommit(store);
    let goOn = () => {};
    const pause = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const second = handled(
      engine.transact(async (tx) => {
        await tx.put(tree, b, two);
        await pause;
        await tx.put(tree, b, one);
      }),
    );
    await turns();
    await commit.fail(diskFull);
    await expect(first).rejects.toBe(diskFull);
    goOn();
    await expect(second).rejects.toBe(diskFull);
    expect(await tree.get(b)).toBeUndefined();
  });
});

describe('another process', () => {
  async function twoEngines() {
    const { store, cipher, engine, tree } = await treeOf(10, 10);
    const other = PageEngine.open({ store, storeId: store.storeId });
    return { store, engine, tree, other, otherTree: await other.openTree(1, cipher) };
  }

  test('that committed first has our works run again, on its state', async () => {
    const { engine, tree, other, otherTree } = await twoEngines();
    await other.transact((tx) => tx.put(otherTree, a, two));
    const seen: unknown[] = [];
    const [, refused] = await Promise.allSettled([
      engine.transact(async (tx) => {
        seen.push(await tx.get(tree, a));
        await tx.put(tree, b, one);
      }),
      engine.transact(async (tx) => {
        const [first] = (await tx.get(tree, a)) ?? [];
        if (first === two[0]) throw new Refusal('ConditionalCheckFailed', {});
      }),
    ]);
    expect(seen).toEqual([value(10), two]);
    // It was about to succeed on a state that was no longer true.
    expect(refused.status).toBe('rejected');
    expect([await tree.get(a), await tree.get(b)]).toEqual([two, one]);
  });

  test('that is always first is a conflict, told as an outage, in the end', async () => {
    const { store, engine, tree, other, otherTree } = await twoEngines();
    const { commit } = store;
    let rivals = 0;
    const overtaken: typeof commit = async (change) => {
      store.commit = commit;
      await other.transact((tx) => tx.put(otherTree, a, value(++rivals)));
      store.commit = overtaken;
      return commit(change);
    };
    store.commit = overtaken;
    const late = engine.transact((tx) => tx.put(tree, b, one));
    await expect(late).rejects.toMatchObject({ name: 'Outage', code: 'StoreConflict' });
    expect(rivals).toBe(21);
    store.commit = commit;
    await engine.transact((tx) => tx.put(tree, b, one));
    expect([await tree.get(a), await tree.get(b)]).toEqual([value(rivals), one]);
  });

  test('that committed first has a work run again that is under way, once it comes to its end', async () => {
    const { store, engine, tree } = await held();
    const conflict = new Outage('StoreConflict');
    const first = handled(engine.transact((tx) => tx.put(tree, a, one)));
    const commit = await waitingCommit(store);
    let runs = 0;
    let goOn = () => {};
    const pause = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const second = handled(
      engine.transact(async (tx) => {
        runs++;
        await tx.put(tree, b, two);
        await pause;
        await tx.put(tree, b, one);
      }),
    );
    await turns();
    store.hold = false;
    await commit.fail(conflict);
    expect(await stateOf(first)).toBe('pending');
    goOn();
    await Promise.all([first, second]);
    expect(runs).toBe(2);
    expect([await tree.get(a), await tree.get(b)]).toEqual([one, one]);
  });

  test('that moved a head on does not keep us from dropping its tree', async () => {
    const { store, engine, other, otherTree } = await twoEngines();
    await other.transact((tx) => tx.put(otherTree, a, two));
    await engine.dropTree(1);
    expect(store.listTrees(-1, 10)).toEqual([]);
  });

  test('that moved the head on is no tampering to a reader whose pages are gone', async () => {
    const { store, cipher, engine, tree } = await treeOf(10, 10);
    const other = PageEngine.open({ store, storeId: store.storeId });
    const otherTree = await other.openTree(1, cipher);
    await other.transact((tx) => tx.put(otherTree, a, two));
    engine.evictTree(1);
    expect(await tree.get(a)).toEqual(two);
  });

  test('that dropped the tree leaves readers without pages an integrity fault, not an empty tree', async () => {
    const { store, cipher, engine, tree } = await treeOf(10, 10);
    const other = PageEngine.open({ store, storeId: store.storeId });
    await other.openTree(1, cipher);
    await other.dropTree(1);
    engine.evictTree(1);
    await expect(async () => tree.get(a)).rejects.toThrow(IntegrityFault);
  });
});

describe('a cipher that refuses to seal', () => {
  const gone = new Refusal('TableKeyRefused', { message: 'gone', denied: false });

  async function twoTrees() {
    const { store, cipher, engine, tree } = await treeOf(0, 0);
    const otherCipher = newCipher();
    const other = await engine.createTree(2, otherCipher);
    return { store, cipher, engine, tree, other, otherCipher };
  }

  test('fails only the works that changed its tree; the others of the group become durable', async () => {
    const { cipher, engine, tree, other } = await twoTrees();
    cipher.refuseWith(gone);
    const ends = await Promise.allSettled([
      engine.transact((tx) => tx.put(other, a, one)),
      engine.transact((tx) => tx.put(tree, a, one)),
      engine.transact(async (tx) => {
        await tx.put(other, a, two);
        await tx.put(tree, b, two);
      }),
      engine.transact((tx) => tx.get(other, a)),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(ends[1]).toMatchObject({ reason: gone });
    expect(ends[3]).toMatchObject({ value: one });
    expect(await other.get(a)).toEqual(one);
    cipher.refuseWith(undefined);
    expect(await tree.get(a)).toBeUndefined();
    await engine.transact((tx) => tx.put(tree, a, one));
    expect(await tree.get(a)).toEqual(one);
  });

  test('takes back a fault that rested on what it did not seal', async () => {
    const { cipher, engine, tree, other } = await twoTrees();
    cipher.refuseWith(gone);
    const [put, conditional] = await Promise.allSettled([
      engine.transact((tx) => tx.put(tree, a, one)),
      engine.transact(async (tx) => {
        if ((await tx.get(tree, a)) !== undefined) throw new Refusal('ConditionalCheckFailed', {});
        await tx.put(other, a, two);
      }),
    ]);
    expect(put).toMatchObject({ reason: gone });
    expect(conditional).toMatchObject({ status: 'fulfilled' });
    expect(await other.get(a)).toEqual(two);
  });

  test('and one after the other fail each its own works', async () => {
    const { cipher, engine, tree, other, otherCipher } = await twoTrees();
    const otherGone = new Refusal('TableKeyRefused', { message: 'other', denied: true });
    cipher.refuseWith(gone);
    otherCipher.refuseWith(otherGone);
    const ends = await Promise.allSettled([
      engine.transact((tx) => tx.put(tree, a, one)),
      engine.transact((tx) => tx.put(other, a, one)),
      engine.transact(() => 'nothing'),
    ]);
    expect(ends).toMatchObject([{ reason: gone }, { reason: otherGone }, { value: 'nothing' }]);
  });
});

describe('pages that were wiped meanwhile', () => {
  test('do not come back as an older state when the change that was gathered before is published', async () => {
    const store = heldStore();
    const cipher = newCipher();
    const engine = PageEngine.open({ store, storeId: store.storeId });
    const tree = await engine.createTree(1, cipher);
    const other = await engine.createTree(2, newCipher());
    store.hold = true;
    const first = handled(engine.transact((tx) => tx.put(other, a, one)));
    const commit = await waitingCommit(store);
    const second = handled(engine.transact((tx) => tx.put(tree, a, one)));
    await turns();
    engine.evictTree(1);
    // Not in flight yet, so the store's state may be read, and is then cached.
    expect(await tree.get(a)).toBeUndefined();
    await commit.succeed();
    await (await waitingCommit(store)).succeed();
    await Promise.all([first, second]);
    expect(await tree.get(a)).toEqual(one);
    store.hold = false;
    await engine.transact((tx) => tx.put(tree, b, two));
    expect(await tree.get(a)).toEqual(one);
  });
});
