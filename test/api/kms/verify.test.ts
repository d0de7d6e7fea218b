import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sign } from '../../../src/api/kms/sign.ts';
import { verify } from '../../../src/api/kms/verify.ts';
import { user } from '../../support/embedded-kms.ts';
import { bytesOf, openKmsApi, refused } from '../../support/kms-api.ts';

const Message = Buffer.from('a book');
const SigningAlgorithm = 'RSASSA_PSS_SHA_256';
const newKey = { spec: 'RSA_2048', usage: 'SIGN_VERIFY' } as const;

async function signed() {
  const api = await openKmsApi();
  const { keyId, arn } = await api.kms.keys.create(user, newKey);
  const { Signature } = await api.call(sign, { KeyId: keyId, Message, SigningAlgorithm });
  return {
    ...api,
    keyId,
    arn,
    input: { KeyId: keyId, Message, SigningAlgorithm, Signature: bytesOf(Signature) },
  };
}

describe('Verify', () => {
  test('answers that a signature is right, over the message and over its digest', async () => {
    const { call, arn, input } = await signed();
    const digest = createHash('sha256').update(Message).digest();
    for (const change of [{}, { Message: digest, MessageType: 'DIGEST' }]) {
      expect(await call(verify, { ...input, ...change })).toEqual({
        KeyId: arn,
        SignatureValid: true,
        SigningAlgorithm,
      });
    }
  });

  test('refuses a signature that is not right, without a sentence (E12)', async () => {
    const { kms, refusal, input } = await signed();
    const other = await kms.keys.create(user, newKey);
    const flipped = input.Signature.map((byte, index) => (index === 50 ? byte ^ 1 : byte));
    for (const change of [
      { Signature: flipped },
      { Signature: input.Signature.subarray(1) },
      { Message: Buffer.from('another') },
      { SigningAlgorithm: 'RSASSA_PSS_SHA_384' },
      { SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
      { KeyId: other.keyId },
    ]) {
      expect(await refusal(verify, { ...input, ...change })).toEqual(refused('KMSInvalidSignatureException'));
    }
  });

  test('refuses a disabled key, a wrong algorithm and a dry run before it answers', async () => {
    const { kms, refusal, arn, input } = await signed();
    expect(await refusal(verify, { ...input, SigningAlgorithm: 'ECDSA_SHA_256' })).toEqual(
      refused('InvalidKeyUsageException', 'Algorithm ECDSA_SHA_256 is incompatible with key spec RSA_2048.'),
    );
    expect(await refusal(verify, { ...input, DryRun: true })).toMatchObject({
      __type: 'DryRunOperationException',
    });
    await kms.keys.disable(user, arn);
    expect(await refusal(verify, input)).toEqual(refused('DisabledException', `${arn} is disabled.`));
  });
});
