import { describe, expect, test } from 'vitest';
import {
  algorithmsOf,
  hashOf,
  isKeySpec,
  isSameKind,
  isSymmetric,
  keySpecs,
  kindOf,
  makeOf,
  requireAlgorithm,
  requireUsage,
  specOf,
  usageOf,
} from '../../../src/kms/embedded/key-spec.ts';
import { refusalOf } from '../../support/refusal.ts';

const arn = 'arn:aws:kms:us-east-1:111122223333:key/x';
const usages = ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT'] as const;

/** As the AWS guide lists them: encryption, signing, MAC, agreement. */
const table = {
  SYMMETRIC_DEFAULT: [1, 0, 0, 0],
  RSA_2048: [2, 6, 0, 0],
  RSA_3072: [2, 6, 0, 0],
  RSA_4096: [2, 6, 0, 0],
  ECC_NIST_P256: [0, 1, 0, 1],
  ECC_NIST_P384: [0, 1, 0, 1],
  ECC_NIST_P521: [0, 1, 0, 1],
  ECC_SECG_P256K1: [0, 1, 0, 0],
  ECC_NIST_EDWARDS25519: [0, 1, 0, 0],
  HMAC_224: [0, 0, 1, 0],
  HMAC_256: [0, 0, 1, 0],
  HMAC_384: [0, 0, 1, 0],
  HMAC_512: [0, 0, 1, 0],
} as const;

describe('a key spec', () => {
  test('is one of these', () => expect(keySpecs).toEqual(Object.keys(table)));

  for (const spec of keySpecs) {
    for (const [index, usage] of usages.entries()) {
      const count = table[spec][index] ?? 0;
      test(`${spec} has ${count} algorithms for ${usage}`, async () => {
        expect(algorithmsOf({ spec, usage })).toHaveLength(count);
        if (count > 0) expect(kindOf({ spec, usage })).toEqual({ spec, usage });
        else {
          expect(await refusalOf(() => kindOf({ spec, usage }))).toBe(
            `Validation: KeyUsage ${usage} is not compatible with KeySpec ${spec}`,
          );
        }
      });
    }
  }

  test('names no property of every object', () => {
    expect(['constructor', '__proto__', 'toString', 'sm2'].filter(isKeySpec)).toEqual([]);
  });

  test('is symmetric where nothing is said, and then encrypts', () => {
    expect(kindOf({})).toEqual({ spec: 'SYMMETRIC_DEFAULT', usage: 'ENCRYPT_DECRYPT' });
    expect([specOf({}), usageOf({}), isSymmetric({})]).toEqual([
      'SYMMETRIC_DEFAULT',
      'ENCRYPT_DECRYPT',
      true,
    ]);
    expect(isSymmetric({ spec: 'HMAC_256' })).toBe(false);
    expect(makeOf('HMAC_384')).toEqual({ kind: 'hmac', bytes: 48, bytesMax: 128 });
  });

  for (const [spec, usage, refusal] of [
    ['RSA_2048', undefined, /^Validation: You must specify a KeyUsage value for all KMS keys except for/],
    ['ML_DSA_44', 'SIGN_VERIFY', /^UnsupportedKeyOperation: KeySpec ML_DSA_44 is not supported/],
    ['SM2', 'KEY_AGREEMENT', /^UnsupportedKeyOperation: KeySpec SM2 is not supported/],
    ['SM2', 'GENERATE_VERIFY_MAC', /^Validation: KeyUsage GENERATE_VERIFY_MAC is not compatible with/],
  ] as const) {
    test(`${spec} for ${usage} is refused`, async () => {
      expect(await refusalOf(() => kindOf({ spec, usage }))).toMatch(refusal);
    });
  }
});

describe('a key', () => {
  const key = { arn, spec: 'RSA_2048', usage: 'SIGN_VERIFY' } as const;

  test('is used for what it is there for alone', async () => {
    for (const operation of ['Sign', 'Verify', 'DescribeKey']) requireUsage(key, operation);
    expect(await refusalOf(() => requireUsage(key, 'Encrypt'))).toBe(
      `KeyUsageWrong: ${arn} key usage is SIGN_VERIFY which is not valid for Encrypt.`,
    );
    expect(await refusalOf(() => requireUsage({ arn }, 'GenerateMac'))).toBe(
      `KeyUsageWrong: ${arn} key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac.`,
    );
  });

  test('is used with its own algorithms alone', async () => {
    requireAlgorithm(key, 'RSASSA_PSS_SHA_256');
    requireAlgorithm({ arn }, 'SYMMETRIC_DEFAULT');
    for (const algorithm of ['RSAES_OAEP_SHA_1', 'ECDSA_SHA_256', 'SYMMETRIC_DEFAULT', '']) {
      expect(await refusalOf(() => requireAlgorithm(key, algorithm))).toBe(
        `KeyUsageWrong: Algorithm ${algorithm} is incompatible with key spec RSA_2048.`,
      );
    }
  });
});

test('keys can stand in for each other where type and usage are the same', () => {
  const signing = { spec: 'RSA_2048', usage: 'SIGN_VERIFY' } as const;
  const hmac = { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' } as const;
  expect(isSameKind({}, {})).toBe(true);
  expect(isSameKind(signing, { spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' })).toBe(true);
  expect(isSameKind(hmac, { ...hmac, spec: 'HMAC_512' })).toBe(true);
  expect(isSameKind({}, { spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' })).toBe(false);
  expect(isSameKind(signing, { ...signing, usage: 'ENCRYPT_DECRYPT' })).toBe(false);
  expect(isSameKind(hmac, signing)).toBe(false);
});

test('every algorithm with a hash tells it', () => {
  expect(['HMAC_SHA_224', 'ECDSA_SHA_256', 'RSASSA_PSS_SHA_384', 'ECDSA_SHA_512'].map(hashOf)).toEqual([
    'sha224',
    'sha256',
    'sha384',
    'sha512',
  ]);
});
