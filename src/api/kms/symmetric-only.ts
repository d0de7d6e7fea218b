/** Parameters that only other kinds of keys or callers have a use for. */
import { Refusal } from '../../base/errors.ts';

/** Refuses answers encrypted for an enclave: nobody here can attest one. */
export function requireNoRecipient(recipient: object | undefined): void {
  if (recipient === undefined) return;
  const message = 'Recipient is not supported: this key service cannot verify an attestation document.';
  throw new Refusal('UnsupportedKeyOperation', { message });
}

/** Refuses KeyStoreNotFound: where there is no key store, the one that is named is not there. */
export function requireNoSuchKeyStore(keyStoreId: string | undefined): void {
  if (keyStoreId !== undefined) throw new Refusal('KeyStoreNotFound', {});
}

/** Refuses what only a key store of the caller's own could do. */
export function requireNoKeyStore(keyStoreId: string | undefined): void {
  if (keyStoreId === undefined) return;
  const message = 'Custom key stores are not supported: this key service keeps its keys itself.';
  throw new Refusal('UnsupportedKeyOperation', { message });
}
