import { expect, test } from 'vitest';
import { openKms, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const request = { message: Buffer.from('a book'), algorithm: 'HMAC_SHA_256' };

test('a code is right under its key, wrong under another, and each call is counted with its key', async () => {
  const { kms } = await openKms();
  const newKey = { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' } as const;
  const [one, other] = [await kms.keys.create(user, newKey), await kms.keys.create(user, newKey)];
  const { mac, keyArn } = kms.macs.generate(user, { ...request, keyId: one.keyId });
  expect(keyArn).toBe(one.arn);
  expect(kms.macs.verify(user, { ...request, keyId: one.keyId, mac })).toEqual({ valid: true, keyArn });
  expect(kms.macs.verify(user, { ...request, keyId: other.keyId, mac }).valid).toBe(false);
  expect(kms.meter.calls()).toContainEqual({ operation: 'VerifyMac', keyArn: one.arn, calls: 1 });
});

test('a key for encryption makes no code', async () => {
  const { kms } = await openKms();
  const { keyId } = await kms.keys.create(user, {});
  expect(await refusalOf(() => kms.macs.generate(user, { ...request, keyId }))).toMatch(/^KeyUsageWrong/);
});
