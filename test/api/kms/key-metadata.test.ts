import { describe, expect, test } from 'vitest';
import { encodeBody } from '../../../src/api/json.ts';
import { keyMetadata } from '../../../src/api/kms/key-metadata.ts';
import { user } from '../../support/embedded-kms.ts';
import { keyIn, openKmsApi } from '../../support/kms-api.ts';

/** As the client sees it: members without a value are not there. */
const shown = (key: Parameters<typeof keyMetadata>[0]) =>
  JSON.parse(Buffer.from(encodeBody(keyMetadata(key))).toString());

describe('the metadata of a key', () => {
  for (const [state, enabled, hasMaterial] of [
    ['Enabled', true, true],
    ['Disabled', false, true],
    ['PendingDeletion', false, true],
    ['PendingImport', false, false],
  ] as const) {
    test(`that is ${state} say so, with a date of deletion only where one is set`, async () => {
      const api = await openKmsApi();
      const key = await api.kms.keys.describe(user, await keyIn(state, api));
      const metadata = shown(key);
      expect(metadata).toMatchObject({ KeyState: state, Enabled: enabled });
      expect(metadata.CurrentKeyMaterialId).toBe(hasMaterial ? key.materials[0]?.id : undefined);
      const inAWeek = (api.clock.nowMs() + 7 * 86_400_000) / 1000;
      expect(metadata.DeletionDate).toBe(state === 'PendingDeletion' ? inAWeek : undefined);
    });
  }

  test('names the material that encrypts now, the last one', async () => {
    const { kms } = await openKmsApi();
    const key = await kms.keys.create(user, {});
    const later = { id: 'f'.repeat(64), sealed: '' };
    const rotated = { ...key, materials: [...key.materials, later] };
    expect(shown(rotated).CurrentKeyMaterialId).toBe(later.id);
  });

  test('tells who manages the key', async () => {
    const { kms } = await openKmsApi();
    expect(shown(await kms.keys.create(user, {})).KeyManager).toBe('CUSTOMER');
    expect(shown(await kms.keys.managedKey(user)).KeyManager).toBe('AWS');
    expect(shown(await kms.keys.ownedKey(user.region)).KeyManager).toBe('AWS');
  });

  test('shows neither policy, tags nor material', async () => {
    const { kms } = await openKmsApi();
    const key = await kms.keys.create(user, { tags: [{ key: 'tagged', value: 'yes' }] });
    const text = JSON.stringify(shown(key));
    for (const hidden of ['tagged', 'Statement', key.materials[0]?.sealed ?? '']) {
      expect(text).not.toContain(hidden);
    }
  });
});
