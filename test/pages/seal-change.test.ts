import { describe, expect, test } from 'vitest';
import { emptyHead } from '../../src/pages/head.ts';
import { innerRefAt, pageKind, plainPageBytes, readU48, refTagAt } from '../../src/pages/layout.ts';
import { cellAt, cellCount } from '../../src/pages/node.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { refLogBounds } from '../../src/pages/ref-log.ts';
import { sealChange } from '../../src/pages/seal-change.ts';
import { PageSealer } from '../../src/pages/sealed-page.ts';
import { newTreeChange, newTreeState } from '../../src/pages/tree-state.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { innerOf, leafOf, refTo } from './nodes.ts';
import { heldStore, key, newCipher, treeOf, value } from './support.ts';

const sealer = new PageSealer(value(16), new VirtualClock());

/** A root over one changed and one unchanged leaf, in commit 6. */
function changed() {
  const base = { ...emptyHead(), version: 5 };
  const head = { ...base, version: 6, rootRef: refTo(1, 6) };
  const root = innerOf(1, [
    [new Uint8Array(), refTo(2, 6)],
    [key(5), refTo(3, 4)],
  ]);
  const leaf = leafOf([[key(1), value(10)]]);
  const change = newTreeChange({ base, head, evictions: 0, settled: Promise.resolve() });
  change.pages.set(1, root).set(2, leaf);
  change.changedRefs.set(root, [cellAt(root, 0) + innerRefAt]);
  return { change, root, tree: newTreeState(9, newCipher(), base) };
}

describe('a change is sealed', () => {
  test('children before parents, whose references then hold their tags; what did not change stays', () => {
    const { change, root, tree } = changed();
    const { puts, head } = sealChange(sealer, tree, change, refLogBounds.nodesMin);
    expect(puts.map(({ tree: id, id: page, version }) => [id, page, version])).toEqual([
      [9, 2, 6],
      [9, 1, 6],
    ]);
    const tagOf = (index: number) => puts[index]?.body.slice(-16);
    const inRoot = (index: number) => {
      const at = cellAt(root, index) + innerRefAt + refTagAt;
      return root.slice(at, at + 16);
    };
    expect(inRoot(0)).toEqual(tagOf(0));
    expect(inRoot(1)).toEqual(new Uint8Array(16));
    expect(change.head.rootRef.slice(refTagAt)).toEqual(tagOf(1));
    expect(head).toMatchObject({ tree: 9, expected: 5, version: 6 });
    const opened = new Uint8Array(plainPageBytes);
    const place = { kind: pageKind.page, tree: 9, page: 1, version: 6 };
    sealer.open(
      tree.cipher,
      place,
      puts[1]?.body ?? value(0),
      change.head.rootRef,
      refTagAt,
      opened,
      0,
      plainPageBytes,
    );
    expect(opened).toEqual(root);
  });

  test('and a changed page that the tree does not reach is a bug', () => {
    const { change, tree } = changed();
    change.pages.set(8, leafOf([]));
    expect(() => sealChange(sealer, tree, change, refLogBounds.nodesMin)).toThrow(
      'a tree reaches all that was changed in it',
    );
  });

  test('and a reference to a changed page that is not there is a bug', () => {
    const { change, tree } = changed();
    change.pages.delete(2);
    expect(() => sealChange(sealer, tree, change, refLogBounds.nodesMin)).toThrow(
      'a changed node is there and sound',
    );
  });

  test('one call of the cipher for overflow pages, for each level, and for the head', async () => {
    const { engine, tree } = await treeOf(400, 100);
    const calls: number[] = [];
    const { seal } = tree.state.cipher;
    tree.state.cipher = {
      dataKeyId: 1,
      seal: (batch) => {
        calls.push(batch.pages.length / 5);
        seal(batch);
      },
      open: tree.state.cipher.open,
    };
    await engine.transact(async (tx) => {
      await tx.put(tree, key(0), value(20_000));
      await tx.put(tree, key(399), value(1));
    });
    // Three overflow pages, two leaves, the root, the head.
    expect(calls).toEqual([3, 2, 1, 1]);
  });
});

test('a commit writes only the path to what changed', async () => {
  const store = heldStore();
  const engine = PageEngine.open({ store, storeId: store.storeId });
  const tree = await engine.createTree(1, newCipher());
  await engine.transact(async (tx) => {
    for (let i = 0; i < 2000; i++) await tx.put(tree, key(i), value(100));
  });
  const root = tree.state.cached.get(readU48(tree.state.committed.rootRef, 0))?.bytes ?? value(0);
  expect(cellCount(root)).toBeGreaterThan(20);
  await engine.transact((tx) => tx.put(tree, key(1000), value(99)));
  const last = store.committed.at(-1);
  expect([last?.puts.length, last?.deletes.length, last?.heads.length]).toEqual([2, 0, 1]);
});
