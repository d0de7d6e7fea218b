import { expect, test } from 'vitest';
import { enableKey } from '../../../src/api/kms/enable-key.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, nothing, openKmsApi, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';

const underTest = { operation: enableKey, inputOf: (KeyId: string) => ({ KeyId }) };

test('EnableKey lets a disabled key be used again, and answers nothing', async () => {
  const { kms, call } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  await kms.keys.disable(user, keyId);
  expect(await call(enableKey, { KeyId: keyId })).toBe(nothing);
  expect((await kms.keys.describe(user, keyId)).state).toBe('Enabled');
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.switching);
