import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sealedPageOverheadBytes } from '../../src/crypto/core.ts';
import { openSlices, sealSlices } from '../../src/crypto/fallback-pages.ts';
import type { PageSlices } from '../../src/crypto/page-batch.ts';
import { oracleOpenPage } from '../support/oracle.ts';

const sizes = [0, 1, 16, 100, 8192];

function slices(): PageSlices[] {
  return sizes.map((size) => ({
    input: randomBytes(size),
    output: new Uint8Array(size + sealedPageOverheadBytes),
    aad: randomBytes(size % 30),
  }));
}

function back(pages: readonly PageSlices[]): PageSlices[] {
  return pages.map(({ input, output, aad }) => ({
    input: output,
    output: new Uint8Array(input.length),
    aad,
  }));
}

describe('the pages of the fallback', () => {
  const key = randomBytes(32);

  test('open as what they were, by the oracle too', () => {
    const sealed = slices();
    sealSlices(key, sealed);
    const opening = back(sealed);
    expect(openSlices(key, opening)).toBe(-1);
    for (const [index, { input, output, aad }] of sealed.entries()) {
      expect(Buffer.from(opening[index]?.output ?? []).equals(input)).toBe(true);
      expect(oracleOpenPage(key, output, aad).equals(input)).toBe(true);
    }
  });

  test('that do not open are zeros, and the first of them is told', () => {
    const sealed = slices();
    sealSlices(key, sealed);
    const opening = back(sealed);
    for (const index of [2, 4]) opening[index]?.input.fill(1, 30, 31);
    for (const { output } of opening) output.fill(0xa5);
    expect(openSlices(key, opening)).toBe(2);
    const zeros = opening.map(({ output }) => output.every((byte) => byte === 0));
    expect(zeros).toEqual([true, false, true, false, true]);
  });

  test('too short to have been sealed do not open', () => {
    for (const size of [0, 12, sealedPageOverheadBytes - 1]) {
      const page = { input: new Uint8Array(size), output: new Uint8Array(0), aad: new Uint8Array(0) };
      expect(openSlices(key, [page])).toBe(0);
    }
  });
});
