import { describe, expect, test, vi } from 'vitest';
import { decrypt } from '../../../src/api/kms/decrypt.ts';
import { encrypt } from '../../../src/api/kms/encrypt.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  arnOf,
  bytesOf,
  invalid,
  openKmsApi,
  refused,
  stranger,
  unknownKeyId,
} from '../../support/kms-api.ts';

const secret = Buffer.from('a secret of books');
const context = new Map([
  ['a', '1'],
  ['ä', '2'],
  ['__proto__', '3'],
]);

async function sealed() {
  const api = await openKmsApi();
  const key = await api.kms.keys.create(user, {});
  const input = { KeyId: key.keyId, Plaintext: secret, EncryptionContext: context };
  const { CiphertextBlob } = await api.call(encrypt, input);
  return { ...api, key, input: { CiphertextBlob: bytesOf(CiphertextBlob), EncryptionContext: context } };
}

const damaged = refused('InvalidCiphertextException');
const dryRun = refused(
  'DryRunOperationException',
  'The request would have succeeded, but the DryRun option is set.',
);

describe('Decrypt', () => {
  test('answers plaintext, ARN, algorithm and material, whatever of the key was given', async () => {
    const { kms, call, key, input } = await sealed();
    await kms.aliases.create(user, 'alias/books', key.keyId);
    for (const KeyId of [undefined, key.keyId, key.arn, 'alias/books', arnOf('alias/books')]) {
      expect(await call(decrypt, { ...input, KeyId })).toEqual({
        Plaintext: secret.toString('base64'),
        KeyId: key.arn,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        KeyMaterialId: key.materials[0]?.id,
      });
    }
  });

  test('takes the context in any order (E4)', async () => {
    const { call, input } = await sealed();
    const reversed = new Map([...context].reverse());
    expect(await call(decrypt, { ...input, EncryptionContext: reversed })).toHaveProperty('Plaintext');
  });

  const pairs = [...context];
  for (const [name, EncryptionContext] of [
    ['none', undefined],
    ['an empty one', new Map()],
    ['one with a pair less', new Map(pairs.slice(1))],
    ['one without the pair named __proto__', new Map(pairs.slice(0, 2))],
    ['one with a pair more', new Map([...pairs, ['c', '4']])],
    ['one in other case', new Map([...pairs.slice(1), ['A', '1']])],
    ['one with another value', new Map([...pairs, ['a', '2']])],
    [
      'one in another form of Unicode',
      new Map([...pairs.filter(([k]) => k !== 'ä'), ['ä'.normalize('NFD'), '2']]),
    ],
  ] as const) {
    test(`refuses ${name} where the context was another, without a word why (E4)`, async () => {
      const { refusal, input } = await sealed();
      expect(await refusal(decrypt, { ...input, EncryptionContext })).toEqual(damaged);
    });
  }

  test('R-ORA-1: refuses each flipped byte of a ciphertext with one and the same error (E3)', async () => {
    const { refusal, input } = await sealed();
    for (let at = 0; at < input.CiphertextBlob.length; at++) {
      const flipped = Buffer.from(input.CiphertextBlob);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      expect(await refusal(decrypt, { ...input, CiphertextBlob: flipped }), `byte ${at}`).toEqual(damaged);
    }
  });

  test('R-ORA-1: refuses garbage, and what was cut or lengthened, with that error too (E3)', async () => {
    const { refusal, input } = await sealed();
    const { CiphertextBlob: whole } = input;
    for (const CiphertextBlob of [
      Buffer.from([0]),
      Buffer.alloc(6144, 1),
      whole.subarray(0, 20),
      whole.subarray(0, -1),
      Buffer.concat([whole, Buffer.from([0])]),
    ]) {
      expect(await refusal(decrypt, { ...input, CiphertextBlob })).toEqual(damaged);
    }
  });

  test('refuses the ciphertext of another key than the one expected (E3)', async () => {
    const { kms, refusal, input } = await sealed();
    const other = await kms.keys.create(user, {});
    expect(await refusal(decrypt, { ...input, KeyId: other.keyId })).toEqual(
      refused(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      ),
    );
  });

  test("refuses a stranger's hands on it, without saying whether the key is there", async () => {
    const { refusal, input } = await sealed();
    expect(await refusal(decrypt, input, stranger)).toEqual({
      __type: 'AccessDeniedException',
      Message:
        'The ciphertext refers to a customer master key that does not exist, does not exist in this region, ' +
        'or you are not allowed to access.',
    });
  });

  test('is refused while the key is disabled or pending deletion, and once it is gone', async () => {
    const { kms, clock, refusal, key, input } = await sealed();
    await kms.keys.disable(user, key.keyId);
    expect(await refusal(decrypt, input)).toEqual(refused('DisabledException', `${key.arn} is disabled.`));
    await kms.keys.scheduleDeletion(user, key.keyId, 7);
    expect(await refusal(decrypt, input)).toEqual(
      refused('KMSInvalidStateException', `${key.arn} is pending deletion.`),
    );
    for (let day = 0; day < 9; day++) await clock.advanceAndSettle(86_400_000);
    expect(await refusal(decrypt, input)).toMatchObject({ __type: 'AccessDeniedException' });
  });

  const at = "Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length";
  for (const [name, change, body] of [
    [
      'no ciphertext',
      { CiphertextBlob: undefined },
      refused('ValidationException', 'CiphertextBlob is required.'),
    ],
    ['an empty one', { CiphertextBlob: Buffer.alloc(0) }, invalid(`${at} greater than or equal to 1`)],
    ['6145 bytes', { CiphertextBlob: Buffer.alloc(6145) }, invalid(`${at} less than or equal to 6144`)],
    ['a key id that is none', { KeyId: 'garbage' }, refused('NotFoundException', "Invalid keyId 'garbage'")],
    [
      'a key that is not there',
      { KeyId: unknownKeyId },
      refused('NotFoundException', `Key '${arnOf(`key/${unknownKeyId}`)}' does not exist`),
    ],
    ['a grant token', { GrantTokens: ['t'] }, refused('InvalidGrantTokenException')],
    [
      'an algorithm of other keys',
      { EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' },
      refused(
        'InvalidKeyUsageException',
        'Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT.',
      ),
    ],
    [
      'an enclave to answer to',
      { Recipient: { AttestationDocument: Buffer.from('a') } },
      refused(
        'UnsupportedOperationException',
        'Recipient is not supported: this key service cannot verify an attestation document.',
      ),
    ],
    ['a dry run that would have succeeded', { DryRun: true }, dryRun],
    ['a dry run with a context that is wrong', { DryRun: true, EncryptionContext: undefined }, damaged],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const { refusal, input } = await sealed();
      expect(await refusal(decrypt, { ...input, ...change })).toEqual(body);
    });
  }

  test('R-MEM-2: wipes the plaintext that it then refuses to give out', async () => {
    const { kms, refusal, call, input } = await sealed();
    const opened = vi.spyOn(kms.use, 'decrypt');
    await refusal(decrypt, { ...input, DryRun: true });
    await call(decrypt, input);
    const texts = opened.mock.results.map(({ value }) => Buffer.from(value.plaintext).toString());
    const wiped = '\0'.repeat(secret.length);
    expect(texts).toEqual([wiped, secret.toString()]);
  });
});

describe('Decrypt, as a dry run without ciphertext', () => {
  const rehearsal = { DryRun: true, DryRunModifiers: ['IGNORE_CIPHERTEXT'] };

  test('says what the key would have', async () => {
    const { kms, refusal, key } = await sealed();
    const input = { ...rehearsal, KeyId: key.keyId };
    expect(await refusal(decrypt, input)).toEqual(dryRun);
    await kms.keys.disable(user, key.keyId);
    expect(await refusal(decrypt, input)).toEqual(refused('DisabledException', `${key.arn} is disabled.`));
    const foreign = { ...rehearsal, KeyId: key.arn };
    expect(await refusal(decrypt, foreign, stranger)).toMatchObject({ __type: 'AccessDeniedException' });
  });

  test('needs a key, and is none without DryRun', async () => {
    const { refusal, key } = await sealed();
    expect(await refusal(decrypt, rehearsal)).toEqual(refused('ValidationException', 'KeyId is required.'));
    expect(await refusal(decrypt, { ...rehearsal, DryRun: false, KeyId: key.keyId })).toEqual(
      refused('ValidationException', 'CiphertextBlob is required.'),
    );
  });
});
