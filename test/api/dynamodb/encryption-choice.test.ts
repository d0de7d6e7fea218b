import { describe, expect, test } from 'vitest';
import { encryptionChoice, type SseSpecification } from '../../../src/api/dynamodb/encryption-choice.ts';
import type { EncryptionChoice } from '../../../src/tables/encryption-choice.ts';
import { refusalOf } from '../../support/refusal.ts';

const keyId = 'arn:aws:kms:us-east-1:000000000000:key/1';
const owned = { kind: 'owned' } as const;
const managed = { kind: 'managed' } as const;
const customer = { kind: 'customer', keyId } as const;

describe('an SSESpecification chooses a key', () => {
  const cases: [SseSpecification, EncryptionChoice][] = [
    [{}, owned],
    [{ Enabled: false }, owned],
    [{ Enabled: true }, managed],
    [{ SSEType: 'KMS' }, managed],
    [{ Enabled: true, SSEType: 'KMS' }, managed],
    [{ SSEType: 'KMS', KMSMasterKeyId: 'alias/aws/dynamodb' }, managed],
    [{ SSEType: 'KMS', KMSMasterKeyId: keyId }, customer],
    [{ Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyId }, customer],
  ];
  for (const [specification, choice] of cases) {
    test(`${JSON.stringify(specification)}: ${choice.kind}`, () => {
      expect(encryptionChoice(specification)).toEqual(choice);
    });
  }
});

describe('an SSESpecification is refused that contradicts itself', () => {
  const noType = 'SSEType can not be specified if Enabled is false';
  const noKey = 'KMSMasterKeyId can not be specified if Enabled is false';
  const wantsType = 'SSEType KMS is required if KMSMasterKeyId is specified';
  const notAes = 'SSEType AES256 is not supported';
  const cases: [SseSpecification, string][] = [
    [{ Enabled: false, SSEType: 'KMS' }, noType],
    [{ Enabled: false, SSEType: 'AES256' }, noType],
    [{ Enabled: false, SSEType: 'KMS', KMSMasterKeyId: keyId }, noType],
    [{ Enabled: false, KMSMasterKeyId: keyId }, noKey],
    [{ KMSMasterKeyId: keyId }, wantsType],
    [{ Enabled: true, KMSMasterKeyId: keyId }, wantsType],
    [{ SSEType: 'AES256' }, notAes],
    [{ Enabled: true, SSEType: 'AES256', KMSMasterKeyId: keyId }, notAes],
  ];
  for (const [specification, sentence] of cases) {
    test(`${JSON.stringify(specification)}: ${sentence}`, async () => {
      expect(await refusalOf(() => encryptionChoice(specification))).toBe(
        `Validation: One or more parameter values were invalid: ${sentence}`,
      );
    });
  }
});
