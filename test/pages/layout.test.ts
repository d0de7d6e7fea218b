import { describe, expect, test } from 'vitest';
import * as layout from '../../src/pages/layout.ts';

describe('numbers are little-endian and come back', () => {
  const widths = [
    ['16', 2, layout.readU16, layout.writeU16],
    ['32', 4, layout.readU32, layout.writeU32],
    ['48', 6, layout.readU48, layout.writeU48],
    ['64', 8, layout.readU64, layout.writeU64],
  ] as const;
  for (const [name, bytes, read, write] of widths) {
    const max = Math.min(2 ** (8 * bytes) - 1, Number.MAX_SAFE_INTEGER);
    for (const number of [0, 1, 255, 256, 65_535, 2 ** 16, 2 ** 31, 2 ** 32 - 1, 2 ** 32, max - 1, max]) {
      if (number > max) continue;
      test(`u${name}: ${number}`, () => {
        const memory = new Uint8Array(bytes + 4).fill(0xee);
        write(memory, 2, number);
        expect(read(memory, 2)).toBe(number);
        const expected = Array.from({ length: bytes }, (_, i) =>
          Number((BigInt(number) >> BigInt(8 * i)) & 255n),
        );
        expect([...memory]).toEqual([0xee, 0xee, ...expected, 0xee, 0xee]);
      });
    }
  }
});

describe('the values of a page layout fit together', () => {
  test('a body of full length holds header, nonce, a page and tag', () => {
    expect(layout.plainPageBytes).toBe(8094);
    expect(layout.pageBodyBytesMax).toBe(8 + 24 + layout.plainPageBytes + 16);
  });

  test('two of the longest separators fit a node, and so does the longest entry', () => {
    const overflowList =
      layout.overflowListHeaderBytes +
      layout.overflowPageCount(layout.valueBytesMax) * layout.overflowEntryBytes;
    const longestLeaf = layout.leafCellHeaderBytes + layout.keyBytesMax + layout.slotBytes;
    const longestInner = layout.innerCellHeaderBytes + layout.keyBytesMax + layout.slotBytes;
    expect(2 * longestInner).toBeLessThanOrEqual(layout.nodeCapacityBytes);
    expect(longestLeaf + Math.max(overflowList, layout.inlineValueBytesMax)).toBeLessThanOrEqual(
      layout.nodeCapacityBytes,
    );
  });
});

describe('overflow pages', () => {
  const page = layout.plainPageBytes;
  const cases: [number, number[]][] = [
    [2024, [2048]],
    [2048, [2048]],
    [2049, [2560]],
    [page - 1, [page]],
    [page, [page]],
    [page + 1, [page, 512]],
    [page + 513, [page, 1024]],
    [2 * page, [page, page]],
    [2 * page + 1, [page, page, 512]],
  ];
  for (const [size, pages] of cases) {
    test(`a value of ${size} bytes takes ${pages.join(' + ')}`, () => {
      expect(layout.overflowPageCount(size)).toBe(pages.length);
      expect(pages.map((_, i) => layout.overflowPlainBytes(size, i))).toEqual(pages);
    });
  }

  test('the longest value takes no more pages than a node can list', () => {
    expect(layout.overflowPageCount(layout.valueBytesMax)).toBe(104);
  });
});
