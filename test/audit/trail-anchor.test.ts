import { expect, test } from 'vitest';
import { readTrailAnchor, sealTrailAnchor } from '../../src/audit/trail-anchor.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';

const core = createFallbackCore();
const key = { core, key: core.generateKey() };
const anchor = { trailId: 't', segment: 2, records: 9, link: Buffer.alloc(32, 5) };
const placeOf = (sealed: Uint8Array | undefined) => ({ read: async () => sealed, write: async () => {} });

test('an anchor is read as it was sealed', async () => {
  expect(await readTrailAnchor(key, placeOf(sealTrailAnchor(key, anchor)))).toEqual(anchor);
  expect(await readTrailAnchor(key, placeOf(undefined))).toBeUndefined();
});

test('an anchor that was changed, or is of another key, is none (R-INT-6)', async () => {
  const sealed = sealTrailAnchor(key, anchor);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    await expect(readTrailAnchor(key, placeOf(changed))).rejects.toMatchObject({ name: 'IntegrityFault' });
  }
  const other = { core, key: core.generateKey() };
  await expect(readTrailAnchor(other, placeOf(sealed))).rejects.toMatchObject({ name: 'IntegrityFault' });
});
