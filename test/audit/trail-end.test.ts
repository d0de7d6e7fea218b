import { afterAll, describe, expect, test } from 'vitest';
import { firstLink } from '../../src/audit/segment.ts';
import { walkSegment } from '../../src/audit/segment-walk.ts';
import { readTrailAnchor } from '../../src/audit/trail-anchor.ts';
import { endFault, findTrailEnd } from '../../src/audit/trail-end.ts';
import { trailSite } from './support.ts';

const site = trailSite();
afterAll(() => site.end());
await site.write(1, 3);
const walk = walkSegment(site.key, site.segments().get(1) ?? new Uint8Array(0), 1);
const anchor = await readTrailAnchor(site.key, site.anchor);
if (walk === undefined || anchor === undefined) throw new Error('the trail was not written');

test('a trail begins with nothing', async () => {
  const fresh = trailSite();
  expect(await findTrailEnd(fresh)).toMatchObject({
    segment: 0,
    head: { records: 0, link: firstLink },
    isBroken: false,
  });
});

test('a trail goes on after its last record', async () => {
  expect(await findTrailEnd(site)).toMatchObject({
    trailId: anchor.trailId,
    segment: 1,
    head: { records: 3 },
    before: { tornBytes: 0 },
    lastMs: site.clock.nowMs(),
    isBroken: false,
  });
});

test('a trail that is gone goes on after its anchor, broken', async () => {
  const gone = trailSite();
  const end = await findTrailEnd({ ...gone, key: site.key, anchor: site.anchor });
  expect(end).toMatchObject({ trailId: anchor.trailId, segment: 1, head: { records: 3 }, isBroken: true });
});

describe('what speaks against an end', () => {
  const cases: [string, Parameters<typeof endFault>, string | undefined][] = [
    ['nothing', [walk, anchor], undefined],
    ['nothing, where an anchor is older', [walk, { ...anchor, records: 2, link: firstLink }], undefined],
    ['its opening', [undefined, anchor], 'its opening is not what was written'],
    ['what follows', [{ ...walk, stop: 'damaged' }, anchor], 'what follows record 3 is not what was written'],
    ['no anchor', [walk, undefined], 'the anchor is missing'],
    ['another trail', [walk, { ...anchor, trailId: 'other' }], 'it belongs to another trail than the anchor'],
    [
      'records that are missing',
      [walk, { ...anchor, records: 4 }],
      'it ends with record 3, and record 4 had been written',
    ],
    ['another record', [walk, { ...anchor, link: firstLink }], 'record 3 is not the anchored one'],
  ];
  test.each(cases)('%s', (_, given, problem) => {
    expect(endFault(...given)).toBe(problem);
  });
});
