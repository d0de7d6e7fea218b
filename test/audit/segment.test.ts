import { describe, expect, test } from 'vitest';
import {
  firstLink,
  frameAt,
  frameBytes,
  isTorn,
  nextLink,
  openFrame,
  openOpening,
  sealFrame,
  sealOpening,
  segmentName,
  segmentOf,
  textBytesMax,
} from '../../src/audit/segment.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';

const core = createFallbackCore();
const key = { core, key: core.generateKey() };
const place = { trailId: 'trail', segment: 3, records: 17, link: firstLink };

function sealedOf(text: string): Uint8Array {
  const sealed = frameAt(sealFrame(key, text, place).frame, 0);
  if (sealed === undefined) throw new Error('a whole frame was expected');
  return sealed;
}

describe('a frame', () => {
  test.each([0, 1, 1000, textBytesMax])('of %i bytes opens where it was sealed', (length) => {
    const text = 'x'.repeat(length);
    const { frame, link } = sealFrame(key, text, place);
    const sealed = frameAt(frame, 0) ?? new Uint8Array(0);
    expect(frameBytes(sealed)).toBe(frame.length);
    expect(openFrame(key, sealed, place)).toBe(text);
    expect(link).toEqual(nextLink(firstLink, sealed));
  });

  test('beyond the bound is a bug of who seals it', () => {
    expect(() => sealFrame(key, 'x'.repeat(textBytesMax + 1), place)).toThrow('within its bound');
  });

  test.each([
    ['trail', { trailId: 'other' }],
    ['segment', { segment: 4 }],
    ['number', { records: 18 }],
    ['link', { link: nextLink(firstLink, Uint8Array.of(1)) }],
  ])('of another %s does not open', (_, change) => {
    expect(() => openFrame(key, sealedOf('text'), { ...place, ...change })).toThrow('integrity');
  });

  test('is whole or not there', () => {
    const { frame } = sealFrame(key, 'text', place);
    for (let length = 0; length < frame.length; length++) {
      expect(frameAt(frame.subarray(0, length), 0)).toBeUndefined();
      expect(isTorn(frame.subarray(0, length))).toBe(true);
    }
  });
});

describe('what is left at an end', () => {
  test.each<[string, Uint8Array, boolean]>([
    ['nothing', new Uint8Array(0), true],
    ['zeros, as a crash of the machine leaves them', new Uint8Array(500), true],
    ['a whole frame that does not open', sealFrame(key, 'text', place).frame, false],
    ['a length that no frame has', Uint8Array.of(255, 255, 255, 255, 1), false],
    ['a length too short for a seal', Uint8Array.of(0, 0, 0, 5, 1), false],
  ])('%s', (_, rest, torn) => {
    expect(isTorn(rest)).toBe(torn);
  });
});

describe('an opening', () => {
  const opening = { ...place, madeMs: 5, droppedSegments: 1, before: { bytes: 9, tornBytes: 0 } };

  test('is read as it was written, without what came before it', () => {
    const { frame, link } = sealOpening(key, opening);
    const sealed = frameAt(frame, 0) ?? new Uint8Array(0);
    const found = openOpening(key, sealed, 3);
    expect({ ...found, link: Buffer.from(found.link).toString('hex') }).toEqual({
      ...opening,
      link: Buffer.from(firstLink).toString('hex'),
    });
    expect(link).toEqual(nextLink(firstLink, sealed));
  });

  test('is of its segment alone', () => {
    const sealed = frameAt(sealOpening(key, opening).frame, 0) ?? new Uint8Array(0);
    expect(() => openOpening(key, sealed, 4)).toThrow('integrity');
  });
});

test('segments have names that sort as their numbers', () => {
  expect(segmentName(1) < segmentName(10)).toBe(true);
  for (const number of [1, 12, 999_999_999]) expect(segmentOf(segmentName(number))).toBe(number);
  for (const name of ['unfinished', 'segment-1.sealed', `${segmentName(1)}~`])
    expect(segmentOf(name)).toBeUndefined();
});
