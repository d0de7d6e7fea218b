import { describe, expect, test } from 'vitest';
import { copyHead, emptyHead } from '../../src/pages/head.ts';
import {
  inlineValueBytesMax,
  overflowListHeaderBytes,
  plainPageBytes,
  readU32,
  readU48,
} from '../../src/pages/layout.ts';
import { entryBytes, removeEntry, writeEntry } from '../../src/pages/leaf-entry.ts';
import {
  cellAt,
  cellCount,
  cellKey,
  initNode,
  isOverflowCell,
  reserveCell,
  valueAt,
  valueBytes,
} from '../../src/pages/node.ts';
import { PageBuffers } from '../../src/pages/page-cache.ts';
import { newTreeChange, newTreeState } from '../../src/pages/tree-state.ts';
import { key, newCipher, value } from './support.ts';

function changing() {
  const base = emptyHead();
  const change = newTreeChange({ base, head: copyHead(base), evictions: 0, settled: Promise.resolve() });
  const leaf = new Uint8Array(plainPageBytes);
  initNode(leaf, 0);
  return { tree: newTreeState(1, newCipher(), base), change, buffers: new PageBuffers(), leaf };
}

describe('an entry of a leaf', () => {
  const cases: [string, number, number][] = [
    ['of no bytes', 0, 0],
    ['of the most that stay in the leaf', inlineValueBytesMax, 0],
    ['of one byte more', inlineValueBytesMax + 1, 1],
    ['of a whole page', plainPageBytes, 1],
    ['of a page and a byte', plainPageBytes + 1, 2],
  ];
  for (const [name, length, pages] of cases) {
    test(`${name} takes the room it says and ${pages} overflow pages, and gives them back`, () => {
      const { tree, change, buffers, leaf } = changing();
      const entry = { key: key(1), value: value(length, 7) };
      const at = reserveCell(leaf, 0, entryBytes(entry));
      writeEntry({ tree, change }, entry, leaf, at);
      expect([cellCount(leaf), cellAt(leaf, 0), valueBytes(leaf, at)]).toEqual([1, at, length]);
      expect(cellKey(leaf, at)).toEqual(entry.key);
      expect(isOverflowCell(leaf, at)).toBe(pages > 0);
      expect(Buffer.concat([...change.overflow.values()])).toHaveLength(pages === 0 ? 0 : length);
      const list = valueAt(leaf, at);
      if (pages === 0) expect(leaf.slice(list, list + length)).toEqual(entry.value);
      else expect(readU32(leaf, list)).toBe(length);
      const ids = Array.from({ length: pages }, (_, i) =>
        readU48(leaf, list + overflowListHeaderBytes + 22 * i),
      );
      expect([...change.overflow.keys()]).toEqual(ids);
      change.head.entries = 1;
      change.head.bytes = entry.key.length + length;
      removeEntry({ tree, change, buffers }, leaf, 0);
      expect([cellCount(leaf), change.head.entries, change.head.bytes, change.overflow.size]).toEqual([
        0, 0, 0, 0,
      ]);
      expect(tree.freeIds).toEqual(ids);
      expect(leaf.every((byte, index) => byte === 0 || index < 8)).toBe(true);
    });
  }
});
