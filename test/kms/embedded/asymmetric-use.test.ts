import { expect, test } from 'vitest';
import { openKms, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const message = Buffer.from('a book');
const signing = { spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' } as const;
const request = { message, algorithm: 'ECDSA_SHA_256', messageType: 'RAW' } as const;

test('a signature is right under its key, wrong under another, and still right after a restart', async () => {
  const { kms, reopen } = await openKms();
  const [one, other] = [await kms.keys.create(user, signing), await kms.keys.create(user, signing)];
  const { signature, keyArn } = kms.asymmetric.sign(user, { ...request, keyId: one.keyId });
  expect(keyArn).toBe(one.arn);
  expect(kms.asymmetric.verify(user, { ...request, keyId: other.keyId, signature }).valid).toBe(false);
  const later = await reopen();
  expect(later.asymmetric.verify(user, { ...request, keyId: one.keyId, signature }).valid).toBe(true);
});

test('a key for agreement signs nothing, and one for signing agrees on nothing', async () => {
  const { kms } = await openKms();
  const agreeing = await kms.keys.create(user, { ...signing, usage: 'KEY_AGREEMENT' });
  const { keyId, arn } = await kms.keys.create(user, signing);
  expect(await refusalOf(() => kms.asymmetric.sign(user, { ...request, keyId: agreeing.keyId }))).toBe(
    `KeyUsageWrong: ${agreeing.arn} key usage is KEY_AGREEMENT which is not valid for Sign.`,
  );
  const { publicKey } = kms.asymmetric.publicKey(user, agreeing.keyId);
  const derive = { publicKey, algorithm: 'ECDH' };
  expect(kms.asymmetric.deriveSharedSecret(user, { ...derive, keyId: agreeing.keyId }).secret).toHaveLength(
    32,
  );
  expect(await refusalOf(() => kms.asymmetric.deriveSharedSecret(user, { ...derive, keyId }))).toBe(
    `KeyUsageWrong: ${arn} key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret.`,
  );
});

test('a symmetric or HMAC key has no public half', async () => {
  const { kms } = await openKms();
  for (const newKey of [{}, { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' }] as const) {
    const { keyId, arn } = await kms.keys.create(user, newKey);
    expect(await refusalOf(() => kms.asymmetric.publicKey(user, keyId))).toBe(
      `UnsupportedKeyOperation: ${arn} key spec is ${'spec' in newKey ? newKey.spec : 'SYMMETRIC_DEFAULT'} ` +
        'which is not valid for GetPublicKey.',
    );
  }
});
