import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { type PageBatch, pageBatchStride } from '../../src/crypto/core.ts';
import { type DataKeyLimits, DataKeyUse, dataKeyLimits } from '../../src/keys/data-key-use.ts';

const limits: DataKeyLimits = {
  rotateSeals: 1000,
  rotateBytes: 1_000_000,
  rotateMs: 1,
  refuseSeals: 4000,
  blockSeals: 100,
  blockBytes: 100_000,
};
const nothing = new Uint8Array();

/** So many pages of so many bytes each. */
function batch(pages: number, bytes = 10): PageBatch {
  const table = new Uint32Array(pages * pageBatchStride);
  for (let i = 0; i < pages; i++) table[i * pageBatchStride + 1] = bytes;
  return { input: nothing, output: nothing, aad: nothing, pages: table };
}

function usedUp(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (fault) {
    if (fault instanceof Outage && fault.code === 'DataKeyUsedUp') return true;
    throw fault;
  }
}

describe('R-LIM-1', () => {
  test('the limits are those of the requirement', () => {
    expect(dataKeyLimits).toEqual({
      rotateSeals: 2 ** 30,
      rotateBytes: 2 ** 45,
      rotateMs: 90 * 86_400_000,
      refuseSeals: 2 ** 32,
      blockSeals: 2 ** 20,
      blockBytes: 2 ** 35,
    });
  });

  test('a data key seals up to its last page and not one more, whatever is granted', () => {
    const use = new DataKeyUse(limits);
    expect(usedUp(() => use.add(batch(4000)))).toBe(false);
    for (const blocks of [0, 1, 50]) {
      for (let i = 0; i < blocks; i++) use.grant();
      expect(usedUp(() => use.add(batch(1)))).toBe(true);
    }
    expect(use.count).toEqual({ seals: 4000, bytes: 40_000 });
  });

  test('one that is metered seals no more than is granted, and a refused batch counts nothing', () => {
    const use = new DataKeyUse(limits);
    use.meterNew();
    use.add(batch(99));
    expect(usedUp(() => use.add(batch(2)))).toBe(true);
    use.add(batch(1));
    expect(usedUp(() => use.add(batch(1)))).toBe(true);
    use.grant();
    use.add(batch(100));
    expect(use.count.seals).toBe(200);
    expect(usedUp(() => use.add(batch(1)))).toBe(true);
  });

  test('bytes are bounded like pages', () => {
    const use = new DataKeyUse(limits);
    use.meterNew();
    use.add(batch(1, 100_000));
    expect(usedUp(() => use.add(batch(1, 1)))).toBe(true);
    use.grant();
    expect(usedUp(() => use.add(batch(1, 100_001)))).toBe(true);
    use.add(batch(1, 100_000));
  });

  test('one that was there counts all that was written down, and seals nothing before more is', () => {
    const use = new DataKeyUse(limits);
    use.meterKnown({ seals: 300, bytes: 30_000 });
    expect(usedUp(() => use.add(batch(1)))).toBe(true);
    expect(use.isLow).toBe(true);
    expect(use.unused).toEqual({ seals: 0, bytes: 0 });
    use.grant();
    use.add(batch(40));
    expect(use.isLow).toBe(false);
    expect(use.count).toEqual({ seals: 340, bytes: 30_400 });
    expect(use.unused).toEqual({ seals: 60, bytes: 99_600 });
  });

  test('it tells once when half of a block is left, again for the next block, and when it is due', () => {
    const use = new DataKeyUse({ ...limits, rotateSeals: 170 });
    use.meterNew();
    const told: number[] = [];
    for (let i = 1; i <= 200; i++) {
      if (use.add(batch(1))) {
        told.push(i);
        if (use.isLow) use.grant();
      }
    }
    expect(told).toEqual([50, 150, 170]);
    expect(use.isDue).toBe(true);
  });

  const due = [
    { pages: 999, bytes: 1, isDue: false },
    { pages: 1000, bytes: 1, isDue: true },
    { pages: 1, bytes: 999_999, isDue: false },
    { pages: 1, bytes: 1_000_000, isDue: true },
  ];
  for (const { pages, bytes, isDue } of due) {
    test(`${pages} pages of ${bytes} bytes: ${isDue ? 'due' : 'not due'}`, () => {
      const use = new DataKeyUse(limits);
      use.add(batch(pages, bytes));
      expect(use.isDue).toBe(isDue);
    });
  }
});
