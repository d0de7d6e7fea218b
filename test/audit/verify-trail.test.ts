import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frameAt, frameBytes } from '../../src/audit/segment.ts';
import { verifyTrail } from '../../src/audit/verify-trail.ts';
import { readerOf, type TrailSite, trailSite } from './support.ts';

let site: TrailSite;
beforeAll(async () => {
  site = trailSite();
  // Several segments, each opening adds one, and each is full after a few records.
  await site.write(1, 7, { segmentBytes: 3000 });
  await site.write(8, 12, { segmentBytes: 3000 });
});
afterAll(() => site.end());

type Segments = Map<number, Uint8Array>;

async function faultsOf(segments: Segments): Promise<number> {
  const parts = { ...readerOf(site.key, segments), anchor: site.anchor };
  return (await verifyTrail(parts)).faults.length;
}

function framesOf(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let offset = 0;
  for (let sealed = frameAt(bytes, 0); sealed !== undefined; sealed = frameAt(bytes, offset)) {
    frames.push(bytes.subarray(offset, offset + frameBytes(sealed)));
    offset += frameBytes(sealed);
  }
  return frames;
}

/** Each way of changing the frames of a trail, at each place. */
function* changes(segments: Segments): Generator<[name: string, changed: Segments]> {
  for (const [segment, bytes] of segments) {
    const frames = framesOf(bytes);
    const put = (changed: readonly Uint8Array[]) => new Map(segments).set(segment, Buffer.concat(changed));
    for (const [index, frame] of frames.entries()) {
      const place = `frame ${index} of segment ${segment}`;
      yield [`${place} removed`, put(frames.toSpliced(index, 1))];
      yield [`${place} twice`, put(frames.toSpliced(index, 0, frame))];
      const next = frames[index + 1];
      if (next !== undefined) yield [`${place} after the next`, put(frames.toSpliced(index, 2, next, frame))];
      for (const [other, bytesThere] of segments) {
        const [, foreign] = framesOf(bytesThere);
        if (other === segment || foreign === undefined) continue;
        yield [`a frame of segment ${other} before ${place}`, put(frames.toSpliced(index, 0, foreign))];
        yield [`a frame of segment ${other} in place of ${place}`, put(frames.toSpliced(index, 1, foreign))];
      }
      yield [`all from ${place} on cut off`, put(frames.slice(0, index))];
    }
    yield [`segment ${segment} without its last byte`, put([bytes.subarray(0, -1)])];
    // At the end of all it may be what a crash left, and is told as such.
    if (segment < segments.size)
      yield [`a byte at the end of segment ${segment}`, put([bytes, Uint8Array.of(7)])];
    const without = new Map(segments);
    without.delete(segment);
    yield [`segment ${segment} removed`, without];
    for (const [other, bytesThere] of segments) {
      if (other <= segment) continue;
      yield [`segments ${segment} and ${other} swapped`, put([bytesThere]).set(other, bytes)];
    }
    yield [`segment ${segment} again at the end`, new Map(segments).set(segments.size + 1, bytes)];
  }
}

describe('a trail', () => {
  test('that is as it was written has no fault', async () => {
    expect(await site.verify()).toEqual({
      segments: site.segments().size,
      records: 12,
      droppedSegments: 0,
      tornWrites: 0,
      faults: [],
    });
    expect(site.segments().size).toBeGreaterThan(3);
  });

  test('with a record edited, removed, added or moved, wherever it is, has one (R-AUD-2)', async () => {
    const unseen: string[] = [];
    let tried = 0;
    for (const [name, changed] of changes(site.segments())) {
      tried++;
      if ((await faultsOf(changed)) === 0) unseen.push(name);
    }
    expect(tried).toBeGreaterThan(150);
    expect(unseen).toEqual([]);
  });

  test('with any one bit flipped has one (R-AUD-2)', async () => {
    const segments = site.segments();
    const unseen: string[] = [];
    for (const [segment, bytes] of segments) {
      // Each byte of the lengths and seals around one frame, then each seventh.
      for (let at = 0; at < bytes.length; at += at < 150 ? 1 : 7) {
        const flipped = bytes.slice();
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        if ((await faultsOf(new Map(segments).set(segment, flipped))) === 0) unseen.push(`${segment}:${at}`);
      }
    }
    expect(unseen).toEqual([]);
  });

  test('whose last write was cut off has none, and says so', async () => {
    const segments = site.segments();
    const [last = 0, bytes = new Uint8Array(0)] = [...segments].at(-1) ?? [];
    for (const rest of [Uint8Array.of(0, 0, 9, 1, 5), new Uint8Array(300)]) {
      const torn = new Map(segments).set(last, Buffer.concat([bytes, rest]));
      const parts = { ...readerOf(site.key, torn), anchor: site.anchor };
      expect(await verifyTrail(parts)).toMatchObject({ records: 12, tornWrites: 1, faults: [] });
    }
  });

  test('whose records are all gone has one', async () => {
    expect(await faultsOf(new Map())).toBe(1);
  });

  test.each([
    ['gone', undefined],
    ['changed', new Uint8Array(200)],
  ])('whose anchor is %s has one', async (_, sealed) => {
    const anchor = { read: async () => sealed, write: async () => {} };
    const { faults } = await verifyTrail({ ...readerOf(site.key, site.segments()), anchor });
    expect(faults.length).toBeGreaterThan(0);
  });

  test('of another key has nothing but faults', async () => {
    const other = { core: site.key.core, key: site.key.core.generateKey() };
    const parts = { ...readerOf(other, site.segments()), anchor: site.anchor };
    const { records, faults } = await verifyTrail(parts);
    expect(records).toBe(0);
    expect(faults.length).toBeGreaterThanOrEqual(site.segments().size);
  });
});
