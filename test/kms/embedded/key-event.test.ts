import { expect, test } from 'vitest';
import type { KeyRecord, Material } from '../../../src/kms/embedded/key.ts';
import { type KeyEvent, keyEvents } from '../../../src/kms/embedded/key-event.ts';
import { openKms, region, user } from '../../support/embedded-kms.ts';

const dayMs = 86_400_000;

async function listening() {
  const { kms, clock, reopen } = await openKms();
  const events: KeyEvent[] = [];
  kms.events.listen((event) => events.push(event));
  const { arn, keyId } = await kms.keys.create(user, {});
  return { kms, clock, reopen, events, arn, keyId };
}

test('a rotation tells both materials, and who it was for', async () => {
  const { kms, clock, events, arn, keyId } = await listening();
  await kms.rotations.rotateNow(user, arn);
  await kms.rotations.enable(user, arn, 90);
  await clock.advanceAndSettle(90 * dayMs);
  expect(events.map(({ name, rotation }) => [name, rotation?.type])).toEqual([
    ['RotateKey', 'ON_DEMAND'],
    ['RotateKey', 'AUTOMATIC'],
  ]);
  expect(events[0]).toMatchObject({ keyArn: arn, keyId, account: user.account, region });
  expect(events[1]?.rotation?.previousMaterialId).toBe(events[0]?.rotation?.currentMaterialId);
  expect(kms.summaries()[0]?.rotations).toBe(2);
});

test('a deletion is told when it is done, also while nobody listens yet', async () => {
  const { kms, clock, reopen, events, arn } = await listening();
  await kms.keys.scheduleDeletion(user, arn, 7);
  expect(events).toEqual([]);
  const other = (await kms.keys.create(user, {})).arn;
  await clock.advanceAndSettle(7 * dayMs);
  expect(events.map(({ name, keyArn }) => [name, keyArn])).toEqual([['DeleteKey', arn]]);
  await kms.keys.scheduleDeletion(user, other, 7);
  await kms.close();
  clock.advance(8 * dayMs);
  const again = await reopen();
  const later: KeyEvent[] = [];
  again.events.listen((event) => later.push(event));
  expect(later.map(({ name, keyArn }) => [name, keyArn])).toEqual([['DeleteKey', other]]);
});

test('nothing is told of what callers change, nor of the service’s own keys', async () => {
  const { kms, events, arn } = await listening();
  await kms.ownedKey(region);
  await kms.keys.disable(user, arn);
  await kms.keys.enable(user, arn);
  expect(events).toEqual([]);
});

test('material that expired is told from material that a caller deleted', () => {
  const material = (sealed: boolean): Material => ({
    id: 'm',
    imported: { validToMs: 100 },
    ...(sealed ? { sealed: 'secret' } : {}),
  });
  const key = (sealed: boolean, owner: KeyRecord['owner'] = 'CUSTOMER'): KeyRecord => ({
    ...{ keyId: 'k', arn: 'arn', account: user.account, region, owner, state: 'Enabled', origin: 'EXTERNAL' },
    ...{ description: '', createdMs: 0, policy: '', tags: [], materials: [material(sealed)] },
  });
  const names = (was: KeyRecord, nowMs: number) =>
    keyEvents([was], () => key(false, was.owner), nowMs).map(({ name }) => name);
  expect(names(key(true), 100)).toEqual(['DeleteExpiredKeyMaterial']);
  expect(names(key(true), 99)).toEqual([]);
  expect(names(key(false), 100)).toEqual([]);
  expect(names(key(true, 'OWNED'), 100)).toEqual([]);
});
