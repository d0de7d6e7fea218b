import { describe, expect, test, vi } from 'vitest';
import { decrypt } from '../../../src/api/kms/decrypt.ts';
import { generateDataKey } from '../../../src/api/kms/generate-data-key.ts';
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

const underTest = {
  operation: generateDataKey,
  inputOf: (KeyId: string) => ({ KeyId, KeySpec: 'AES_256' }),
};

describe('GenerateDataKey', () => {
  for (const [size, bytes] of [
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 1024 }, 1024],
  ] as const) {
    test(`with ${JSON.stringify(size)} answers a key of ${bytes} bytes, in clear and sealed`, async () => {
      const { kms, call } = await openKmsApi();
      const { keyId, arn, materials } = await kms.keys.create(user, {});
      const EncryptionContext = new Map([['a', '1']]);
      const answer = await call(generateDataKey, { KeyId: keyId, EncryptionContext, ...size });
      expect(answer).toEqual({
        CiphertextBlob: expect.any(String),
        Plaintext: expect.any(String),
        KeyId: arn,
        KeyMaterialId: materials[0]?.id,
      });
      expect(bytesOf(answer.Plaintext)).toHaveLength(bytes);
      const CiphertextBlob = bytesOf(answer.CiphertextBlob);
      expect(await call(decrypt, { CiphertextBlob, EncryptionContext })).toMatchObject({
        Plaintext: answer.Plaintext,
      });
    });
  }

  test('answers another key each time, in memory of its own', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {});
    const made = vi.spyOn(kms.use, 'generateDataKey');
    const keys = new Set();
    for (let n = 0; n < 10; n++) {
      keys.add((await call(generateDataKey, { KeyId: keyId, KeySpec: 'AES_256' })).Plaintext);
    }
    expect(keys.size).toBe(10);
    for (const { value } of made.mock.results) expect(value.plaintext.buffer.byteLength).toBe(32);
  });

  const size = refused('ValidationException', 'Please specify either number of bytes or key spec.');
  const at = "at 'numberOfBytes' failed to satisfy constraint: Member must have value";
  for (const [name, input, body] of [
    ['no size', { KeySpec: undefined }, size],
    ['two sizes (E10)', { NumberOfBytes: 32 }, size],
    ['0 bytes (E10)', { NumberOfBytes: 0 }, invalid(`Value '0' ${at} greater than or equal to 1`)],
    ['1025 bytes (E10)', { NumberOfBytes: 1025 }, invalid(`Value '1025' ${at} less than or equal to 1024`)],
    [
      '2^31 bytes (E10)',
      { NumberOfBytes: 2 ** 31 },
      invalid(`Value '2147483648' ${at} less than or equal to 1024`),
    ],
    [
      'another cipher',
      { KeySpec: 'AES_512' },
      invalid(
        "Value 'AES_512' at 'keySpec' failed to satisfy constraint: " +
          'Member must satisfy enum value set: [AES_256, AES_128]',
      ),
    ],
    ['a grant token', { GrantTokens: ['t'] }, refused('InvalidGrantTokenException')],
    [
      'an enclave to answer to',
      { Recipient: {} },
      refused(
        'UnsupportedOperationException',
        'Recipient is not supported: this key service cannot verify an attestation document.',
      ),
    ],
    [
      'a dry run that would have succeeded (E13)',
      { DryRun: true },
      refused('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
    ],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, {});
      expect(await refusal(generateDataKey, { KeyId: keyId, KeySpec: 'AES_256', ...input })).toEqual(body);
    });
  }

  test('R-MEM-2: wipes the key that a dry run made', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {});
    const made = vi.spyOn(kms.use, 'generateDataKey');
    await refusal(generateDataKey, { KeyId: keyId, KeySpec: 'AES_256', DryRun: true });
    expect([...(made.mock.results[0]?.value.plaintext ?? [])]).toEqual(Array(32).fill(0));
  });
});

refusesOtherKeyIds(underTest, { forms: 'any' });
keepsStates(underTest, stateRows.using);
