/** What the key service refuses, in the words that clients of the table service read (aws-behaviour §1.5). */
import { randomUUID } from 'node:crypto';
import { Refusal, type RefusalCode } from '../base/errors.ts';
import { verdictOf } from '../kms/embedded/key-state.ts';
import type { KeyDescription } from '../kms/key-service.ts';

/**
 * `model`: the class of the Java client whose text shows through; `code`: the name on the wire of the key
 * service.
 */
interface Wording {
  readonly prefix: string;
  readonly model: string;
  readonly code: string;
}

const invalid = (code: string): Wording => ({ prefix: 'KMS validation error', model: code, code });

/** Codes that have a class of their own; all others are bare requests that the service found invalid. */
const wordings: Partial<Record<RefusalCode, Wording>> = {
  KeyDisabled: { prefix: 'KMS key disabled error', model: 'DisabledException', code: 'DisabledException' },
  KeyAccessDenied: {
    prefix: 'KMS key access denied error',
    model: 'AWSKMSException',
    code: 'AccessDeniedException',
  },
  KeyInvalidState: invalid('KMSInvalidStateException'),
  KeyNotFound: invalid('NotFoundException'),
  AliasNotFound: invalid('NotFoundException'),
  InvalidKeyId: invalid('NotFoundException'),
  InvalidArnRegion: invalid('NotFoundException'),
  KeyUsageWrong: invalid('InvalidKeyUsageException'),
  UnsupportedKeyOperation: invalid('UnsupportedOperationException'),
  KeyLimitExceeded: invalid('LimitExceededException'),
  InvalidGrantToken: invalid('InvalidGrantTokenException'),
  /** What the table service asked for is what no key of the kind can do: AWS takes that for a fault of its own. */
  Validation: { prefix: 'KMS internal error', model: 'AWSKMSException', code: 'ValidationException' },
};
const anyOther: Wording = {
  prefix: 'KMS validation error',
  model: 'AWSKMSException',
  code: 'ValidationException',
};

/** `requestId`: of the request to the key service, where it told one. */
export function tableKeyRefusal(
  fault: Refusal,
  requestId: string = randomUUID(),
): Refusal<'TableKeyRefused'> {
  const { prefix, model: name, code } = wordings[fault.code] ?? anyOther;
  const model = `com.amazonaws.services.kms.model.${name}`;
  const request = `Request ID: ${requestId}; Proxy: null`;
  const origin = `Service: AWSKMS; Status Code: 400; Error Code: ${code}; ${request}`;
  return new Refusal('TableKeyRefused', {
    message: `${prefix}: ${model}: ${fault.message} (${origin})`,
    denied: fault.code === 'KeyAccessDenied',
    keyCode: fault.code,
  });
}

/** How the key service would refuse to make a data key under this key; undefined where it would not. */
export function unusableKey({ arn, state }: KeyDescription): Refusal | undefined {
  const verdict = verdictOf('GenerateDataKey', state);
  if (verdict === 'ok') return undefined;
  if (verdict === 'disabled') return new Refusal('KeyDisabled', { keyArn: arn });
  return new Refusal('KeyInvalidState', { keyArn: arn, phrase: verdict });
}
