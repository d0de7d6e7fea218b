import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type CryptoCore,
  nonceBytes,
  sealedPageOverheadBytes as overhead,
  type PageBatch,
} from '../../src/crypto/core.ts';
import { oracleGcmOpen, oracleGcmSeal, oracleXaesKey } from '../support/oracle.ts';
import { untouched } from '../support/page-table.ts';
import { usableCores } from '../support/usable-cores.ts';

/**
 * R-KAT-1: every length from nothing to a page and a tag, at every offset within a cache line, equals OpenSSL.
 * One batch holds all lengths at one offset. Opening is held against pages that the oracle sealed; sealing against
 * the opening that has been proved so, and at one offset of each buffer against the oracle itself.
 */

const lineBytes = 64;
const bytesMax = 4096 + 17;
const lengths = Array.from({ length: bytesMax + 1 }, (_, length) => length);
/** Room for the page, for its offset, and for a line at least that must stay untouched. */
const roomBytes = (length: number) => lineBytes * Math.ceil((length + overhead) / lineBytes + 2);
const aadBytesMax = 80;
const aadRoomBytes = lineBytes + aadBytesMax;
const arenaBytes = lengths.reduce((sum, length) => sum + roomBytes(length), 0);

const keyBytes = randomBytes(32);
const plain = randomBytes(bytesMax);
const aadText = randomBytes(aadBytesMax);

/** Offsets that go different ways through the lengths, so that input, output and associated data meet in many pairs. */
const outOffset = (length: number, offset: number) => (offset * 7 + length) % lineBytes;
const aadOffset = (length: number, offset: number) => (offset * 5 + length * 3) % lineBytes;
/** Beyond every length of associated data that one block, two or a part of one takes. */
const aadBytes = (length: number) => (length * 11) % (aadBytesMax + 1);

interface Layout {
  readonly length: number;
  readonly inAt: number;
  readonly outAt: number;
  readonly aadAt: number;
}

function layoutsAt(offset: number): Layout[] {
  let at = 0;
  return lengths.map((length) => {
    const layout = {
      length,
      inAt: at + offset,
      outAt: at + outOffset(length, offset),
      aadAt: length * aadRoomBytes + aadOffset(length, offset),
    };
    at += roomBytes(length);
    return layout;
  });
}

function aadOf(length: number): Uint8Array {
  return aadText.subarray(0, aadBytes(length));
}

/** Arenas that are used again and again: zeroing new ones would take longer than all else. */
const input = Buffer.alloc(arenaBytes);
const output = Buffer.alloc(arenaBytes);
const expected = Buffer.alloc(arenaBytes);
const aad = Buffer.alloc(lengths.length * aadRoomBytes);
const table = new Uint32Array(lengths.length * 5);

function batchOf(layouts: readonly Layout[], added: number): PageBatch {
  for (const [index, { length, inAt, outAt, aadAt }] of layouts.entries()) {
    aad.set(aadOf(length), aadAt);
    table.set([inAt, length + added, outAt, aadAt, aadBytes(length)], index * 5);
  }
  output.fill(untouched);
  return { input, output, aad, pages: table };
}

/** For the pages that the oracle seals: the length's own, under one derived key. */
function oracleNonce(length: number): Buffer {
  const nonce = Buffer.alloc(nonceBytes, 3);
  nonce.writeUInt32LE(length, nonceBytes - 4);
  return nonce;
}

const derived = oracleXaesKey(keyBytes, oracleNonce(0));

const oraclePages = lengths.map((length) => {
  const nonce = oracleNonce(length);
  const text = oracleGcmSeal(derived, nonce.subarray(12), aadOf(length), plain.subarray(0, length));
  return Buffer.concat([nonce, text]);
});

function expectOpened(layouts: readonly Layout[], offset: number): void {
  expected.fill(untouched);
  for (const { length, outAt } of layouts) expected.set(plain.subarray(0, length), outAt);
  if (output.equals(expected)) return;
  const wrong = layouts.find(
    ({ length, outAt }) => !plain.subarray(0, length).equals(output.subarray(outAt, outAt + length)),
  );
  throw new Error(
    `offset ${offset}: ${wrong === undefined ? 'a byte between pages' : `length ${wrong.length}`} is wrong`,
  );
}

/** The sealed pages, moved to where `offset` has the input of an opening. */
function moveToInput(from: readonly Layout[], to: readonly Layout[]): void {
  for (const [index, { length, outAt }] of from.entries()) {
    input.set(output.subarray(outAt, outAt + length + overhead), to[index]?.inAt);
  }
}

function expectGapsUntouched(layouts: readonly Layout[]): void {
  const copy = Buffer.from(output);
  for (const { length, outAt } of layouts) copy.fill(untouched, outAt, outAt + length + overhead);
  expected.fill(untouched);
  expect(copy.equals(expected)).toBe(true);
}

function openEverywhere(core: CryptoCore, offsets: readonly number[]): void {
  const key = core.importKey(Uint8Array.from(keyBytes));
  for (const offset of offsets) {
    const layouts = layoutsAt(offset);
    for (const { length, inAt } of layouts) input.set(oraclePages[length] ?? [], inAt);
    expect(core.openPages(key, batchOf(layouts, overhead)), `offset ${offset}`).toBe(-1);
    expectOpened(layouts, offset);
  }
}

function sealEverywhere(core: CryptoCore, offsets: readonly number[], oracleOffset: number): void {
  const key = core.importKey(Uint8Array.from(keyBytes));
  for (const offset of offsets) {
    const layouts = layoutsAt(offset);
    for (const { length, inAt } of layouts) input.set(plain.subarray(0, length), inAt);
    core.sealPages(key, batchOf(layouts, 0));
    if (offset === oracleOffset) {
      expectGapsUntouched(layouts);
      const batchKey = oracleXaesKey(keyBytes, output.subarray(layouts[0]?.outAt));
      for (const layout of layouts) {
        const sealed = output.subarray(layout.outAt, layout.outAt + layout.length + overhead);
        const text = oracleGcmOpen(
          batchKey,
          sealed.subarray(12, 24),
          aadOf(layout.length),
          sealed.subarray(24),
        );
        expect(text.equals(plain.subarray(0, layout.length)), `length ${layout.length}`).toBe(true);
      }
    }
    moveToInput(layouts, layouts);
    expect(core.openPages(key, batchOf(layouts, overhead)), `offset ${offset}`).toBe(-1);
    expectOpened(layouts, offset);
  }
}

/** The slow ones take every eighth offset, each its own set: all lengths and, through outputs, all offsets still meet. */
function offsetsFor(name: string): number[] {
  const all = Array.from({ length: lineBytes }, (_, offset) => offset);
  if (name === 'fallback') return all.filter((offset) => offset % 16 === 3);
  if (name === 'portable') return all.filter((offset) => offset % 8 === 5);
  return all;
}

for (const { name, core } of usableCores) {
  describe(`R-KAT-1: lengths 0 to ${bytesMax} with ${name}`, () => {
    const offsets = offsetsFor(name);
    test(`open at ${offsets.length} offsets as the oracle sealed them`, () => openEverywhere(core, offsets));
    test(`are sealed at ${offsets.length} offsets as the oracle opens them`, () =>
      sealEverywhere(core, offsets, offsets[1] ?? 0));
  });
}
