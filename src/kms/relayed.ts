/** The key service as a process beside its own asks it: what is opened there comes sealed for the way. */
import { utf8 } from '../base/bytes.ts';
import { Outage } from '../base/errors.ts';
import type { CryptoCore, SecretKey } from '../crypto/core.ts';
import type {
  Caller,
  DataKey,
  DecryptOptions,
  EncryptionContext,
  KeyListener,
  KeyService,
} from './key-service.ts';

/** What keys are sealed with on their way from one process to the other. */
export interface WayKey {
  readonly core: CryptoCore;
  /** Known to these two processes alone. */
  readonly key: SecretKey;
}

/** A data key on its way. */
export interface SealedDataKey {
  readonly sealed: Uint8Array;
  readonly keyArn: string;
}

/** How the other process is asked. */
export interface KeyRelay {
  /** Rejects as KeyService.decryptDataKey does, and with an Outage where the other process is gone. */
  decrypt(
    caller: Caller,
    ciphertext: Uint8Array,
    context: EncryptionContext,
    options?: DecryptOptions,
  ): Promise<SealedDataKey>;
  /** See KeyService. What was told before an answer was written comes before that answer. */
  onKeyChange(listener: KeyListener): () => void;
}

const context = utf8('cryptable relayed data key 1');

/** The other process's side: what it opened for the asker, which is destroyed here. */
export function sealDataKey({ core, key: wayKey }: WayKey, { key, keyArn }: DataKey): SealedDataKey {
  try {
    return { sealed: core.sealKey(wayKey, key, context), keyArn };
  } finally {
    key.destroy();
  }
}

/**
 * Opens keys and makes none: all but decryptDataKey is refused with KeyServiceUnavailable, for who only reads needs no
 * more. Throws IntegrityFault for a key that was not sealed by the other process.
 */
export function relayedKeyService({ core, key: wayKey }: WayKey, relay: KeyRelay): KeyService {
  return {
    describeKey: refused,
    generateDataKey: refused,
    ownedKey: refused,
    async decryptDataKey(caller, ciphertext, pairs, options) {
      const { sealed, keyArn } = await relay.decrypt(caller, ciphertext, pairs, options);
      return { key: core.openKey(wayKey, sealed, context), ciphertext, keyArn };
    },
    onKeyChange: (listener) => relay.onKeyChange(listener),
  };
}

function refused(): Promise<never> {
  const hint = 'This process only reads: it makes no keys.';
  return Promise.reject(new Outage('KeyServiceUnavailable', { hint }));
}
