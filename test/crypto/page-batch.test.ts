import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  sealedPageOverheadBytes as overhead,
  type PageBatch,
  pageBatchStride,
  pagesMax,
} from '../../src/crypto/core.ts';
import { slicesOf } from '../../src/crypto/page-batch.ts';
import { outputsOf, sealBatch, untouched } from '../support/page-table.ts';
import { usableCores } from '../support/usable-cores.ts';

const plainBytes = 50;
const aadBytes = 10;
const u32Max = 0xffff_ffff;

/** Rows of the table that are wrong beside a good one, by how they depart from it. */
const wrongSeal: [string, readonly number[]][] = [
  ['an input that begins past its end', [plainBytes + 1, 0, 0, 0, 0]],
  ['an input one byte too long', [0, plainBytes + 1, 0, 0, 0]],
  ['an input that ends one byte late', [1, plainBytes, 0, 0, 0]],
  ['the largest input offset', [u32Max, 1, 0, 0, 0]],
  ['the largest input length', [0, u32Max, 0, 0, 0]],
  ['offset and length that overflow 32 bits together', [u32Max, 2, 0, 0, 0]],
  ['a length that overflows 32 bits with nonce and tag', [0, u32Max - overhead + 1, 0, 0, 0]],
  ['an output one byte late', [0, plainBytes, 1, 0, 0]],
  ['the largest output offset', [0, plainBytes, u32Max, 0, 0]],
  ['an output offset that overflows 32 bits', [0, plainBytes, u32Max - overhead, 0, 0]],
  ['associated data one byte late', [0, plainBytes, 0, 1, aadBytes]],
  ['associated data that begins past its end', [0, plainBytes, 0, aadBytes + 1, 0]],
  ['associated data that overflows 32 bits', [0, plainBytes, 0, u32Max, 2]],
];

const wrongOpen: [string, readonly number[]][] = [
  ['a sealed page that is cut off by its buffer', [1, plainBytes + overhead, 0, 0, 0]],
  ['the largest length', [0, u32Max, 0, 0, 0]],
  ['an output one byte late', [0, plainBytes + overhead, 1, 0, 0]],
  ['associated data one byte late', [0, plainBytes + overhead, 0, 1, aadBytes]],
];

/** Batches in an arena of 1,000 bytes that holds inputs, outputs and associated data. */
const sharedMemory: [string, readonly (readonly number[])[], boolean][] = [
  [
    'pages lie side by side in place',
    [
      [24, 60, 0, 0, 0],
      [124, 60, 100, 0, 0],
    ],
    true,
  ],
  [
    'inputs, outputs and data have parts of their own',
    [
      [500, 60, 0, 900, 9],
      [560, 60, 100, 905, 9],
    ],
    true,
  ],
  [
    'outputs lie between inputs',
    [
      [0, 60, 60, 900, 9],
      [160, 60, 220, 900, 9],
    ],
    true,
  ],
  [
    'two pages have one input',
    [
      [0, 60, 100, 900, 9],
      [0, 60, 200, 900, 9],
    ],
    true,
  ],
  [
    'pages without text touch nothing but their outputs',
    [
      [10, 0, 0, 20, 0],
      [70, 0, 40, 50, 0],
    ],
    true,
  ],
  [
    'two outputs share their last byte',
    [
      [500, 60, 0, 0, 0],
      [600, 60, 99, 0, 0],
    ],
    false,
  ],
  [
    'a page is written over the input of another',
    [
      [500, 60, 0, 0, 0],
      [600, 60, 400, 0, 0],
      [700, 60, 501, 0, 0],
    ],
    false,
  ],
  [
    'a page in place ends in another',
    [
      [24, 60, 0, 0, 0],
      [123, 60, 99, 0, 0],
    ],
    false,
  ],
  ['a page is written over its own data', [[500, 60, 0, 99, 5]], false],
  [
    'a page is written over the data of another',
    [
      [500, 60, 0, 0, 0],
      [600, 60, 200, 99, 1],
    ],
    false,
  ],
  [
    'one is in place and another reads its input',
    [
      [24, 60, 0, 0, 0],
      [24, 60, 200, 0, 0],
    ],
    false,
  ],
];

const mistake = (code: string) => expect.objectContaining({ name: 'RangeError', code });

