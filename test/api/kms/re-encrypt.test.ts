import { describe, expect, test } from 'vitest';
import { decrypt } from '../../../src/api/kms/decrypt.ts';
import { encrypt } from '../../../src/api/kms/encrypt.ts';
import { reEncrypt } from '../../../src/api/kms/re-encrypt.ts';
import { user } from '../../support/embedded-kms.ts';
import { arnOf, bytesOf, keyIn, openKmsApi, refused, stranger, unknownKeyId } from '../../support/kms-api.ts';

const secret = Buffer.from('a secret of books');
const before = new Map([['a', '1']]);
const after = new Map([['b', '2']]);
const dryRun = refused(
  'DryRunOperationException',
  'The request would have succeeded, but the DryRun option is set.',
);

async function sealed() {
  const api = await openKmsApi();
  const [source, destination] = [await api.kms.keys.create(user, {}), await api.kms.keys.create(user, {})];
  const { CiphertextBlob } = await api.call(encrypt, {
    KeyId: source.keyId,
    Plaintext: secret,
    EncryptionContext: before,
  });
  const input = {
    CiphertextBlob: bytesOf(CiphertextBlob),
    SourceEncryptionContext: before,
    DestinationKeyId: destination.keyId,
    DestinationEncryptionContext: after,
  };
  return { ...api, source, destination, input };
}

describe('ReEncrypt', () => {
  test('answers ciphertext under the other key, and both keys, algorithms and materials', async () => {
    const { call, source, destination, input } = await sealed();
    const answer = await call(reEncrypt, { ...input, SourceKeyId: source.arn });
    expect(answer).toEqual({
      CiphertextBlob: expect.any(String),
      SourceKeyId: source.arn,
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      SourceKeyMaterialId: source.materials[0]?.id,
      DestinationKeyMaterialId: destination.materials[0]?.id,
    });
    const opened = await call(decrypt, {
      CiphertextBlob: bytesOf(answer.CiphertextBlob),
      EncryptionContext: after,
      KeyId: destination.keyId,
    });
    expect(bytesOf(opened.Plaintext)).toEqual(secret);
  });

  test('may change the context alone', async () => {
    const { call, refusal, source, input } = await sealed();
    const { CiphertextBlob } = await call(reEncrypt, { ...input, DestinationKeyId: source.keyId });
    const blob = bytesOf(CiphertextBlob);
    expect(await call(decrypt, { CiphertextBlob: blob, EncryptionContext: after })).toHaveProperty(
      'Plaintext',
    );
    expect(await refusal(decrypt, { CiphertextBlob: blob, EncryptionContext: before })).toEqual(
      refused('InvalidCiphertextException'),
    );
  });

  const mismatch = refused(
    'InvalidKeyUsageException',
    'Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT.',
  );
  for (const [name, change, body] of [
    ['a context that is wrong', { SourceEncryptionContext: after }, refused('InvalidCiphertextException')],
    ['garbage', { CiphertextBlob: Buffer.alloc(200) }, refused('InvalidCiphertextException')],
    [
      'no ciphertext',
      { CiphertextBlob: undefined },
      refused('ValidationException', 'CiphertextBlob is required.'),
    ],
    [
      'a destination that is not there',
      { DestinationKeyId: unknownKeyId },
      refused('NotFoundException', `Key '${arnOf(`key/${unknownKeyId}`)}' does not exist`),
    ],
    [
      'a source by a name that is none',
      { SourceKeyId: 'alias/x' },
      refused('NotFoundException', `Alias ${arnOf('alias/x')} is not found.`),
    ],
    ['an algorithm of other keys to open', { SourceEncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }, mismatch],
    ['an algorithm of other keys to seal', { DestinationEncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }, mismatch],
    ['a grant token', { GrantTokens: ['t'] }, refused('InvalidGrantTokenException')],
    ['a dry run that would have succeeded', { DryRun: true }, dryRun],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const { refusal, input } = await sealed();
      expect(await refusal(reEncrypt, { ...input, ...change })).toEqual(body);
    });
  }

  test('refuses a source that is not the one expected', async () => {
    const { refusal, destination, input } = await sealed();
    expect(await refusal(reEncrypt, { ...input, SourceKeyId: destination.keyId })).toMatchObject({
      __type: 'IncorrectKeyException',
    });
  });

  for (const [state, verdict] of [
    ['Disabled', 'is disabled.'],
    ['PendingDeletion', 'is pending deletion.'],
    ['PendingImport', 'is pending import.'],
  ] as const) {
    const type = state === 'Disabled' ? 'DisabledException' : 'KMSInvalidStateException';
    test(`refuses a destination that is ${state}`, async () => {
      const api = await sealed();
      const arn = await keyIn(state, api);
      expect(await api.refusal(reEncrypt, { ...api.input, DestinationKeyId: arn })).toEqual(
        refused(type, `${arn} ${verdict}`),
      );
    });
    if (state === 'PendingImport') continue;
    test(`refuses a source that is ${state}`, async () => {
      const { kms, refusal, source, input } = await sealed();
      if (state === 'Disabled') await kms.keys.disable(user, source.keyId);
      else await kms.keys.scheduleDeletion(user, source.keyId, 7);
      expect(await refusal(reEncrypt, input)).toEqual(refused(type, `${source.arn} ${verdict}`));
    });
  }

  test('without ciphertext asks both keys, as a dry run', async () => {
    const { kms, refusal, source, destination } = await sealed();
    const input = {
      DryRun: true,
      DryRunModifiers: ['IGNORE_CIPHERTEXT'],
      SourceKeyId: source.arn,
      DestinationKeyId: destination.arn,
    };
    expect(await refusal(reEncrypt, input)).toEqual(dryRun);
    expect(await refusal(reEncrypt, { ...input, SourceKeyId: undefined })).toEqual(
      refused('ValidationException', 'SourceKeyId is required.'),
    );
    for (const [key, Message] of [
      [source, 'kms:ReEncryptFrom'],
      [destination, 'kms:ReEncryptTo'],
    ] as const) {
      const own = await kms.keys.create(stranger, {});
      const mixed = { ...input, SourceKeyId: own.arn, DestinationKeyId: own.arn };
      const asked = key === source ? { SourceKeyId: key.arn } : { DestinationKeyId: key.arn };
      expect(await refusal(reEncrypt, { ...mixed, ...asked }, stranger)).toMatchObject({
        __type: 'AccessDeniedException',
        Message: expect.stringContaining(`${Message} on resource: ${key.arn}`),
      });
    }
    await kms.keys.disable(user, destination.keyId);
    expect(await refusal(reEncrypt, input)).toEqual(
      refused('DisabledException', `${destination.arn} is disabled.`),
    );
  });
});
