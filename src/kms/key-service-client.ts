/** What a key service outside this process is asked for, in bytes: what whoever connects one of their own writes. */
import type { EncryptionContext, KeyDescription } from './key-service.ts';
import type { PatienceLimits } from './patience.ts';

/** Every question carries these. */
export interface KeyQuestion {
  /** Of the table that the key is for. */
  readonly region: string;
  /** Aborts when nobody waits for the answer any longer. */
  readonly signal: AbortSignal;
}

export interface DescribeQuestion extends KeyQuestion {
  /** As the user of a table gave it: an id, an ARN, an alias, whatever names a key to this service. */
  readonly keyId: string;
}

export interface GenerateQuestion extends KeyQuestion {
  /** The `arn` that describeKey answered. */
  readonly keyArn: string;
  readonly context: EncryptionContext;
}

export interface DecryptQuestion extends GenerateQuestion {
  /** As generateDataKey answered it. */
  readonly ciphertext: Uint8Array;
}

export interface OpenedDataKey {
  /** 32 bytes, which the receiver wipes. */
  readonly plaintext: Uint8Array;
  /** The key that was used, as the service says. It must be the one that was asked for. */
  readonly keyArn: string;
}

export interface MadeDataKey extends OpenedDataKey {
  /** At most 6,144 bytes. */
  readonly ciphertext: Uint8Array;
}

/**
 * Each method makes one attempt; who asks repeats it. It rejects with a Refusal where the service answered that it will not
 * (KeyDisabled, KeyNotFound, KeyAccessDenied, InvalidCiphertext …), which ends the matter, and with an Outage where
 * nothing can be said of the key. Whatever else is thrown counts as KeyServiceUnavailable.
 */
export interface KeyServiceClient {
  /** For people: `AWS KMS in eu-central-1`. */
  readonly name: string;
  /** How long and how often it is asked, where that is not as usual. */
  readonly patience?: Partial<PatienceLimits>;
  describeKey(question: DescribeQuestion): Promise<KeyDescription>;
  /** A fresh 256-bit key under a key of the service, bound to the context. */
  generateDataKey(question: GenerateQuestion): Promise<MadeDataKey>;
  /** Refuses InvalidCiphertext for another context, another key and changed bytes. */
  decryptDataKey(question: DecryptQuestion): Promise<OpenedDataKey>;
  /** Frees sockets. A client that is asked again afterwards may open new ones. */
  close(): void;
}
