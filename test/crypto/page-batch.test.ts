import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PageBatch } from '../../src/crypto/core.ts';
import { sealedPageOverheadBytes as overhead } from '../../src/crypto/core.ts';
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
        expect(() => act({ ...batch, output, pages: table })).toThrow(RangeError);
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
        const output = new Uint8Array(plainBytes).fill(untouched);
        const good = [0, plainBytes + overhead, 0, 0, aadBytes];
        const opening = { input: batch.output, output, aad: batch.aad };
        const pages = Uint32Array.of(...good, 0, size, plainBytes, 0, 0, ...good);
        expect(core.openPages(key, { ...opening, pages })).toBe(1);
        expect(Buffer.from(output).equals(batch.input)).toBe(true);
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
        expect(() => core.sealPages(key, { ...batch, pages: sealPages }), `seal ${at}`).toThrow(RangeError);
        expect(() => core.openPages(key, { ...batch, pages: openPages }), `open ${at}`).toThrow(RangeError);
        expect(memory.toString('hex')).toBe(before);
      }
    });

    test('has five numbers a page', () => {
      for (const count of [1, 4, 6, 9]) {
        const batch = sealing();
        const pages = new Uint32Array(count);
        expect(() => core.sealPages(key, { ...batch, pages })).toThrow(RangeError);
        expect(() => core.openPages(key, { ...batch, pages })).toThrow(RangeError);
        expect(batch.output.every((byte) => byte === untouched)).toBe(true);
      }
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
