/** Parameters that only other kinds of keys or callers have a use for, and grant tokens. */
import { Refusal } from '../../base/errors.ts';

export const symmetricAlgorithm = 'SYMMETRIC_DEFAULT';

/** Refuses KeyUsageWrong for an algorithm of asymmetric keys. */
export function requireSymmetric(algorithm: string | undefined): void {
  if (algorithm === undefined || algorithm === symmetricAlgorithm) return;
  const message = `Algorithm ${algorithm} is incompatible with key spec ${symmetricAlgorithm}.`;
  throw new Refusal('KeyUsageWrong', { message });
}

/** Refuses InvalidGrantToken: there are no grants, so nobody can hold a token of one. */
export function requireNoGrantTokens(tokens: readonly string[] | undefined): void {
  if (tokens !== undefined && tokens.length > 0) throw new Refusal('InvalidGrantToken', {});
}

/** Refuses answers encrypted for an enclave: nobody here can attest one. */
export function requireNoRecipient(recipient: object | undefined): void {
  if (recipient === undefined) return;
  const message = 'Recipient is not supported: this key service cannot verify an attestation document.';
  throw new Refusal('UnsupportedKeyOperation', { message });
}

export function requireNoKeyStore(keyStoreId: string | undefined): void {
  if (keyStoreId === undefined) return;
  const message = 'Custom key stores are not supported: this key service keeps its keys itself.';
  throw new Refusal('UnsupportedKeyOperation', { message });
}
