import { expect, test } from 'vitest';
import { copyHead, emptyHead } from '../../src/pages/head.ts';
import {
  logEntriesMax,
  logPageBytes,
  pageKind,
  readU48,
  refBytes,
  refTagAt,
  refVersionAt,
} from '../../src/pages/layout.ts';
import type { LoggedRef } from '../../src/pages/ref-log.ts';
import { sealLog } from '../../src/pages/seal-log.ts';
import { PageSealer, sealedOverheadBytes } from '../../src/pages/sealed-page.ts';
import { newTreeChange, newTreeState } from '../../src/pages/tree-state.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { refTo } from './nodes.ts';
import { newCipher, value } from './support.ts';

const sealer = new PageSealer(value(16), new VirtualClock());
const cipher = newCipher();
const treeOf = () => newTreeState(9, cipher, { ...emptyHead(), version: 5, nextPageId: 20, pages: 19 });

function changing(tree: ReturnType<typeof treeOf>) {
  const base = tree.committed;
  const head = { ...copyHead(base), version: base.version + 1 };
  return newTreeChange({ base, head, evictions: 0, settled: Promise.resolve() });
}

function refs(count: number, parent = 3): LoggedRef[] {
  return Array.from({ length: count }, (_, i) => ({ parent, ref: refTo(1_000 + i, 7, 7), refAt: 0 }));
}

function commit(tree: ReturnType<typeof treeOf>, nodes: readonly number[], logged: readonly LoggedRef[]) {
  const change = changing(tree);
  const puts = sealLog(sealer, tree, change, { nodes, logged });
  tree.log.apply(change.log);
  tree.committed = change.head;
  return { puts, change };
}

test('nothing to log writes nothing', () => {
  const tree = treeOf();
  const { puts, change } = commit(tree, [1, 2], []);
  expect([puts, change.head.logPages, change.head.pages]).toEqual([[], 0, 19]);
});

test('pages vouch for the one before them, and the head for the last', () => {
  const tree = treeOf();
  const { puts, change } = commit(tree, [], refs(logEntriesMax + 3));
  expect(puts.map(({ tree: of, id, version }) => [of, id, version])).toEqual([
    [9, 20, 6],
    [9, 21, 6],
  ]);
  expect(change.head).toMatchObject({ logPages: 2, pages: 21, nextPageId: 22 });
  let ref = change.head.logRef;
  for (const { id, body } of [...puts].reverse()) {
    expect([readU48(ref, 0), readU48(ref, refVersionAt)]).toEqual([id, 6]);
    const plain = new Uint8Array(body.length - sealedOverheadBytes);
    const place = { kind: pageKind.log, tree: 9, page: id, version: 6 };
    sealer.open(cipher, place, body, ref, refTagAt, plain, 0, plain.length);
    ref = plain.slice(0, refBytes);
  }
  expect(ref).toEqual(new Uint8Array(refBytes));
});

test('the last page is written again with what is added, as long as it has room', () => {
  const tree = treeOf();
  commit(tree, [], refs(3));
  const { puts, change } = commit(tree, [], refs(5, 4));
  expect(puts.map(({ id, version, body }) => [id, version, body.length])).toEqual([
    [20, 7, logPageBytes(8) + sealedOverheadBytes],
  ]);
  expect(change.head).toMatchObject({ logPages: 1, pages: 20 });
});

test('pages go when the nodes they are about are written, and with the last of them the head’s reference', () => {
  const tree = treeOf();
  commit(tree, [], refs(3));
  const { puts, change } = commit(tree, [3], []);
  expect([puts, [...change.deletes]]).toEqual([[], [20]]);
  expect(change.head).toMatchObject({ logPages: 0, pages: 19, logRef: new Uint8Array(refBytes) });
  expect(tree.log.pageCount).toBe(0);
});
