import { afterAll, expect, test } from 'vitest';
import { walkSegment } from '../../src/audit/segment-walk.ts';
import { trailSite } from './support.ts';

const site = trailSite();
afterAll(() => site.end());
await site.write(1, 3);
const bytes = site.segments().get(1) ?? new Uint8Array(0);

test('a segment is walked to its end', () => {
  const walk = walkSegment(site.key, bytes, 1);
  expect(walk).toMatchObject({ bytes: bytes.length, stop: 'end', end: { records: 3 } });
  expect(walk?.records.map(({ number }) => number)).toEqual([1, 2, 3]);
});

test.each<[string, Uint8Array, number, string]>([
  ['before a write that was cut off', bytes.subarray(0, -1), 2, 'torn'],
  [
    'before what was changed',
    bytes.map((byte, at) => (at === bytes.length - 5 ? byte ^ 1 : byte)),
    2,
    'damaged',
  ],
])('a walk ends %s', (_, changed, records, stop) => {
  const walk = walkSegment(site.key, changed, 1);
  expect({ records: walk?.end.records, stop: walk?.stop }).toEqual({ records, stop });
});

test.each<[string, Uint8Array, number]>([
  ['is empty', new Uint8Array(0), 1],
  ['has the number of another', bytes, 2],
])('there is nothing to walk where a segment %s', (_, found, segment) => {
  expect(walkSegment(site.key, found, segment)).toBeUndefined();
});
