import { describe, expect, test } from 'vitest';
import { generateMac } from '../../../src/api/kms/generate-mac.ts';
import { verifyMac } from '../../../src/api/kms/verify-mac.ts';
import { user } from '../../support/embedded-kms.ts';
import { bytesOf, keyIn, openKmsApi, refused } from '../../support/kms-api.ts';

const Message = Buffer.from('a book');
const MacAlgorithm = 'HMAC_SHA_384';
const newKey = { spec: 'HMAC_384', usage: 'GENERATE_VERIFY_MAC' } as const;

async function madeMac() {
  const api = await openKmsApi();
  const { arn } = await api.kms.keys.create(user, newKey);
  const { Mac } = await api.call(generateMac, { KeyId: arn, Message, MacAlgorithm });
  return { ...api, arn, input: { KeyId: arn, Message, MacAlgorithm, Mac: bytesOf(Mac) } };
}

describe('VerifyMac', () => {
  test('answers that a code is right', async () => {
    const { call, arn, input } = await madeMac();
    expect(await call(verifyMac, input)).toEqual({ KeyId: arn, MacValid: true, MacAlgorithm });
  });

  for (const [name, change] of [
    [
      'with a bit changed',
      (mac: Buffer) => ({ Mac: mac.map((byte, index) => (index === 9 ? byte ^ 4 : byte)) }),
    ],
    ['cut', (mac: Buffer) => ({ Mac: mac.subarray(0, 47) })],
    ['of another message', () => ({ Message: Buffer.from('another') })],
  ] as const) {
    test(`refuses a code ${name}, without a sentence`, async () => {
      const { refusal, input } = await madeMac();
      expect(await refusal(verifyMac, { ...input, ...change(input.Mac) })).toEqual(
        refused('KMSInvalidMacException'),
      );
    });
  }

  test('refuses a code of another key', async () => {
    const { kms, refusal, input } = await madeMac();
    const { arn } = await kms.keys.create(user, newKey);
    expect(await refusal(verifyMac, { ...input, KeyId: arn })).toEqual(refused('KMSInvalidMacException'));
  });

  test('tells a dry run of a right code that it would have succeeded', async () => {
    const { refusal, input } = await madeMac();
    expect(await refusal(verifyMac, { ...input, DryRun: true })).toMatchObject({
      __type: 'DryRunOperationException',
    });
  });

  test('refuses a disabled key before it looks at the code', async () => {
    const api = await openKmsApi();
    const arn = await keyIn('Disabled', api, newKey);
    const input = { KeyId: arn, Message, MacAlgorithm, Mac: Buffer.alloc(48) };
    expect(await api.refusal(verifyMac, input)).toEqual(refused('DisabledException', `${arn} is disabled.`));
  });
});
