import { describe, expect, test } from 'vitest';
import { publicHalfOf } from '../../../src/kms/embedded/asymmetric-key.ts';
import { newDataKeyPair } from '../../../src/kms/embedded/key-pair.ts';
import { openKms, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const context = new Map([['tenant', 'ada']]);
const pairSpec = 'ECC_NIST_P256';

describe('a data key pair', () => {
  test('opens as the private half that the public one belongs to, and is one call on the meter', async () => {
    const { kms } = await openKms();
    const { keyId, arn } = await kms.keys.create(user, {});
    const pair = await newDataKeyPair(kms.use, user, { keyId, context, pairSpec, withPlaintext: true });
    const { plaintext } = kms.use.decrypt(user, { ciphertext: pair.ciphertext, context });
    expect(Buffer.from(plaintext)).toEqual(pair.privateKey);
    expect(publicHalfOf(pairSpec, plaintext)).toEqual(pair.publicKey);
    expect(kms.meter.calls()).toContainEqual({ operation: 'GenerateDataKeyPair', keyArn: arn, calls: 1 });
    expect(
      await refusalOf(() => kms.use.decrypt(user, { ciphertext: pair.ciphertext, context: new Map() })),
    ).toBe('InvalidCiphertext');
  });

  test('without plaintext shows none', async () => {
    const { kms } = await openKms();
    const { keyId } = await kms.keys.create(user, {});
    const request = { keyId, context, pairSpec, withPlaintext: false };
    expect(await newDataKeyPair(kms.use, user, request)).not.toHaveProperty('privateKey');
  });

  test('is not given out where its key was disabled while it was made', async () => {
    const { kms } = await openKms();
    const { keyId, arn } = await kms.keys.create(user, {});
    const request = { keyId, context, pairSpec: 'RSA_3072', withPlaintext: true };
    const made = refusalOf(() => newDataKeyPair(kms.use, user, request));
    await kms.keys.disable(user, keyId);
    expect(await made).toBe(`KeyDisabled: ${arn} is disabled.`);
  });

  test('is refused for a spec that is no pair, and for a key that is not symmetric', async () => {
    const { kms } = await openKms();
    const { keyId } = await kms.keys.create(user, {});
    const request = { keyId, context, pairSpec, withPlaintext: true };
    for (const other of ['SM2', 'HMAC_256', 'SYMMETRIC_DEFAULT', 'constructor']) {
      expect(await refusalOf(() => newDataKeyPair(kms.use, user, { ...request, pairSpec: other }))).toMatch(
        /^UnsupportedKeyOperation: KeyPairSpec/,
      );
    }
    const hmac = await kms.keys.create(user, { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' });
    expect(await refusalOf(() => newDataKeyPair(kms.use, user, { ...request, keyId: hmac.keyId }))).toMatch(
      /^KeyUsageWrong: .* which is not valid for GenerateDataKeyPair\.$/,
    );
  });
});
