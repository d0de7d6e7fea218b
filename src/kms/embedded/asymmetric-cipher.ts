/** Encryption under a stored RSA key, and the public half of any stored pair. */
import { assert } from '../../base/errors.ts';
import { privateKeyOf, publicKeyOf, rsaDecrypted, rsaEncrypted } from './asymmetric-key.ts';
import type { KeyRecord } from './key.ts';
import { specOf } from './key-spec.ts';
import { currentMaterial, type MaterialSafe } from './material.ts';

/** Encryption needs the public half alone. Refuses Validation for more than fits. */
export function sealedForPair(
  key: KeyRecord,
  { algorithm, plaintext }: { algorithm: string; plaintext: Uint8Array },
): Uint8Array {
  return rsaEncrypted(publicKeyOf(publicHalf(key)), { spec: specOf(key), algorithm, plaintext });
}

/** Undefined for a ciphertext that does not open, whatever the cause (R-ORA-1). The receiver wipes the result. */
export function openedByPair(
  materials: MaterialSafe,
  key: KeyRecord,
  input: { algorithm: string; ciphertext: Uint8Array },
): Uint8Array | undefined {
  return materials.useSecret(key.keyId, currentMaterial(key), (secret) =>
    rsaDecrypted(privateKeyOf(secret), input),
  );
}

/** In DER, as SubjectPublicKeyInfo. */
export function publicHalf(key: KeyRecord): Buffer {
  const { publicKey } = currentMaterial(key);
  assert(publicKey !== undefined, 'an asymmetric key is stored without its public half');
  return Buffer.from(publicKey, 'base64');
}
