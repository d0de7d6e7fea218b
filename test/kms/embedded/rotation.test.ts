import { describe, expect, test } from 'vitest';
import type { KeyRecord } from '../../../src/kms/embedded/key.ts';
import {
  isReplica,
  onDemandRotationCount,
  rotatedKey,
  rotationDueMs,
  rotationFrom,
  rotationOf,
} from '../../../src/kms/embedded/rotation.ts';
import { account, region } from '../../support/embedded-kms.ts';

const dayMs = 86_400_000;
const keyOf = (change: Partial<KeyRecord> = {}): KeyRecord => ({
  keyId: 'k',
  arn: 'arn:k',
  account,
  region,
  owner: 'CUSTOMER',
  state: 'Enabled',
  origin: 'AWS_KMS',
  description: '',
  createdMs: 1_000,
  policy: '',
  tags: [],
  materials: [{ id: 'first', sealed: 's' }],
  ...change,
});
const rotation = rotationFrom(0, 90);

describe('rotation is due', () => {
  const rows: [string, Partial<KeyRecord>, number | undefined][] = [
    ['never for a customer who did not ask', {}, undefined],
    ['after the period that was asked for', { rotation }, 90 * dayMs],
    ['not while the key is disabled', { rotation, state: 'Disabled' }, undefined],
    ['not while the key is to be deleted', { rotation, state: 'PendingDeletion' }, undefined],
    ['a year after it was made for the managed key', { owner: 'AWS' }, 1_000 + 365 * dayMs],
    ['a year after it was made for the owned key', { owner: 'OWNED' }, 1_000 + 365 * dayMs],
    ['as set, once the managed key was rotated', { owner: 'AWS', rotation }, 90 * dayMs],
    ['for a primary key', { rotation, primaryRegion: region }, 90 * dayMs],
    ['not for a replica by itself', { rotation, primaryRegion: 'eu-west-1' }, undefined],
  ];
  for (const [when, change, dueMs] of rows) {
    test(when, () => expect(rotationDueMs(keyOf(change))).toBe(dueMs));
  }
});

test('a rotated key keeps its materials, and its schedule moves when it was rotated by itself alone', () => {
  const key = keyOf({ rotation });
  const material = { id: 'second', sealed: 't' };
  const byHand = rotatedKey(key, material, { type: 'ON_DEMAND', atMs: 5 });
  expect(byHand.materials).toEqual([
    ...key.materials,
    { ...material, rotated: { type: 'ON_DEMAND', atMs: 5 } },
  ]);
  expect(rotationOf(byHand)).toEqual(rotation);
  const byItself = rotatedKey(byHand, material, { type: 'AUTOMATIC', atMs: 100 });
  expect(rotationOf(byItself)).toEqual({ periodDays: 90, nextMs: 100 + 90 * dayMs });
  expect(onDemandRotationCount(byItself)).toBe(1);
});

test('a material that waited for its rotation waits no more; another one still does', () => {
  const pendingMaterial = { id: 'waiting', sealed: 'w' };
  const how = { type: 'ON_DEMAND', atMs: 5 } as const;
  expect(rotatedKey(keyOf({ pendingMaterial }), pendingMaterial, how).pendingMaterial).toBeUndefined();
  expect(rotatedKey(keyOf({ pendingMaterial }), { id: 'b', sealed: 'b' }, how).pendingMaterial).toBe(
    pendingMaterial,
  );
});

test('a replica is a key whose primary is elsewhere', () => {
  expect(
    [keyOf(), keyOf({ primaryRegion: region }), keyOf({ primaryRegion: 'eu-west-1' })].map(isReplica),
  ).toEqual([false, false, true]);
});
