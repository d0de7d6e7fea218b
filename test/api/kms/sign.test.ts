import { createHash, createPublicKey, verify as verifiesWith } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { getPublicKey } from '../../../src/api/kms/get-public-key.ts';
import { sign } from '../../../src/api/kms/sign.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  bytesOf,
  invalid,
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const Message = Buffer.from('a book');
const SigningAlgorithm = 'ECDSA_SHA_256';
const newKey = { spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' } as const;
const inputOf = (KeyId: string) => ({ KeyId, Message, SigningAlgorithm });
const underTest = { operation: sign, inputOf, newKey };

describe('Sign', () => {
  for (const MessageType of [undefined, 'RAW', 'DIGEST']) {
    test(`answers a signature that the public key verifies elsewhere: ${MessageType}`, async () => {
      const { kms, call } = await openKmsApi();
      const { keyId, arn } = await kms.keys.create(user, newKey);
      const message = MessageType === 'DIGEST' ? createHash('sha256').update(Message).digest() : Message;
      const answer = await call(sign, { ...inputOf(keyId), Message: message, MessageType });
      expect(answer).toEqual({ KeyId: arn, Signature: expect.any(String), SigningAlgorithm });
      const { PublicKey } = await call(getPublicKey, { KeyId: keyId });
      const key = createPublicKey({ key: bytesOf(PublicKey), format: 'der', type: 'spki' });
      expect(verifiesWith('sha256', Message, key, bytesOf(answer.Signature))).toBe(true);
    });
  }

  const length = "Value at 'message' failed to satisfy constraint: Member must have length";
  for (const [name, input, body] of [
    ['no bytes', { Message: Buffer.alloc(0) }, invalid(`${length} greater than or equal to 1`)],
    ['4097 bytes', { Message: Buffer.alloc(4097) }, invalid(`${length} less than or equal to 4096`)],
    [
      'a digest of another length (E12)',
      { MessageType: 'DIGEST' },
      refused('ValidationException', 'Digest is invalid length for algorithm ECDSA_SHA_256.'),
    ],
    [
      'the algorithm of another spec',
      { SigningAlgorithm: 'ECDSA_SHA_384' },
      refused(
        'InvalidKeyUsageException',
        'Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.',
      ),
    ],
    [
      'the message type of other keys',
      { MessageType: 'EXTERNAL_MU' },
      refused('ValidationException', 'MessageType EXTERNAL_MU is not valid for algorithm ECDSA_SHA_256.'),
    ],
    ['a token that is none', { GrantTokens: ['t'] }, refused('InvalidGrantTokenException')],
    [
      'a dry run that would have succeeded',
      { DryRun: true },
      refused('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
    ],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, newKey);
      expect(await refusal(sign, { ...inputOf(keyId), ...input })).toEqual(body);
    });
  }

  test('refuses a key that is there for encryption (E12)', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, {});
    expect(await refusal(sign, inputOf(keyId))).toEqual(
      refused('InvalidKeyUsageException', `${arn} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`),
    );
  });
});

refusesOtherKeyIds(underTest, { forms: 'any' });
keepsStates(underTest, stateRows.using);