for (const { name, core } of usableCores) {
  describe(`a batch given to ${name}`, () => {
    const key = core.generateKey();
    const sealing = () => sealBatch([{ input: randomBytes(plainBytes), aad: randomBytes(aadBytes) }]);

    function expectRefused(
      act: (batch: PageBatch) => unknown,
      batch: PageBatch,
      row: readonly number[],
    ): void {
      for (const rows of [row, [...batch.pages, ...row], [...row, ...batch.pages]]) {
        const output = new Uint8Array(batch.output.length).fill(untouched);
        const table = Uint32Array.from(rows);
        expect(() => act({ ...batch, output, pages: table })).toThrow(mistake('ERR_PAGE_OUTSIDE'));
        expect(output.every((byte) => byte === untouched)).toBe(true);
      }
    }

    for (const [what, row] of wrongSeal) {
      test(`is not sealed, nor any page of it, with ${what}`, () => {
        const batch = sealing();
        expectRefused((wrong) => core.sealPages(key, wrong), batch, row);
        core.sealPages(key, batch);
        expect(batch.output.every((byte) => byte === untouched)).toBe(false);
      });
    }

    for (const [what, row] of wrongOpen) {
      test(`is not opened, nor any page of it, with ${what}`, () => {
        const batch = sealing();
        core.sealPages(key, batch);
        const opening = {
          input: batch.output,
          output: new Uint8Array(plainBytes),
          aad: batch.aad,
          pages: Uint32Array.of(0, plainBytes + overhead, 0, 0, aadBytes),
        };
        expectRefused((wrong) => core.openPages(key, wrong), opening, row);
        expect(core.openPages(key, opening)).toBe(-1);
      });
    }

    test('fails for pages too short to have been sealed, which are no fault of its table', () => {
      const batch = sealing();
      core.sealPages(key, batch);
      for (const size of [0, 1, 12, 24, overhead - 1]) {
        const output = new Uint8Array(2 * plainBytes).fill(untouched);
        const goodAt = (outAt: number) => [0, plainBytes + overhead, outAt, 0, aadBytes];
        const opening = { input: batch.output, output, aad: batch.aad };
        const pages = Uint32Array.of(...goodAt(0), 0, size, plainBytes, 0, 0, ...goodAt(plainBytes));
        expect(core.openPages(key, { ...opening, pages })).toBe(1);
        expect(Buffer.from(output).equals(Buffer.concat([batch.input, batch.input]))).toBe(true);
        output.fill(untouched);
        expect(core.openPages(key, { ...opening, pages: Uint32Array.of(0, size, 0, 0, 0) })).toBe(0);
        expect(output.every((byte) => byte === untouched)).toBe(true);
      }
    });

    test('may write over its input only text on text', () => {
      const aad = new Uint8Array(0);
      for (const at of [0, 1, 23, 25, 24 + 15, 24 + 16, 24 + plainBytes - 1]) {
        const memory = randomBytes(2 * (plainBytes + overhead));
        const before = memory.toString('hex');
        const batch = { input: memory, output: memory, aad };
        const sealPages = Uint32Array.of(at, plainBytes, 0, 0, 0);
        const openPages = Uint32Array.of(0, plainBytes + overhead, at, 0, 0);
        const overlap = mistake('ERR_PAGES_OVERLAP');
        expect(() => core.sealPages(key, { ...batch, pages: sealPages }), `seal ${at}`).toThrow(overlap);
        expect(() => core.openPages(key, { ...batch, pages: openPages }), `open ${at}`).toThrow(overlap);
        expect(memory.toString('hex')).toBe(before);
      }
    });

    test('has five numbers a page', () => {
      for (const count of [1, 4, 6, 9]) {
        const batch = sealing();
        const pages = new Uint32Array(count);
        expect(() => core.sealPages(key, { ...batch, pages })).toThrow(mistake('ERR_PAGE_TABLE'));
        expect(() => core.openPages(key, { ...batch, pages })).toThrow(mistake('ERR_PAGE_TABLE'));
        expect(batch.output.every((byte) => byte === untouched)).toBe(true);
      }
    });

    for (const [what, rows, apart] of sharedMemory) {
      test(`is ${apart ? 'sealed' : 'refused'} in one arena where ${what}`, () => {
        const arena = randomBytes(1000);
        const before = arena.toString('hex');
        const batch = { input: arena, output: arena, aad: arena };
        for (const order of [rows, rows.toReversed()]) {
          const act = () => core.sealPages(key, { ...batch, pages: Uint32Array.from(order.flat()) });
          if (apart) {
            act();
            expect(arena.toString('hex')).not.toBe(before);
          } else {
            expect(act).toThrow(mistake('ERR_PAGES_OVERLAP'));
            expect(arena.toString('hex')).toBe(before);
          }
        }
      });
    }

    test('is not opened where a page would be written over the sealed form or the data of another', () => {
      const arena = randomBytes(1000);
      const pages = (...rows: number[][]) => Uint32Array.from(rows.flat());
      core.sealPages(key, {
        input: arena,
        output: arena,
        aad: arena,
        pages: pages([800, 100, 0, 0, 0], [800, 100, 200, 0, 0]),
      });
      const before = arena.toString('hex');
      const open = (...rows: number[][]) =>
        core.openPages(key, { input: arena, output: arena, aad: arena, pages: pages(...rows) });
      for (const rows of [
        [
          [0, 140, 400, 0, 0],
          [200, 140, 130, 0, 0],
        ],
        [
          [0, 140, 24, 0, 0],
          [200, 140, 123, 0, 0],
        ],
        [
          [0, 140, 400, 0, 0],
          [200, 140, 600, 450, 1],
        ],
        [
          [0, 140, 400, 0, 0],
          [0, 140, 499, 0, 0],
        ],
      ]) {
        expect(() => open(...rows)).toThrow(mistake('ERR_PAGES_OVERLAP'));
        expect(arena.toString('hex')).toBe(before);
      }
      expect(open([0, 140, 24, 0, 0], [200, 140, 400, 0, 0])).toBe(-1);
    });

    test('has at most as many pages as its limit', () => {
      // Never touched, so never there: a larger table is refused before it is read.
      const pages = new Uint32Array(pageBatchStride * (pagesMax + 1));
      const batch = { input: new Uint8Array(0), output: new Uint8Array(100), aad: new Uint8Array(0), pages };
      expect(() => core.sealPages(key, batch)).toThrow(mistake('ERR_TOO_MANY_PAGES'));
      expect(() => core.openPages(key, batch)).toThrow(mistake('ERR_TOO_MANY_PAGES'));
      expect(batch.output).toEqual(new Uint8Array(100));
    });

    test('may end exactly where its buffers end, and begin anywhere in a larger one', () => {
      const memory = randomBytes(500);
      const batch = {
        input: memory.subarray(7, 7 + plainBytes),
        output: memory.subarray(100, 100 + plainBytes + overhead),
        aad: memory.subarray(300, 300 + aadBytes),
        pages: Uint32Array.of(0, plainBytes, 0, 0, aadBytes),
      };
      const before = [memory.subarray(0, 100), memory.subarray(190)].map((part) => part.toString('hex'));
      core.sealPages(key, batch);
      const output = new Uint8Array(plainBytes);
      const pages = Uint32Array.of(0, plainBytes + overhead, 0, 0, aadBytes);
      expect(core.openPages(key, { input: batch.output, output, aad: batch.aad, pages })).toBe(-1);
      expect(Buffer.from(output).equals(batch.input)).toBe(true);
      expect([memory.subarray(0, 100), memory.subarray(190)].map((part) => part.toString('hex'))).toEqual(
        before,
      );
    });
  });
}

describe('the slices of a batch', () => {
  test('are the pages of its table', () => {
    const batch = sealBatch([
      { input: Buffer.from('one'), aad: Buffer.from('a'), inGap: 2, outGap: 3, aadGap: 4 },
      { input: Buffer.from('three'), aad: Buffer.from('bc') },
    ]);
    const slices = slicesOf(batch, 'seal');
    const texts = slices.map(({ input, aad }) => [
      Buffer.from(input).toString(),
      Buffer.from(aad).toString(),
    ]);
    expect(texts).toEqual([
      ['one', 'a'],
      ['three', 'bc'],
    ]);
    const outputs = outputsOf(batch, overhead).map(({ byteOffset, length }) => [byteOffset, length]);
    expect(slices.map(({ output }) => [output.byteOffset, output.length])).toEqual(outputs);
  });
});
