import { describe, expect, test } from 'vitest';
import { kmsOperations } from '../../src/api/kms/index.ts';
import { isReadingKeys, keyAnswer, keyParameters, keyResource } from '../../src/audit/key-event.ts';
import { account, keyArn } from './support.ts';

/** aws-behaviour §6.2 and §6.3. */
const changing = [
  ...[
    'CancelKeyDeletion',
    'ConnectCustomKeyStore',
    'CreateAlias',
    'CreateCustomKeyStore',
    'CreateGrant',
    'CreateKey',
  ],
  ...['DeleteAlias', 'DeleteCustomKeyStore', 'DeleteImportedKeyMaterial', 'DisableKey', 'DisableKeyRotation'],
  ...[
    'DisconnectCustomKeyStore',
    'EnableKey',
    'EnableKeyRotation',
    'ImportKeyMaterial',
    'PutKeyPolicy',
    'ReplicateKey',
  ],
  ...[
    'RetireGrant',
    'RevokeGrant',
    'RotateKeyOnDemand',
    'ScheduleKeyDeletion',
    'TagResource',
    'UntagResource',
  ],
  ...['UpdateAlias', 'UpdateCustomKeyStore', 'UpdateKeyDescription', 'UpdatePrimaryRegion'],
];

test('every operation of KMS is one that reads, or one of those that change something', () => {
  const found = kmsOperations.map(({ name }) => name).filter((name) => !isReadingKeys(name));
  expect(found.sort()).toEqual(changing.sort());
});

describe('of a request are shown', () => {
  test.each<[string, object, object | null]>([
    [
      'Encrypt',
      { KeyId: 'k', Plaintext: Uint8Array.of(1) },
      { keyId: 'k', encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    ],
    [
      'Decrypt',
      { CiphertextBlob: Uint8Array.of(1), EncryptionContext: new Map([['a', 'b']]) },
      { encryptionAlgorithm: 'SYMMETRIC_DEFAULT', encryptionContext: { a: 'b' } },
    ],
    ['GenerateDataKey', { KeyId: 'k', KeySpec: 'AES_256' }, { keyId: 'k', keySpec: 'AES_256' }],
    ['GenerateRandom', {}, null],
    ['RetireGrant', { GrantToken: 'secret', KeyId: 'k' }, null],
    [
      'PutKeyPolicy',
      { KeyId: 'k', PolicyName: 'default', Policy: '{}' },
      { keyId: 'k', policyName: 'default' },
    ],
    ['ScheduleKeyDeletion', { KeyId: 'k' }, { keyId: 'k', pendingWindowInDays: 30 }],
    [
      'CreateKey',
      { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
      {
        description: '',
        origin: 'AWS_KMS',
        keySpec: 'HMAC_256',
        customerMasterKeySpec: 'HMAC_256',
        keyUsage: 'GENERATE_VERIFY_MAC',
        bypassPolicyLockoutSafetyCheck: false,
        multiRegion: false,
      },
    ],
  ])('%s %j', (operation, input, parameters) => {
    expect(keyParameters(operation, input)).toEqual(parameters);
  });
});

describe('of an answer are shown', () => {
  test.each<[string, object, object | null]>([
    ['Decrypt', { KeyId: keyArn, Plaintext: Uint8Array.of(1) }, null],
    ['DescribeKey', { KeyMetadata: { KeyId: 'k' } }, null],
    ['EnableKey', {}, { keyId: keyArn }],
    ['CreateAlias', {}, null],
    ['RevokeGrant', {}, null],
    ['CreateGrant', { GrantId: 'g', GrantToken: 'secret' }, { keyId: keyArn, grantId: 'g' }],
    [
      'CreateKey',
      { KeyMetadata: { KeyId: 'k', AWSAccountId: account } },
      { keyMetadata: { keyId: 'k', aWSAccountId: account } },
    ],
    [
      'ScheduleKeyDeletion',
      { KeyId: keyArn, DeletionDate: 1_618_253_910, KeyState: 'PendingDeletion', PendingWindowInDays: 7 },
      {
        keyId: keyArn,
        deletionDate: 'Apr 12, 2021 18:58:30 PM',
        keyState: 'PendingDeletion',
        pendingWindowInDays: 7,
      },
    ],
  ])('%s %j', (operation, output, elements) => {
    expect(keyAnswer(operation, output, keyArn)).toEqual(elements);
  });
});

test('a resource is a key or an alias', () => {
  const alias = `arn:aws:kms:us-east-1:${account}:alias/books`;
  expect([keyArn, alias].map(keyResource)).toEqual([
    { accountId: account, type: 'AWS::KMS::Key', ARN: keyArn },
    { accountId: account, type: 'AWS::KMS::Alias', ARN: alias },
  ]);
});
