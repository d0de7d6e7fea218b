import { expect, test } from 'vitest';
import { readTrailAnchor } from '../../src/audit/trail-anchor.ts';
import { anchorIntervalMs, TrailAnchoring } from '../../src/audit/trail-anchoring.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { MemoryAnchor } from './support.ts';

function anchoring() {
  const core = createFallbackCore();
  const key = { core, key: core.generateKey() };
  const [anchor, clock] = [new MemoryAnchor(), new VirtualClock()];
  let records = 0;
  const kept = new TrailAnchoring({ key, anchor, clock }, () => ({
    ...{ trailId: 't', segment: 1, link: new Uint8Array(32) },
    records: ++records,
  }));
  return { kept, anchor, clock, read: () => readTrailAnchor(key, anchor) };
}

test('many records make one anchor, an interval after the first', async () => {
  const { kept, anchor, clock, read } = anchoring();
  for (let n = 0; n < 10; n++) kept.fallBehind();
  await clock.advanceAndSettle(anchorIntervalMs - 1);
  expect(anchor.writes).toBe(0);
  await clock.advanceAndSettle(1);
  expect(anchor.writes).toBe(1);
  expect(await read()).toMatchObject({ records: 1 });
});

test('one that could not be written is tried again', async () => {
  const { kept, anchor, clock } = anchoring();
  anchor.isFailing = true;
  kept.fallBehind();
  await clock.advanceAndSettle(anchorIntervalMs);
  anchor.isFailing = false;
  await clock.advanceAndSettle(anchorIntervalMs);
  expect(anchor.writes).toBe(1);
});

test('closing writes what is behind, and leaves no timer', async () => {
  const { kept, anchor, clock } = anchoring();
  kept.fallBehind();
  await kept.close();
  expect([anchor.writes, clock.timers]).toEqual([1, 0]);
});

test('what must be anchored now rejects where it cannot be', async () => {
  const { kept, anchor } = anchoring();
  anchor.isFailing = true;
  await expect(kept.write()).rejects.toThrow('gone');
});
