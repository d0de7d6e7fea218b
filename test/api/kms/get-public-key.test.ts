import { describe, expect, test } from 'vitest';
import { getPublicKey } from '../../../src/api/kms/get-public-key.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, openKmsApi, refused, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';

const newKey = { spec: 'ECC_NIST_P384', usage: 'KEY_AGREEMENT' } as const;
const underTest = { operation: getPublicKey, inputOf: (KeyId: string) => ({ KeyId }), newKey };

describe('GetPublicKey', () => {
  test('answers the public half with what it is for, the same each time', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, newKey);
    const answer = await call(getPublicKey, { KeyId: keyId });
    expect(answer).toEqual({
      KeyId: arn,
      PublicKey: expect.any(String),
      CustomerMasterKeySpec: 'ECC_NIST_P384',
      KeySpec: 'ECC_NIST_P384',
      KeyUsage: 'KEY_AGREEMENT',
      KeyAgreementAlgorithms: ['ECDH'],
    });
    expect(await call(getPublicKey, { KeyId: arn })).toEqual(answer);
  });

  test('refuses a symmetric key', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, {});
    expect(await refusal(getPublicKey, { KeyId: keyId })).toEqual(
      refused(
        'UnsupportedOperationException',
        `${arn} key spec is SYMMETRIC_DEFAULT which is not valid for GetPublicKey.`,
      ),
    );
  });
});

refusesOtherKeyIds(underTest, { forms: 'any' });
keepsStates(underTest, stateRows.using);
