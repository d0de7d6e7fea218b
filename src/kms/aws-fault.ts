/** What AWS KMS answers in place of a key, as a refusal of ours or an outage. */
import { Outage, type OutageCode, Refusal } from '../base/errors.ts';

/** What of an error of the AWS SDK matters here. */
interface AwsError {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  /** The SDK has set its clock by the answer: the next attempt is dated right. */
  readonly isClockCorrected: boolean;
}

type Reading = (message: string, keyId: string) => Refusal;

const words =
  (
    code:
      | 'Validation'
      | 'KeyUsageWrong'
      | 'UnsupportedKeyOperation'
      | 'KeyAccessDenied'
      | 'KeyLimitExceeded'
      | 'InvalidArn',
  ): Reading =>
  (message) =>
    new Refusal(code, { message });

/** One row a name of the KMS API (aws-behaviour §3.15): the service has made up its mind. */
const refusals: Readonly<Record<string, Reading>> = {
  DisabledException: (message, keyId) => new Refusal('KeyDisabled', { keyArn: subjectOf(message) ?? keyId }),
  KMSInvalidStateException: (message, keyId) => {
    const phrase = / is ([^.]+)\.?$/.exec(message)?.[1] ?? 'in a state that does not allow this';
    return new Refusal('KeyInvalidState', { keyArn: subjectOf(message) ?? keyId, phrase });
  },
  NotFoundException: (message, keyId) => {
    const alias = /^Alias (\S+) is not found/.exec(message)?.[1];
    if (alias !== undefined) return new Refusal('AliasNotFound', { aliasArn: alias });
    const invalid = /^Invalid keyId '?(.+?)'?\.?$/.exec(message)?.[1];
    if (invalid !== undefined) return new Refusal('InvalidKeyId', { keyId: invalid });
    const region = /^Invalid arn (\S+)$/.exec(message)?.[1];
    if (region !== undefined) return new Refusal('InvalidArnRegion', { region });
    return new Refusal('KeyNotFound', { keyArn: /'([^']+)'/.exec(message)?.[1] ?? keyId });
  },
  AccessDeniedException: words('KeyAccessDenied'),
  InvalidKeyUsageException: words('KeyUsageWrong'),
  UnsupportedOperationException: words('UnsupportedKeyOperation'),
  LimitExceededException: words('KeyLimitExceeded'),
  InvalidArnException: words('InvalidArn'),
  ValidationException: words('Validation'),
  InvalidCiphertextException: () => new Refusal('InvalidCiphertext', {}),
  IncorrectKeyException: () => new Refusal('IncorrectKey', {}),
};

/** Says nothing of any key: whoever sees this checks how this process signs in. */
const credentialNames: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidClientTokenIdException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'OptInRequired',
]);

const throttlingNames: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'SlowDown',
]);

/** `keyId`: the key that was asked for, for answers that name none. */
export function awsFault(thrown: unknown, keyId: string): Refusal | Outage {
  const error = parsed(thrown);
  if (error === undefined) return new Outage('KeyServiceUnavailable');
  const { name, message, isClockCorrected } = error;
  if (Object.hasOwn(refusals, name)) return refusals[name]?.(message, keyId) ?? wrongAnswer();
  if (isClockCorrected) return outage('KeyServiceUnavailable', thrown);
  if (credentialNames.has(name)) return outage('KeyServiceCredentials', thrown);
  if (throttlingNames.has(name)) return outage('KeyServiceThrottled', thrown);
  // The parser's words quote the answer, and the answer may hold a key: they go nowhere.
  if (name === 'SyntaxError') return answeredBadly(error);
  if (error.status !== undefined && error.status < 500 && error.status >= 200) return wrongAnswer();
  return outage('KeyServiceUnavailable', thrown);
}

/** A gateway in between answers in its own words when the service is away; the service itself would not. */
function answeredBadly({ status = 500 }: AwsError): Outage {
  return status >= 500 ? new Outage('KeyServiceUnavailable') : wrongAnswer();
}

function wrongAnswer(): Outage {
  return new Outage('KeyServiceWrong', { hint: 'It is not what AWS KMS answers.' });
}

function outage(code: OutageCode, cause: unknown): Outage {
  return new Outage(code, { cause });
}

/** The key a sentence of the service begins with. */
function subjectOf(message: string): string | undefined {
  return /^(arn:\S+) is /.exec(message)?.[1];
}

function parsed(thrown: unknown): AwsError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const metadata: unknown = '$metadata' in thrown ? thrown.$metadata : undefined;
  const { httpStatusCode, clockSkewCorrected } = (metadata ?? {}) as {
    readonly httpStatusCode?: unknown;
    readonly clockSkewCorrected?: unknown;
  };
  return {
    name: thrown.name,
    message: thrown.message,
    status: typeof httpStatusCode === 'number' ? httpStatusCode : undefined,
    isClockCorrected: clockSkewCorrected === true,
  };
}
