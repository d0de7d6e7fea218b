import { describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import { awsFault } from '../../src/kms/aws-fault.ts';

const arn = 'arn:aws:kms:us-east-1:111122223333:key/1';

/** As the AWS SDK throws them. */
function sdkError(name: string, message = '', metadata: object = { httpStatusCode: 400 }): Error {
  return Object.assign(new Error(message), { name, $metadata: metadata });
}

const told = (fault: Refusal | Outage) => `${fault.code}: ${fault.message}`;

describe('an answer of AWS KMS', () => {
  test.each([
    ['DisabledException', `${arn} is disabled.`, `KeyDisabled: ${arn} is disabled.`],
    ['DisabledException', '', 'KeyDisabled: alias/a is disabled.'],
    [
      'KMSInvalidStateException',
      `${arn} is pending deletion.`,
      `KeyInvalidState: ${arn} is pending deletion.`,
    ],
    ['KMSInvalidStateException', `${arn} is pending import.`, `KeyInvalidState: ${arn} is pending import.`],
    [
      'KMSInvalidStateException',
      'The custom key store has been disconnected',
      'KeyInvalidState: alias/a is in a state that does not allow this.',
    ],
    ['NotFoundException', `Key '${arn}' does not exist`, `KeyNotFound: Key '${arn}' does not exist`],
    ['NotFoundException', `Alias ${arn} is not found.`, `AliasNotFound: Alias ${arn} is not found.`],
    ['NotFoundException', "Invalid keyId 'garbage'", "InvalidKeyId: Invalid keyId 'garbage'"],
    ['NotFoundException', 'Invalid keyId garbage', "InvalidKeyId: Invalid keyId 'garbage'"],
    ['NotFoundException', 'Invalid arn eu-west-1', 'InvalidArnRegion: Invalid arn eu-west-1'],
    ['NotFoundException', 'gone', "KeyNotFound: Key 'alias/a' does not exist"],
    ['AccessDeniedException', 'User: x is not authorized', 'KeyAccessDenied: User: x is not authorized'],
    ['InvalidKeyUsageException', 'usage', 'KeyUsageWrong: usage'],
    ['UnsupportedOperationException', 'no', 'UnsupportedKeyOperation: no'],
    ['LimitExceededException', 'too many', 'KeyLimitExceeded: too many'],
    ['InvalidArnException', 'arn', 'InvalidArn: arn'],
    ['ValidationException', 'not valid', 'Validation: not valid'],
    ['InvalidCiphertextException', 'UnknownError', 'InvalidCiphertext: '],
  ])('%s "%s" is a refusal', (name, message, expected) => {
    const fault = awsFault(sdkError(name, message), 'alias/a');
    expect(fault).toBeInstanceOf(Refusal);
    expect(told(fault)).toBe(expected);
  });

  test.each([
    ['ThrottlingException', 400, 'KeyServiceThrottled'],
    ['TooManyRequestsException', 429, 'KeyServiceThrottled'],
    ['UnrecognizedClientException', 400, 'KeyServiceCredentials'],
    ['InvalidSignatureException', 400, 'KeyServiceCredentials'],
    ['ExpiredTokenException', 400, 'KeyServiceCredentials'],
    ['CredentialsProviderError', undefined, 'KeyServiceCredentials'],
    ['KMSInternalException', 500, 'KeyServiceUnavailable'],
    ['DependencyTimeoutException', 503, 'KeyServiceUnavailable'],
    ['KeyUnavailableException', 500, 'KeyServiceUnavailable'],
    ['Unknown', 502, 'KeyServiceUnavailable'],
    ['TimeoutError', undefined, 'KeyServiceUnavailable'],
    ['Error', undefined, 'KeyServiceUnavailable'],
    ['Unknown', 307, 'KeyServiceWrong'],
    ['constructor', 400, 'KeyServiceWrong'],
    ['SyntaxError', 200, 'KeyServiceWrong'],
    ['SyntaxError', 503, 'KeyServiceUnavailable'],
  ])('%s with status %s is the outage %s', (name, httpStatusCode, code) => {
    const fault = awsFault(sdkError(name, 'words', { httpStatusCode }), arn);
    expect(fault).toBeInstanceOf(Outage);
    expect(fault.code).toBe(code);
  });

  test('signed at another time is asked again, once the clock has been set by the answer', () => {
    const skewed = sdkError('InvalidSignatureException', '', {
      httpStatusCode: 400,
      clockSkewCorrected: true,
    });
    expect(awsFault(skewed, arn).code).toBe('KeyServiceUnavailable');
  });

  test('that is no error is an outage too', () => {
    for (const thrown of [undefined, 'text', { name: 'DisabledException' }]) {
      expect(awsFault(thrown, arn).code).toBe('KeyServiceUnavailable');
    }
  });

  test('keeps its cause, except for a parser that quotes the answer (R-LOG-1)', () => {
    const cause = sdkError('KMSInternalException', 'x', { httpStatusCode: 500 });
    expect(awsFault(cause, arn).cause).toBe(cause);
    expect(awsFault(sdkError('SyntaxError', 'Unexpected token in "AAAA"'), arn).cause).toBeUndefined();
  });
});
