import { expect, test, vi } from 'vitest';
import { dataKeyPair, pairMembers } from '../../../src/api/kms/data-key-pair.ts';
import { user } from '../../support/embedded-kms.ts';
import { openKmsApi } from '../../support/kms-api.ts';
import { refusalOf } from '../../support/refusal.ts';

const KeyPairSpec = 'ECC_NIST_P256';

test('the members of a pair leave out its private half in clear', async () => {
  const { kms } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  const context = { kms, caller: user };
  const pair = await dataKeyPair(context, { KeyId: keyId, KeyPairSpec }, { withPlaintext: true });
  expect(pair.privateKey).toBeDefined();
  expect(Object.values(pairMembers(pair, KeyPairSpec))).not.toContain(pair.privateKey);
});

test('R-MEM-2: a dry run wipes the private half that nobody gets', async () => {
  const { kms } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  const input = { KeyId: keyId, KeyPairSpec, DryRun: true };
  const sealed = vi.spyOn(kms.use, 'sealLater');
  const run = () => dataKeyPair({ kms, caller: user }, input, { withPlaintext: true });
  expect(await refusalOf(run)).toMatch(/^DryRun/);
  const plaintext = sealed.mock.calls[0]?.[1].plaintext;
  expect(plaintext?.length).toBeGreaterThan(100);
  expect(plaintext?.every((byte) => byte === 0)).toBe(true);
});
