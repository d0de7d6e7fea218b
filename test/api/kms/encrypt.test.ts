import { describe, expect, test } from 'vitest';
import { decrypt } from '../../../src/api/kms/decrypt.ts';
import { encrypt } from '../../../src/api/kms/encrypt.ts';
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

const Plaintext = Buffer.from('a secret of books');
const underTest = { operation: encrypt, inputOf: (KeyId: string) => ({ KeyId, Plaintext }) };

describe('Encrypt', () => {
  test('answers ciphertext, the ARN whatever was asked for, and the algorithm', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, {});
    await kms.aliases.create(user, 'alias/books', keyId);
    for (const KeyId of [keyId, 'alias/books']) {
      expect(await call(encrypt, { KeyId, Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' })).toEqual({
        CiphertextBlob: expect.any(String),
        KeyId: arn,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      });
    }
  });

  test('answers other ciphertext each time, which shows nothing of what is inside', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {});
    const [a, b] = [
      await call(encrypt, { KeyId: keyId, Plaintext }),
      await call(encrypt, { KeyId: keyId, Plaintext }),
    ];
    expect(a.CiphertextBlob).not.toBe(b.CiphertextBlob);
    expect(bytesOf(a.CiphertextBlob).includes(Plaintext)).toBe(false);
  });

  for (const length of [1, 4096]) {
    test(`takes ${length} bytes, and no ciphertext is too long to come back (E2)`, async () => {
      const { kms, call } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, {});
      const { CiphertextBlob } = await call(encrypt, { KeyId: keyId, Plaintext: Buffer.alloc(length, 7) });
      expect(bytesOf(CiphertextBlob).length).toBeLessThanOrEqual(6144);
      const opened = await call(decrypt, { CiphertextBlob: bytesOf(CiphertextBlob) });
      expect(bytesOf(opened.Plaintext)).toEqual(Buffer.alloc(length, 7));
    });
  }

  const at = "Value at 'plaintext' failed to satisfy constraint: Member must have length";
  const context = (bytes: number) => new Map([['a', 'b'.repeat(bytes - 1)]]);
  for (const [name, input, body] of [
    ['no bytes (E2)', { Plaintext: Buffer.alloc(0) }, invalid(`${at} greater than or equal to 1`)],
    ['4097 bytes (E2)', { Plaintext: Buffer.alloc(4097) }, invalid(`${at} less than or equal to 4096`)],
    [
      'an algorithm of other keys',
      { EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' },
      refused(
        'InvalidKeyUsageException',
        'Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.',
      ),
    ],
    ['a grant token', { GrantTokens: ['t'] }, refused('InvalidGrantTokenException')],
    [
      'a context of 8193 bytes (E4)',
      { EncryptionContext: context(8193) },
      refused('ValidationException', 'EncryptionContext must not be larger than 8192 bytes.'),
    ],
    [
      'a dry run that would have succeeded',
      { DryRun: true },
      refused('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
    ],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const { kms, refusal } = await openKmsApi();
      const { keyId } = await kms.keys.create(user, {});
      expect(await refusal(encrypt, { KeyId: keyId, Plaintext, ...input })).toEqual(body);
    });
  }

  test('takes a context of 8192 bytes', async () => {
    const { kms, call } = await openKmsApi();
    const { keyId } = await kms.keys.create(user, {});
    const input = { KeyId: keyId, Plaintext, EncryptionContext: context(8192) };
    expect(await call(encrypt, input)).toHaveProperty('CiphertextBlob');
  });

  test('refuses a dry run for what it would have been refused for', async () => {
    const { kms, refusal } = await openKmsApi();
    const { keyId, arn } = await kms.keys.create(user, {});
    await kms.keys.disable(user, keyId);
    expect(await refusal(encrypt, { KeyId: keyId, Plaintext, DryRun: true })).toEqual(
      refused('DisabledException', `${arn} is disabled.`),
    );
  });

  test('refuses the managed key of tables to whoever asks for it directly', async () => {
    const { kms, refusal } = await openKmsApi();
    await kms.keys.describe(user, 'alias/aws/dynamodb');
    const body = await refusal(encrypt, { KeyId: 'alias/aws/dynamodb', Plaintext });
    expect(body).toMatchObject({
      __type: 'AccessDeniedException',
      Message: expect.stringMatching(/is not authorized to perform: kms:Encrypt on resource/),
    });
  });
});

refusesOtherKeyIds(underTest, { forms: 'any' });
keepsStates(underTest, stateRows.using);
