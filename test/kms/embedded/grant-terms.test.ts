import { describe, expect, test } from 'vitest';
import type { GrantOperation } from '../../../src/kms/embedded/grant.ts';
import { type GrantedKey, type GrantRequest, grantTerms } from '../../../src/kms/embedded/grant-terms.ts';
import { user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const arn = `arn:aws:kms:us-east-1:${user.account}:key/k`;
const symmetric: GrantedKey = { arn };
const request: GrantRequest = { grantee: user.arn, operations: ['Decrypt'] };
const service = { operations: request.operations, granteeService: 'dynamodb.amazonaws.com' };
const pairs = (count: number, length = 1) =>
  new Map(Array.from({ length: count }, (_, n) => [`k${n}`, 'v'.repeat(length)]));

test('a request becomes terms, each operation once', () => {
  const terms = grantTerms(
    { ...request, name: 'n', operations: ['Decrypt', 'Encrypt', 'Decrypt'], subset: pairs(2) },
    symmetric,
  );
  expect(terms).toMatchObject({
    name: 'n',
    grantee: { kind: 'arn', name: user.arn },
    operations: ['Decrypt', 'Encrypt'],
    constraints: { subset: [...pairs(2)] },
  });
  expect(terms.retiree).toBeUndefined();
});

describe('a request is refused', () => {
  const rows: [string, GrantRequest, RegExp][] = [
    ['for nobody', { operations: ['Decrypt'] }, /Value null at 'granteePrincipal' .*must not be null$/],
    ['for two grantees', { ...request, granteeService: 's.amazonaws.com' }, /Give GranteePrincipal or/],
    [
      'for two who may retire it',
      { ...request, retiree: user.arn, retireeService: 's.amazonaws.com' },
      /Give RetiringPrincipal or/,
    ],
    ['for what is no principal', { ...request, grantee: 'ada' }, /^InvalidArn: /],
    ['with what is no principal to retire it', { ...request, retiree: 'ada' }, /^InvalidArn: /],
    ['for a service without a source', { ...service, retiree: user.arn }, /SourceArn/],
    ['for a service that nobody may retire', { ...service, sourceArn: 'arn:x' }, /SourceArn/],
    ['without operations', { ...request, operations: [] }, /Value '\[\]' at 'operations'/],
    ['with nine pairs', { ...request, equals: pairs(9) }, /at most 8 encryption context pairs/],
    ['with a value of 385 characters', { ...request, subset: pairs(1, 385) }, /at most 384 characters/],
    ['with half a character', { ...request, subset: new Map([['k', '\ud800']]) }, /well-formed/],
  ];
  for (const [what, wanted, refusal] of rows) {
    test(what, async () => {
      expect(await refusalOf(() => grantTerms(wanted, symmetric))).toMatch(refusal);
    });
  }
  test('not at the limits of its constraints, nor for a service that has all it needs', () => {
    expect(grantTerms({ ...request, equals: pairs(8, 384) }, symmetric).constraints.equals).toHaveLength(8);
    const whole = { ...service, sourceArn: 'arn:x', retireeService: 'dynamodb.amazonaws.com' };
    expect(grantTerms(whole, symmetric).grantee.kind).toBe('service');
  });
});

describe('operations fit the kind of key', () => {
  const rows: [GrantedKey, readonly GrantOperation[], readonly GrantOperation[]][] = [
    [
      symmetric,
      ['Encrypt', 'GenerateDataKeyPair', 'CreateGrant', 'DescribeKey'],
      ['Sign', 'GenerateMac', 'GetPublicKey'],
    ],
    [
      { arn, spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' },
      ['Decrypt', 'GetPublicKey'],
      ['GenerateDataKey', 'Sign'],
    ],
    [
      { arn, spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' },
      ['Sign', 'Verify', 'RetireGrant'],
      ['Encrypt', 'DeriveSharedSecret'],
    ],
    [
      { arn, spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' },
      ['GenerateMac', 'VerifyMac'],
      ['GetPublicKey', 'Decrypt'],
    ],
    [{ arn, spec: 'ECC_NIST_P256', usage: 'KEY_AGREEMENT' }, ['DeriveSharedSecret'], ['Sign']],
  ];
  for (const [key, fitting, foreign] of rows) {
    test(`${key.spec ?? 'SYMMETRIC_DEFAULT'} for ${key.usage ?? 'ENCRYPT_DECRYPT'}`, async () => {
      expect(grantTerms({ ...request, operations: fitting }, key).operations).toEqual(fitting);
      for (const operation of foreign) {
        expect(await refusalOf(() => grantTerms({ ...request, operations: [operation] }, key))).toBe(
          `Validation: ${arn} does not support these operations of a grant: [${operation}].`,
        );
      }
    });
  }
  test('and constraints on an encryption context fit symmetric keys alone', async () => {
    const key = { arn, spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' };
    const wanted: GrantRequest = { ...request, operations: ['GenerateMac'], subset: pairs(1) };
    expect(await refusalOf(() => grantTerms(wanted, key))).toBe(
      'Validation: EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.',
    );
  });
});
