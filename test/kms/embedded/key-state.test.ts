import { describe, expect, test } from 'vitest';
import { isRefusal, Refusal } from '../../../src/base/errors.ts';
import {
  type KeyOperation,
  keyOperations,
  keyStates,
  requireState,
  type Verdict,
  verdictOf,
} from '../../../src/kms/embedded/key-state.ts';

/** The published table in shorthand: a column a state; o ok, d disabled, p pending deletion, n not pending deletion,
 * i pending import, u unavailable, c creating, b updating. */
const published: Record<string, string> = {
  CancelKeyDeletion: 'nnonnnn',
  'CreateAlias TagResource UntagResource UpdateKeyDescription UpdateAlias': 'oopoooo',
  CreateGrant: 'odpioco',
  'Decrypt Encrypt ReEncrypt GenerateDataKey GenerateDataKeyWithoutPlaintext': 'odpiuco',
  'GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext': 'odpiuco',
  'GenerateMac VerifyMac Sign Verify GetPublicKey DeriveSharedSecret': 'odpiuco',
  'DeleteAlias DescribeKey GetKeyPolicy PutKeyPolicy ListKeyPolicies ListGrants ListAliases': 'ooooooo',
  'ListResourceTags RetireGrant RevokeGrant GetKeyLastUsage': 'ooooooo',
  DeleteImportedKeyMaterial: 'ooooucb',
  'DisableKey EnableKey': 'oopiocb',
  'EnableKeyRotation DisableKeyRotation': 'odpiuco',
  RotateKeyOnDemand: 'odpiucb',
  'GetKeyRotationStatus ListKeyRotations': 'oooouoo',
  GetParametersForImport: 'oopoucb',
  ImportKeyMaterial: 'oopouco',
  ScheduleKeyDeletion: 'oopooob',
  ReplicateKey: 'odpiucb',
  UpdatePrimaryRegion: 'odpiuco',
};

const words: Record<string, Verdict> = {
  o: 'ok',
  d: 'disabled',
  p: 'pending deletion',
  n: 'not pending deletion',
  i: 'pending import',
  u: 'unavailable',
  c: 'creating',
  b: 'updating',
};

const rows = Object.entries(published).flatMap(([names, letters]) =>
  names.split(' ').map((name) => ({ name: name as KeyOperation, letters })),
);
const imported = ['GetParametersForImport', 'ImportKeyMaterial', 'DeleteImportedKeyMaterial'];
const arn = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('the table of key states', () => {
  test('refuses a key that waits for its replicas what it refuses one to be deleted, under another name', () => {
    for (const operation of keyOperations) {
      const verdict = verdictOf(operation, 'PendingDeletion');
      expect(verdictOf(operation, 'PendingReplicaDeletion')).toBe(
        verdict === 'pending deletion' ? 'pending replica deletion' : verdict,
      );
    }
    expect(verdictOf('Encrypt', 'PendingReplicaDeletion')).toBe('pending replica deletion');
  });

  test('has exactly the published rows', () => {
    expect([...keyOperations].sort()).toEqual(rows.map(({ name }) => name).sort());
  });

  for (const { name, letters } of rows) {
    for (const [column, state] of keyStates.entries()) {
      const word = words[letters[column] ?? ''];
      test(`${name} of a key that is ${state}: ${word}`, () => {
        expect(verdictOf(name, state)).toBe(word);
        const origin = imported.includes(name) ? 'EXTERNAL' : 'AWS_KMS';
        const ask = () => requireState(name, { arn, state, origin });
        if (word === 'ok') return expect(ask()).toBeUndefined();
        const sentence = `${arn} is ${word}.`;
        const code = word === 'disabled' ? 'KeyDisabled' : 'KeyInvalidState';
        expect(ask).toThrow(expect.objectContaining({ code, message: sentence }));
      });
    }
  }
});

describe('operations for one origin only', () => {
  const cases: [KeyOperation, 'AWS_KMS' | 'EXTERNAL'][] = [
    ['EnableKeyRotation', 'EXTERNAL'],
    ['DisableKeyRotation', 'EXTERNAL'],
    ['GetKeyRotationStatus', 'EXTERNAL'],
    ['GetParametersForImport', 'AWS_KMS'],
    ['ImportKeyMaterial', 'AWS_KMS'],
    ['DeleteImportedKeyMaterial', 'AWS_KMS'],
  ];
  for (const [operation, origin] of cases) {
    for (const state of keyStates) {
      test(`${operation} refuses a key of origin ${origin} that is ${state}`, () => {
        let fault: unknown;
        try {
          requireState(operation, { arn, state, origin });
        } catch (caught) {
          fault = caught;
        }
        expect(fault).toBeInstanceOf(Refusal);
        expect(isRefusal(fault, 'UnsupportedKeyOperation')).toBe(true);
        expect(String(fault)).toContain(`${arn} origin is ${origin} which is not valid for this operation.`);
      });
    }
  }
});
