import { describe, expect, test } from 'vitest';
import { replicaEncryption } from '../../src/lifecycle/replica-encryption.ts';
import { refusalOf } from '../support/refusal.ts';

const invalid = 'Validation: One or more parameter values were invalid: ';
const unnamed = `${invalid}KMSMasterKeyId must be specified for each replica.`;
const mixed = `${invalid}All replica keys must either be Customer Managed CMK or AWS Managed CMK.`;
const owned = `${invalid}KMSMasterKeyId can not be specified for a replica of a table under the AWS owned key.`;

describe('all replicas are under keys of one kind (aws-behaviour §1.7)', () => {
  for (const [encryption, keyId, expected] of [
    ['owned', undefined, { kind: 'owned' }],
    ['owned', 'k', owned],
    ['owned', 'alias/aws/dynamodb', owned],
    ['managed', undefined, { kind: 'managed' }],
    ['managed', 'alias/aws/dynamodb', { kind: 'managed' }],
    ['managed', 'k', mixed],
    ['customer', undefined, unnamed],
    ['customer', 'alias/aws/dynamodb', mixed],
    ['customer', 'k', { kind: 'customer', keyId: 'k' }],
  ] as const) {
    test(`${encryption} table, key ${keyId ?? 'not named'}`, async () => {
      const choose = () => replicaEncryption({ encryption }, keyId);
      if (typeof expected === 'string') expect(await refusalOf(choose)).toBe(expected);
      else expect(choose()).toEqual(expected);
    });
  }
});
