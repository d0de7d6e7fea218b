import { describe, expect, test } from 'vitest';
import { createKey } from '../../../src/api/kms/create-key.ts';
import { describeKey } from '../../../src/api/kms/describe-key.ts';
import { account, user } from '../../support/embedded-kms.ts';
import { arnOf, invalid, openKmsApi, refused } from '../../support/kms-api.ts';

const oaep = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];
const rsa = ['RSASSA_PKCS1_V1_5_SHA_', 'RSASSA_PSS_SHA_'].flatMap((name) =>
  ['256', '384', '512'].map((bits) => name + bits),
);
const kinds = [
  ['RSA_2048', 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms', oaep],
  ['RSA_2048', 'SIGN_VERIFY', 'SigningAlgorithms', rsa],
  ['ECC_NIST_P256', 'SIGN_VERIFY', 'SigningAlgorithms', ['ECDSA_SHA_256']],
  ['ECC_NIST_P384', 'KEY_AGREEMENT', 'KeyAgreementAlgorithms', ['ECDH']],
  ['ECC_NIST_P521', 'SIGN_VERIFY', 'SigningAlgorithms', ['ECDSA_SHA_512']],
  ['ECC_SECG_P256K1', 'SIGN_VERIFY', 'SigningAlgorithms', ['ECDSA_SHA_256']],
  ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', 'SigningAlgorithms', ['ED25519_SHA_512']],
  ['HMAC_224', 'GENERATE_VERIFY_MAC', 'MacAlgorithms', ['HMAC_SHA_224']],
  ['HMAC_512', 'GENERATE_VERIFY_MAC', 'MacAlgorithms', ['HMAC_SHA_512']],
] as const;

describe('CreateKey', () => {
  test('answers the metadata of a plain symmetric key, member for member', async () => {
    const { clock, kms, call } = await openKmsApi();
    const { KeyMetadata, ...rest } = await call(createKey, {});
    const [key] = kms.keys.list(user);
    expect(rest).toEqual({});
    expect(KeyMetadata).toEqual({
      AWSAccountId: account,
      Arn: arnOf(`key/${key?.keyId}`),
      CreationDate: clock.nowMs() / 1000,
      CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      Description: '',
      Enabled: true,
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyId: key?.keyId,
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
      Origin: 'AWS_KMS',
    });
    expect(key?.keyId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test('makes a key that waits for its material where that is to be imported', async () => {
    const { call } = await openKmsApi();
    const { KeyMetadata } = await call(createKey, { Origin: 'EXTERNAL' });
    expect(KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'PendingImport', Origin: 'EXTERNAL' });
    expect(KeyMetadata).not.toHaveProperty('CurrentKeyMaterialId');
    expect(KeyMetadata).not.toHaveProperty('ExpirationModel');
  });

  test('gives the key its description, policy and tags', async () => {
    const { kms, call } = await openKmsApi();
    const Policy = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}';
    const Tags = [{ TagKey: 'a', TagValue: '1' }];
    await call(createKey, { Description: 'for books', Policy, Tags });
    expect(kms.keys.list(user)).toMatchObject([
      { description: 'for books', policy: Policy, tags: [{ key: 'a', value: '1' }] },
    ]);
  });

  for (const input of [
    { KeySpec: 'SYMMETRIC_DEFAULT' },
    { CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' },
    { KeyUsage: 'ENCRYPT_DECRYPT' },
    { Origin: 'AWS_KMS', MultiRegion: false, BypassPolicyLockoutSafetyCheck: true },
  ]) {
    test(`takes ${JSON.stringify(input)}`, async () => {
      const { call } = await openKmsApi();
      expect(await call(createKey, input)).toMatchObject({ KeyMetadata: { KeySpec: 'SYMMETRIC_DEFAULT' } });
    });
  }

  for (const [KeySpec, KeyUsage, member, algorithms] of kinds) {
    test(`makes a key of ${KeySpec} for ${KeyUsage}, which DescribeKey shows alike`, async () => {
      const { call } = await openKmsApi();
      const { KeyMetadata } = await call(createKey, { KeySpec, KeyUsage });
      expect(KeyMetadata).toMatchObject({
        CustomerMasterKeySpec: KeySpec,
        KeySpec,
        KeyUsage,
        KeyState: 'Enabled',
        [member]: algorithms,
      });
      expect(KeyMetadata).not.toHaveProperty('CurrentKeyMaterialId');
      const members = Object.keys(KeyMetadata ?? {}).filter((name) => name.endsWith('Algorithms'));
      expect(members).toEqual([member]);
      const { KeyId } = Object(KeyMetadata);
      expect(await call(describeKey, { KeyId })).toEqual({ KeyMetadata });
    });
  }

  test('makes a multi-Region key, whose id says so', async () => {
    const { call } = await openKmsApi();
    const { KeyMetadata } = await call(createKey, { MultiRegion: true });
    expect(KeyMetadata).toMatchObject({
      KeyId: expect.stringMatching(/^mrk-[0-9a-f]{32}$/),
      Arn: expect.stringMatching(/:key\/mrk-[0-9a-f]{32}$/),
      MultiRegion: true,
    });
  });

  const wrong = (message: string) => refused('ValidationException', message);
  const unsupported = (message: string) => refused('UnsupportedOperationException', message);
  const spec = (name: string) =>
    unsupported(`KeySpec ${name} is not supported: this key service has no cipher for it.`);
  const stores = unsupported('Custom key stores are not supported: this key service keeps its keys itself.');
  const noSuchStore = refused('CustomKeyStoreNotFoundException');
  const malformed = (message: string) => refused('MalformedPolicyDocumentException', message);
  for (const [input, body] of [
    [
      { KeySpec: 'RSA_2048' },
      wrong('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.'),
    ],
    [
      { KeyUsage: 'SIGN_VERIFY' },
      wrong('KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT'),
    ],
    [
      { KeySpec: 'HMAC_256', KeyUsage: 'ENCRYPT_DECRYPT' },
      wrong('KeyUsage ENCRYPT_DECRYPT is not compatible with KeySpec HMAC_256'),
    ],
    [
      { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'KEY_AGREEMENT' },
      wrong('KeyUsage KEY_AGREEMENT is not compatible with KeySpec ECC_SECG_P256K1'),
    ],
    [
      { KeySpec: 'SYMMETRIC_DEFAULT', CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' },
      wrong(
        'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. ' +
          'CustomerMasterKeySpec is deprecated.',
      ),
    ],
    [{ KeySpec: 'ML_DSA_65', KeyUsage: 'SIGN_VERIFY' }, spec('ML_DSA_65')],
    [{ KeySpec: 'SM2', KeyUsage: 'ENCRYPT_DECRYPT' }, spec('SM2')],
    [
      { KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'KEY_AGREEMENT' },
      wrong('KeyUsage KEY_AGREEMENT is not compatible with KeySpec ECC_NIST_EDWARDS25519'),
    ],
    [
      { Origin: 'AWS_CLOUDHSM' },
      unsupported('Origin AWS_CLOUDHSM is not supported: this key service has no custom key stores.'),
    ],
    [{ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-1' }, noSuchStore],
    [{ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: 'cks-1', XksKeyId: 'x' }, noSuchStore],
    [{ Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'x' }, stores],
    [{ Policy: 'no JSON' }, malformed('A policy is valid JSON.')],
    [{ Policy: '[]' }, malformed('A policy is a JSON object.')],
    [
      { Tags: [{ TagKey: 'aws:a', TagValue: '' }] },
      refused('TagException', 'Tags beginning with aws: are reserved'),
    ],
    [
      { Policy: `{"Id":"${'a'.repeat(32_768)}"}` },
      refused('LimitExceededException', 'A key policy has at most 32768 bytes.'),
    ],
    [
      { Origin: 'MY_OWN' },
      invalid(
        "Value 'MY_OWN' at 'origin' failed to satisfy constraint: " +
          'Member must satisfy enum value set: [EXTERNAL, EXTERNAL_KEY_STORE, AWS_CLOUDHSM, AWS_KMS]',
      ),
    ],
  ] as const) {
    test(`refuses ${JSON.stringify(input).slice(0, 80)}, and makes nothing`, async () => {
      const { kms, refusal } = await openKmsApi();
      expect(await refusal(createKey, input)).toEqual(body);
      expect(kms.keys.list(user)).toEqual([]);
    });
  }
});
