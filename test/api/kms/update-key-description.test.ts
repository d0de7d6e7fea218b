import { describe, expect, test } from 'vitest';
import { updateKeyDescription } from '../../../src/api/kms/update-key-description.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, nothing, openKmsApi, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';

const underTest = {
  operation: updateKeyDescription,
  inputOf: (KeyId: string) => ({ KeyId, Description: 'new' }),
};

describe('UpdateKeyDescription', () => {
  for (const Description of ['', 'für Bücher', 'a'.repeat(8192)]) {
    test(`sets a text of ${Description.length} characters, and answers nothing`, async () => {
      const { kms, call } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, { description: 'old' });
      expect(await call(updateKeyDescription, { KeyId: keyId, Description })).toBe(nothing);
      expect((await kms.keys.describe(user, keyId)).description).toBe(Description);
    });
  }

  test('refuses one that is too long or none, and the old one stays', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, { description: 'old' });
    const long = await refusal(updateKeyDescription, { KeyId: keyId, Description: 'a'.repeat(8193) });
    expect(long.message).toMatch(/at 'description' .*length less than or equal to 8192$/);
    const none = await refusal(updateKeyDescription, { KeyId: keyId });
    expect(none.message).toMatch(/^1 validation error detected: Value null at 'description' /);
    expect((await kms.keys.describe(user, keyId)).description).toBe('old');
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.notDying);
