/** What a PKCS#11 token answers in place of a key, as an outage with what to do about it. */
import { Outage, type OutageCode } from '../../base/errors.ts';

interface Reading {
  readonly words: RegExp;
  readonly code: OutageCode;
  readonly hint: string;
}

/** By the names of return values (PKCS#11 v2.40, section 11.1). Read top to bottom. */
const readings: readonly Reading[] = [
  {
    words: /^CKR_PIN_LOCKED/,
    code: 'RootKeyRefused',
    hint: 'The PIN of the token is locked: its security officer unlocks it.',
  },
  { words: /^CKR_PIN_EXPIRED/, code: 'RootKeyRefused', hint: 'The PIN of the token has expired.' },
  // Never tried again: after a few wrong ones a token locks itself.
  { words: /^CKR_PIN/, code: 'RootKeyRefused', hint: 'The PIN of the token is wrong.' },
  {
    words: /^CKR_USER_PIN_NOT_INITIALIZED/,
    code: 'RootKeyRefused',
    hint: 'The token has no PIN for users yet.',
  },
  {
    words:
      /^CKR_(TOKEN_NOT_PRESENT|TOKEN_NOT_RECOGNIZED|DEVICE_REMOVED|DEVICE_ERROR|SLOT_ID_INVALID|SESSION_)/,
    code: 'RootKeyMissing',
    hint: 'The token was removed, or does not work.',
  },
  { words: /^CKR_MECHANISM/, code: 'RootKeyWrong', hint: 'The token does not offer AES-GCM.' },
  {
    words: /^CKR_(KEY_FUNCTION_NOT_PERMITTED|KEY_TYPE_INCONSISTENT|USER_NOT_LOGGED_IN|TOKEN_WRITE_PROTECTED)/,
    code: 'RootKeyRefused',
    hint: 'The token does not let this be done with its key.',
  },
];

/** `otherwise`: what the step that failed means where the token says nothing of its own. */
export function pkcs11Fault(thrown: unknown, otherwise: { code: OutageCode; hint: string }): Outage {
  if (thrown instanceof Outage) return thrown;
  const words = thrown instanceof Error ? thrown.message : '';
  const { code, hint } = readings.find((reading) => reading.words.test(words)) ?? otherwise;
  return new Outage(code, { cause: thrown, hint });
}
