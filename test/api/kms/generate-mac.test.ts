import { describe, expect, test } from 'vitest';
import { generateMac } from '../../../src/api/kms/generate-mac.ts';
import { verifyMac } from '../../../src/api/kms/verify-mac.ts';
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
const newKey = { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' } as const;
const inputOf = (KeyId: string) => ({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' });
const underTest = { operation: generateMac, inputOf, newKey };

describe('GenerateMac', () => {
  for (const [bits, bytes] of [
    [224, 28],
    [256, 32],
    [384, 48],
    [512, 64],
  ] as const) {
    test(`answers ${bytes} bytes under a key of ${bits} bits, the same each time and after a restart`, async () => {
      const { kms, call, reopen } = await openKmsApi();
      const { arn } = await kms.keys.create(user, { ...newKey, spec: `HMAC_${bits}` });
      const request = { KeyId: arn, Message, MacAlgorithm: `HMAC_SHA_${bits}` };
      const answer = await call(generateMac, request);
      expect(answer).toEqual({ Mac: expect.any(String), MacAlgorithm: `HMAC_SHA_${bits}`, KeyId: arn });
      expect(bytesOf(answer.Mac)).toHaveLength(bytes);
      const again = (await reopen()).macs.generate(user, {
        keyId: arn,
        message: Message,
        algorithm: request.MacAlgorithm,
      });
      expect(Buffer.from(again.mac)).toEqual(bytesOf(answer.Mac));
    });
  }

  test('answers another code under another key', async () => {
    const { kms, call } = await openKmsApi();
    const [one, other] = [await kms.keys.create(user, newKey), await kms.keys.create(user, newKey)];
    const macs = [await call(generateMac, inputOf(one.arn)), await call(generateMac, inputOf(other.arn))];
    expect(macs[0]?.Mac).not.toBe(macs[1]?.Mac);
  });

  const tooLong = "Value at 'message' failed to satisfy constraint: Member must have length";
  for (const [name, input, body] of [
    ['no bytes', { Message: Buffer.alloc(0) }, invalid(`${tooLong} greater than or equal to 1`)],
    ['4097 bytes', { Message: Buffer.alloc(4097) }, invalid(`${tooLong} less than or equal to 4096`)],
    [
      'the algorithm of another spec',
      { MacAlgorithm: 'HMAC_SHA_512' },
      refused('InvalidKeyUsageException', 'Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.'),
    ],
    [
      'an algorithm that there is not',
      { MacAlgorithm: 'HMAC' },
      invalid(
        "Value 'HMAC' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: " +
          '[HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]',
      ),
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
      expect(await refusal(generateMac, { ...inputOf(keyId), ...input })).toEqual(body);
    });
  }

  for (const operation of [generateMac, verifyMac]) {
    test(`${operation.name} refuses a key that is there for encryption`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId, arn } = await kms.keys.create(user, {});
      const input = { ...inputOf(keyId), ...(operation === verifyMac ? { Mac: Buffer.alloc(32) } : {}) };
      expect(await refusal(operation, input)).toEqual(
        refused(
          'InvalidKeyUsageException',
          `${arn} key usage is ENCRYPT_DECRYPT which is not valid for ${operation.name}.`,
        ),
      );
    });
  }
});

refusesOtherKeyIds(underTest, { forms: 'any' });
keepsStates(underTest, stateRows.using);
