import { expect, test } from 'vitest';
import { disableKey } from '../../../src/api/kms/disable-key.ts';
import { encrypt } from '../../../src/api/kms/encrypt.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  keepsStates,
  nothing,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const underTest = { operation: disableKey, inputOf: (KeyId: string) => ({ KeyId }) };

test('DisableKey answers nothing, and no use of the key is left', async () => {
  const { kms, call, refusal } = await openKmsApi();
  const { keyId, arn } = await kms.keys.create(user, {});
  const input = { KeyId: keyId, Plaintext: Uint8Array.of(1) };
  await call(encrypt, input);
  expect(await call(disableKey, { KeyId: keyId })).toBe(nothing);
  expect(await refusal(encrypt, input)).toEqual(refused('DisabledException', `${arn} is disabled.`));
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.switching);
