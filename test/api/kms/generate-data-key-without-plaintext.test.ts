import { describe, expect, test } from 'vitest';
import { decrypt } from '../../../src/api/kms/decrypt.ts';
import { generateDataKeyWithoutPlaintext } from '../../../src/api/kms/generate-data-key-without-plaintext.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  bytesOf,
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const underTest = {
  operation: generateDataKeyWithoutPlaintext,
  inputOf: (KeyId: string) => ({ KeyId, NumberOfBytes: 5 }),
};

describe('GenerateDataKeyWithoutPlaintext', () => {
  for (const [size, bytes] of [
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 1024 }, 1024],
  ] as const) {
    test(`with ${JSON.stringify(size)} answers a key of ${bytes} bytes, sealed alone`, async () => {
      const { kms, call } = await openKmsApi();
      const { keyId, arn, materials } = await kms.keys.create(user, {});
      const answer = await call(generateDataKeyWithoutPlaintext, { KeyId: keyId, ...size });
      expect(answer).toEqual({
        CiphertextBlob: expect.any(String),
        KeyId: arn,
        KeyMaterialId: materials[0]?.id,
      });
      const opened = await call(decrypt, { CiphertextBlob: bytesOf(answer.CiphertextBlob) });
      expect(bytesOf(opened.Plaintext)).toHaveLength(bytes);
      expect(bytesOf(opened.Plaintext).every((byte) => byte === 0)).toBe(false);
    });
  }

  const size = refused('ValidationException', 'Please specify either number of bytes or key spec.');
  for (const [name, input, body] of [
    ['no size', {}, size],
    ['two sizes', { NumberOfBytes: 32, KeySpec: 'AES_256' }, size],
    ['a grant token', { NumberOfBytes: 32, GrantTokens: ['t'] }, refused('InvalidGrantTokenException')],
    [
      'a dry run that would have succeeded',
      { NumberOfBytes: 32, DryRun: true },
      refused('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
    ],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, {});
      expect(await refusal(generateDataKeyWithoutPlaintext, { KeyId: keyId, ...input })).toEqual(body);
    });
  }
});

refusesOtherKeyIds(underTest, { forms: 'any' });
keepsStates(underTest, stateRows.using);
