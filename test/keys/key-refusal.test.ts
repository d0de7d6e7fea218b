import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { tableKeyRefusal, unusableKey } from '../../src/keys/key-refusal.ts';
import type { KeyState } from '../../src/kms/key-service.ts';

const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/0f6f2a52-3a5d-4a0e-9d8c-5b1f4f0a7c11';
const aliasArn = 'arn:aws:kms:us-east-1:111122223333:alias/nothing';
const requestId = '6f1d0c1c-6a0f-4f3e-8f38-3b9a5a8e2d10';
const model = 'com.amazonaws.services.kms.model';
const origin = (code: string) =>
  `(Service: AWSKMS; Status Code: 400; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`;

describe('what the key service refuses reads as AWS writes it', () => {
  const denied = 'User: ada is not authorized to perform: kms:Decrypt on resource: key';
  const cases: [Refusal, string, boolean][] = [
    [
      new Refusal('KeyDisabled', { keyArn }),
      `KMS key disabled error: ${model}.DisabledException: ${keyArn} is disabled. ${origin('DisabledException')}`,
      false,
    ],
    [
      new Refusal('KeyInvalidState', { keyArn, phrase: 'pending deletion' }),
      `KMS validation error: ${model}.KMSInvalidStateException: ${keyArn} is pending deletion. ` +
        origin('KMSInvalidStateException'),
      false,
    ],
    [
      new Refusal('KeyNotFound', { keyArn }),
      `KMS validation error: ${model}.NotFoundException: Key '${keyArn}' does not exist ` +
        origin('NotFoundException'),
      false,
    ],
    [
      new Refusal('AliasNotFound', { aliasArn }),
      `KMS validation error: ${model}.NotFoundException: Alias ${aliasArn} is not found. ` +
        origin('NotFoundException'),
      false,
    ],
    [
      new Refusal('InvalidArnRegion', { region: 'eu-west-1' }),
      `KMS validation error: ${model}.NotFoundException: Invalid arn eu-west-1 ${origin('NotFoundException')}`,
      false,
    ],
    [
      new Refusal('InvalidKeyId', { keyId: 'what' }),
      `KMS validation error: ${model}.NotFoundException: Invalid keyId 'what' ${origin('NotFoundException')}`,
      false,
    ],
    [
      new Refusal('KeyAccessDenied', { message: denied }),
      `KMS key access denied error: ${model}.AWSKMSException: ${denied} ${origin('AccessDeniedException')}`,
      true,
    ],
    [
      new Refusal('KeyUsageWrong', { message: 'wrong.' }),
      `KMS validation error: ${model}.InvalidKeyUsageException: wrong. ${origin('InvalidKeyUsageException')}`,
      false,
    ],
    [
      new Refusal('Validation', { message: 'symmetric keys only.' }),
      `KMS internal error: ${model}.AWSKMSException: symmetric keys only. ${origin('ValidationException')}`,
      false,
    ],
  ];
  for (const [fault, message, isDenied] of cases) {
    test(fault.code, () => {
      const refusal = tableKeyRefusal(fault, requestId);
      expect(refusal.message).toBe(message);
      expect(refusal.code).toBe('TableKeyRefused');
      expect(refusal.details.denied).toBe(isDenied);
    });
  }

  test('with a new request id each time where none was told', () => {
    const idIn = () =>
      /Request ID: ([0-9a-f-]{36});/.exec(tableKeyRefusal(new Refusal('DryRun', {})).message);
    expect(idIn()?.[1]).not.toBe(idIn()?.[1]);
    expect(idIn()).not.toBeNull();
  });
});

describe('a key that could protect no table is told by its state', () => {
  const cases: [KeyState, string | undefined][] = [
    ['Enabled', undefined],
    ['Updating', undefined],
    ['Disabled', `${keyArn} is disabled.`],
    ['PendingDeletion', `${keyArn} is pending deletion.`],
    ['PendingImport', `${keyArn} is pending import.`],
    ['Unavailable', `${keyArn} is unavailable.`],
    ['Creating', `${keyArn} is creating.`],
  ];
  for (const [state, sentence] of cases) {
    test(state, () => {
      expect(unusableKey({ keyId: 'k', arn: keyArn, state, manager: 'CUSTOMER' })?.message).toBe(sentence);
    });
  }
});
