import { describe, expect, test } from 'vitest';
import type { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { onDemandRotationsMax } from '../../../src/kms/embedded/rotation.ts';
import type { Caller } from '../../../src/kms/key-service.ts';
import { openKms, region, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const secondMs = 1000;
const dayMs = 86_400_000;
const context = new Map([['a', 'b']]);
const plaintext = Buffer.from('as it was');

async function withKey(periodDays?: number) {
  const opened = await openKms();
  const { arn } = await opened.kms.keys.create(user, {});
  if (periodDays !== undefined) await opened.kms.rotations.enable(user, arn, periodDays);
  return { ...opened, arn };
}

const materialsOf = (kms: EmbeddedKms, arn: string, caller = user) =>
  kms.rotations.list(caller, arn).materials;
const sealedBy = (kms: EmbeddedKms, keyId: string, caller: Caller = user) =>
  kms.use.encrypt(caller, { keyId, context, plaintext });
const openedText = (kms: EmbeddedKms, ciphertext: Uint8Array, caller: Caller = user) =>
  Buffer.from(kms.use.decrypt(caller, { ciphertext, context }).plaintext).toString();

describe('a key with automatic rotation', () => {
  for (const days of [90, 2560]) {
    test(`of ${days} days has the old material a second before, and new material at the time`, async () => {
      const { kms, arn, clock } = await withKey(days);
      const before = sealedBy(kms, arn);
      await clock.advanceAndSettle(days * dayMs - secondMs);
      expect(sealedBy(kms, arn).materialId).toBe(before.materialId);
      await clock.advanceAndSettle(secondMs);
      const after = sealedBy(kms, arn);
      expect(after.materialId).not.toBe(before.materialId);
      expect([before, after].map(({ ciphertext }) => openedText(kms, ciphertext))).toEqual([
        'as it was',
        'as it was',
      ]);
    });
  }

  test('is rotated again and again, and opens all it ever sealed, also after a restart', async () => {
    const { kms, arn, clock, reopen } = await withKey(90);
    const sealed = [];
    for (let round = 0; round < 4; round++) {
      sealed.push(sealedBy(kms, arn));
      await clock.advanceAndSettle(90 * dayMs);
    }
    expect(new Set(sealed.map(({ materialId }) => materialId)).size).toBe(4);
    const again = await reopen();
    for (const { ciphertext } of sealed) expect(openedText(again, ciphertext)).toBe('as it was');
    expect(materialsOf(again, arn).map(({ rotated }) => rotated?.type)).toEqual([
      undefined,
      ...Array.from({ length: 4 }, () => 'AUTOMATIC'),
    ]);
  });

  test('that fell due while nobody runs is rotated once when the store is opened', async () => {
    const { kms, arn, clock, reopen } = await withKey(90);
    await kms.close();
    clock.advance(200 * dayMs);
    const again = await reopen();
    expect(materialsOf(again, arn)).toHaveLength(2);
    expect(again.rotations.status(user, arn).rotation).toEqual({
      periodDays: 90,
      nextMs: clock.nowMs() + 90 * dayMs,
    });
  });

  test('waits while it is disabled, and is rotated at once when it is enabled', async () => {
    const { kms, arn, clock } = await withKey(90);
    await kms.keys.disable(user, arn);
    await clock.advanceAndSettle(100 * dayMs);
    expect(materialsOf(kms, arn)).toHaveLength(1);
    await kms.keys.enable(user, arn);
    expect(materialsOf(kms, arn)).toHaveLength(2);
  });

  test('shows none while it is to be deleted, and the same again when that is cancelled', async () => {
    const { kms, arn } = await withKey(90);
    const { rotation } = kms.rotations.status(user, arn);
    await kms.keys.scheduleDeletion(user, arn, 7);
    expect(kms.rotations.status(user, arn).rotation).toBeUndefined();
    await kms.keys.cancelDeletion(user, arn);
    expect(kms.rotations.status(user, arn).rotation).toEqual(rotation);
  });

  test('begins a new period when it is set again, and none when it is switched off', async () => {
    const { kms, arn, clock } = await withKey(90);
    await clock.advanceAndSettle(89 * dayMs);
    await kms.rotations.enable(user, arn);
    expect(kms.rotations.status(user, arn).rotation).toEqual({
      periodDays: 365,
      nextMs: clock.nowMs() + 365 * dayMs,
    });
    await kms.rotations.disable(user, arn);
    await clock.advanceAndSettle(400 * dayMs);
    expect(materialsOf(kms, arn)).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  test('is not rotated early by a wall clock that is set forwards, nor put off by one set back (R-LIFE-1)', async () => {
    const { kms, arn, clock } = await withKey(90);
    clock.jump(100 * dayMs);
    await kms.rotations.look();
    expect(materialsOf(kms, arn)).toHaveLength(1);
    clock.jump(-150 * dayMs);
    await clock.advanceAndSettle(90 * dayMs);
    expect(materialsOf(kms, arn)).toHaveLength(2);
  });

  test('tries again in a minute where it could not be stored', async () => {
    const { kms, arn, clock, storage } = await withKey(90);
    const commit = storage.commit.bind(storage);
    storage.commit = () => Promise.reject(new Error('disk'));
    await clock.advanceAndSettle(90 * dayMs);
    expect(materialsOf(kms, arn)).toHaveLength(1);
    storage.commit = commit;
    await clock.advanceAndSettle(60 * secondMs);
    expect(materialsOf(kms, arn)).toHaveLength(2);
  });
});

test('the keys of the service are rotated yearly, and nobody can change that', async () => {
  const { kms, clock } = await openKms();
  const { arn, createdMs } = await kms.keys.managedKey(user);
  const owned = await kms.ownedKey(region);
  const old = await kms.generateDataKey(tableService, owned, context);
  expect(kms.rotations.status(user, arn).rotation).toEqual({
    periodDays: 365,
    nextMs: createdMs + 365 * dayMs,
  });
  await clock.advanceAndSettle(365 * dayMs);
  expect(materialsOf(kms, arn)).toHaveLength(2);
  const opened = await kms.decryptDataKey(tableService, old.ciphertext, context);
  expect(opened.keyArn).toBe(owned);
  const fresh = await kms.generateDataKey(tableService, owned, context);
  // Which material sealed it stands in the clear part of a ciphertext: format, key id, material id.
  expect(Buffer.from(fresh.ciphertext).subarray(17, 49)).not.toEqual(
    Buffer.from(old.ciphertext).subarray(17, 49),
  );
  for (const call of [
    () => kms.rotations.disable(user, arn),
    () => kms.rotations.enable(user, arn, 90),
    () => kms.rotations.rotateNow(user, arn),
  ]) {
    expect(await refusalOf(call)).toMatch(/^KeyAccessDenied/);
  }
});

describe('rotation on demand', () => {
  test('gives a key 25 materials more at most, and leaves the schedule alone', async () => {
    const { kms, arn } = await withKey(90);
    const { rotation } = kms.rotations.status(user, arn);
    const first = sealedBy(kms, arn);
    for (let n = 0; n < onDemandRotationsMax; n++) await kms.rotations.rotateNow(user, arn);
    expect(await refusalOf(() => kms.rotations.rotateNow(user, arn))).toBe(
      'KeyLimitExceeded: The on-demand rotations limit has been reached for the given keyId. ' +
        `No more on-demand rotations can be performed for this key: ${arn}`,
    );
    expect(new Set(materialsOf(kms, arn).map(({ id }) => id)).size).toBe(26);
    expect(kms.rotations.status(user, arn).rotation).toEqual(rotation);
    expect(openedText(kms, first.ciphertext)).toBe('as it was');
  });

  test('is refused in the last twenty minutes before an automatic one', async () => {
    const { kms, arn, clock } = await withKey(90);
    await clock.advanceAndSettle(90 * dayMs - 20 * 60 * secondMs - secondMs);
    await kms.rotations.rotateNow(user, arn);
    await clock.advanceAndSettle(secondMs);
    expect(await refusalOf(() => kms.rotations.rotateNow(user, arn))).toMatch(/^RotationConflict: /);
    await clock.advanceAndSettle(20 * 60 * secondMs);
    await kms.rotations.rotateNow(user, arn);
    expect(materialsOf(kms, arn).map(({ rotated }) => rotated?.type)).toEqual([
      undefined,
      'ON_DEMAND',
      'AUTOMATIC',
      'ON_DEMAND',
    ]);
  });

  test('is refused to keys that are not symmetric, as are the other ways to rotate', async () => {
    const { kms } = await openKms();
    const { arn } = await kms.keys.create(user, { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' });
    for (const call of [
      () => kms.rotations.rotateNow(user, arn),
      () => kms.rotations.enable(user, arn),
      () => kms.rotations.disable(user, arn),
      () => kms.rotations.status(user, arn),
      () => kms.rotations.list(user, arn),
    ]) {
      expect(await refusalOf(call)).toBe('UnsupportedKeyOperation');
    }
  });
});

describe('a multi-Region key', () => {
  const abroad = { ...user, region: 'eu-west-1' };
  async function withReplica() {
    const opened = await openKms();
    const { arn, keyId } = await opened.kms.keys.create(user, { multiRegion: true });
    const replica = await opened.kms.multiRegion.replicate(user, { keyId, region: abroad.region });
    return { ...opened, arn, keyId, replica };
  }

  test('is rotated with its replicas: what one seals then, the other opens', async () => {
    const { kms, clock, arn, keyId, replica } = await withReplica();
    await kms.rotations.enable(user, arn, 90);
    expect(kms.rotations.status(abroad, replica.arn).rotation).toEqual(
      kms.rotations.status(user, arn).rotation,
    );
    const before = sealedBy(kms, keyId);
    await clock.advanceAndSettle(90 * dayMs);
    await kms.rotations.rotateNow(user, arn);
    const after = sealedBy(kms, keyId, abroad);
    expect(after.materialId).not.toBe(before.materialId);
    expect(openedText(kms, after.ciphertext)).toBe('as it was');
    expect(openedText(kms, before.ciphertext, abroad)).toBe('as it was');
    expect(materialsOf(kms, replica.arn, abroad)).toEqual(materialsOf(kms, arn));
  });

  test('is rotated by its primary alone, whichever that is', async () => {
    const { kms, arn, keyId, replica } = await withReplica();
    const refused = `UnsupportedKeyOperation: ${replica.arn} is not a multi-region primary key.`;
    for (const call of [
      () => kms.rotations.rotateNow(abroad, replica.arn),
      () => kms.rotations.enable(abroad, replica.arn),
      () => kms.rotations.disable(abroad, replica.arn),
    ]) {
      expect(await refusalOf(call)).toBe(refused);
    }
    await kms.rotations.enable(user, arn, 90);
    await kms.multiRegion.updatePrimaryRegion(user, { keyId, region: abroad.region });
    expect(await refusalOf(() => kms.rotations.rotateNow(user, arn))).toMatch(/^UnsupportedKeyOperation/);
    await kms.rotations.disable(abroad, replica.arn);
    expect(kms.rotations.status(user, arn).rotation).toBeUndefined();
  });
});
