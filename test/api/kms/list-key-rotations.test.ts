import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { listKeyRotations } from '../../../src/api/kms/list-key-rotations.ts';
import { rotateKeyOnDemand } from '../../../src/api/kms/rotate-key-on-demand.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, openKmsApi, refused, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';
import { importInto } from '../../support/wrapped-material.ts';

const underTest = { operation: listKeyRotations, inputOf: (KeyId: string) => ({ KeyId }) };
const dayMs = 86_400_000;

async function withRotations(count: number) {
  const api = await openKmsApi();
  const { kms, clock } = api;
  const { arn, keyId } = await kms.keys.create(user, {});
  const dates: number[] = [];
  for (let n = 0; n < count; n++) {
    clock.advance(dayMs);
    await kms.rotations.rotateNow(user, arn);
    dates.push(clock.nowMs() / 1000);
  }
  return { ...api, arn, keyId, dates, ids: kms.rotations.list(user, arn).materials.map(({ id }) => id) };
}

describe('ListKeyRotations', () => {
  test('gives the rotations of a key, oldest first', async () => {
    const { arn, keyId, call, dates, ids } = await withRotations(2);
    const entry = (n: number, KeyMaterialState: string) => ({
      KeyId: keyId,
      KeyMaterialId: ids[n],
      KeyMaterialState,
      RotationDate: dates[n - 1],
      RotationType: 'ON_DEMAND',
    });
    expect(await call(listKeyRotations, { KeyId: arn })).toEqual({
      Rotations: [entry(1, 'NON_CURRENT'), entry(2, 'CURRENT')],
      Truncated: false,
    });
  });

  test('gives none for a key that never was rotated, but its material where all are asked for', async () => {
    const { arn, keyId, call, ids } = await withRotations(0);
    expect(await call(listKeyRotations, { KeyId: arn })).toEqual({ Rotations: [], Truncated: false });
    expect(await call(listKeyRotations, { KeyId: arn, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).toEqual({
      Rotations: [{ KeyId: keyId, KeyMaterialId: ids[0], KeyMaterialState: 'CURRENT' }],
      Truncated: false,
    });
  });

  test('gives automatic rotations as such', async () => {
    const { arn, call, kms, clock } = await withRotations(0);
    await kms.rotations.enable(user, arn, 90);
    await clock.advanceAndSettle(90 * dayMs);
    expect(await call(listKeyRotations, { KeyId: arn })).toMatchObject({
      Rotations: [{ RotationType: 'AUTOMATIC', RotationDate: clock.nowMs() / 1000 }],
    });
  });

  test('gives imported materials with what is known of them, also when one is gone', async () => {
    const { kms, call, refusal, clock } = await openKmsApi();
    const { arn, keyId } = await kms.keys.create(user, { origin: 'EXTERNAL' });
    const validToMs = clock.nowMs() + 30 * dayMs;
    const first = await importInto(kms, keyId, { material: randomBytes(32) });
    const material = randomBytes(32);
    const importType = 'NEW_KEY_MATERIAL';
    expect(await refusal(rotateKeyOnDemand, { KeyId: arn })).toEqual(
      refused('KMSInvalidStateException', `No available key material pending rotation for the key: ${arn}.`),
    );
    const second = await importInto(kms, keyId, { material, importType, validToMs, description: 'next' });
    const listed = async () => {
      const { Rotations } = await call(listKeyRotations, {
        KeyId: arn,
        IncludeKeyMaterial: 'ALL_KEY_MATERIAL',
      });
      return Rotations as readonly object[];
    };
    const [one, two] = [
      { KeyId: keyId, KeyMaterialId: first.materialId, ImportState: 'IMPORTED' },
      { KeyId: keyId, KeyMaterialId: second.materialId, KeyMaterialDescription: 'next' },
    ];
    const kept = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
    const expiring = { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: validToMs / 1000 };
    expect(await listed()).toEqual([
      { ...one, ...kept, KeyMaterialState: 'CURRENT' },
      { ...two, ...expiring, ImportState: 'IMPORTED', KeyMaterialState: 'PENDING_ROTATION' },
    ]);
    await call(rotateKeyOnDemand, { KeyId: arn });
    const rotation = {
      RotationDate: clock.nowMs() / 1000,
      RotationType: 'ON_DEMAND',
      KeyMaterialState: 'CURRENT',
    };
    expect(await listed()).toEqual([
      { ...one, ...kept, KeyMaterialState: 'NON_CURRENT' },
      { ...two, ...expiring, ...rotation, ImportState: 'IMPORTED' },
    ]);
    await clock.advanceAndSettle(30 * dayMs);
    expect((await listed())[1]).toEqual({ ...two, ...rotation, ImportState: 'PENDING_IMPORT' });
    await importInto(kms, keyId, { material });
    expect((await listed())[1]).toEqual({ ...two, ...rotation, ...kept, ImportState: 'IMPORTED' });
  });

  test('gives them page by page, each list with markers of its own', async () => {
    const { arn, call, refusal, ids } = await withRotations(3);
    const first = await call(listKeyRotations, { KeyId: arn, Limit: 2 });
    expect(first).toMatchObject({
      Rotations: [{ KeyMaterialId: ids[1] }, { KeyMaterialId: ids[2] }],
      Truncated: true,
    });
    const Marker = first.NextMarker;
    expect(await call(listKeyRotations, { KeyId: arn, Marker })).toMatchObject({
      Rotations: [{ KeyMaterialId: ids[3] }],
      Truncated: false,
    });
    const other = { KeyId: arn, Marker, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' };
    expect(await refusal(listKeyRotations, other)).toEqual(refused('InvalidMarkerException'));
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.always);
