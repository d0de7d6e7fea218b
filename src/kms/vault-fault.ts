/** What a transit engine answers in place of a key, as a refusal of ours or an outage. */
import { Outage, Refusal } from '../base/errors.ts';

export interface VaultAnswer {
  readonly status: number;
  /** The sentences of its errors; none where the body was none of its own. */
  readonly errors: readonly string[];
}

interface Reading {
  readonly sentence: RegExp;
  readonly refusal: (keyArn: string, message: string) => Refusal;
}

/** What the engine calls a bad request, by its words: it has no codes. Read top to bottom. */
const badRequests: readonly Reading[] = [
  {
    sentence: /encryption key not found|no existing key named/,
    refusal: (keyArn) => new Refusal('KeyNotFound', { keyArn }),
  },
  {
    sentence: /soft[- ]?deleted/,
    refusal: (keyArn) => new Refusal('KeyDisabled', { keyArn }),
  },
  {
    sentence: /too old/,
    refusal: (keyArn) => {
      const phrase = 'not allowed to decrypt: its min_decryption_version is above the one of this ciphertext';
      return new Refusal('KeyInvalidState', { keyArn, phrase });
    },
  },
  {
    sentence:
      /invalid ciphertext|message authentication failed|unable to decrypt|could not decode|too new|invalid key version/,
    refusal: () => new Refusal('InvalidCiphertext', {}),
  },
  {
    sentence: /not supported|unsupported|does not support|not valid for/,
    refusal: (_, message) => new Refusal('KeyUsageWrong', { message }),
  },
];

const messageLengthMax = 500;

/** Of any answer but 200. A 403 is taken for a word on the key: that the token is good, the caller makes sure of. */
export function vaultFault({ status, errors }: VaultAnswer, keyArn: string): Refusal | Outage {
  const message = errors.join('; ').slice(0, messageLengthMax);
  if (status === 400) {
    const reading = badRequests.find(({ sentence }) => sentence.test(message));
    return reading?.refusal(keyArn, message) ?? new Refusal('Validation', { message: `Vault: ${message}` });
  }
  if (status === 403) return new Refusal('KeyAccessDenied', { message: `Vault: ${message} (${keyArn})` });
  if (status === 404) return notFound(message, keyArn);
  if (status === 429) return new Outage('KeyServiceThrottled');
  // Standby nodes and replicas that lag behind have numbers of their own.
  if (status >= 500 || [412, 472, 473].includes(status))
    return new Outage('KeyServiceUnavailable', hinted(message));
  if (status >= 300 && status < 400) {
    return new Outage('KeyServiceWrong', {
      hint: 'It sends elsewhere, and nobody follows: name the node itself.',
    });
  }
  return new Outage('KeyServiceWrong', { hint: `It answers with status ${status}.` });
}

function notFound(message: string, keyArn: string): Refusal | Outage {
  if (!/no handler for route|unsupported path/.test(message)) return new Refusal('KeyNotFound', { keyArn });
  // A key that is gone is told apart from an engine that is not mounted: only the first may cost a table its data.
  return new Outage('KeyServiceUnavailable', { hint: 'No transit engine is mounted there.' });
}

function hinted(message: string): { hint?: string } {
  return message === '' ? {} : { hint: `It says: ${message}.` };
}
