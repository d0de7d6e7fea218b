/** A root key that an AES key of a PKCS#11 token has sealed, and opens at each start. */
import { randomFillSync } from 'node:crypto';
import { Outage } from '../../base/errors.ts';
import { keyBytes, type SecretKey } from '../../crypto/core.ts';
import { fillRandom } from '../../crypto/random.ts';
import { readSecret, type SecretSource } from '../secret-source.ts';
import { type Pkcs11Place, pkcs11IvBytes, pkcs11TagBytes, withPkcs11Key } from './pkcs11-token.ts';
import { otherSource, type RootKey } from './root-key.ts';

export interface RootKeyPkcs11Options {
  /** The library of the token's maker, as /usr/lib/softhsm/libsofthsm2.so. */
  readonly library: string;
  /** Label of the token. */
  readonly token: string;
  /** Label of the AES key on it: made with a new store where there is none. `cryptable` unless said otherwise. */
  readonly key?: string;
  readonly pin: SecretSource;
}

/*
 * What is stored: iv (12) ‖ ciphertext (32) ‖ tag (16), AES-256-GCM on the token, this text as associated data.
 */
const aad = Buffer.from('cryptable root key 1');
const wrappedBytes = pkcs11IvBytes + keyBytes + pkcs11TagBytes;

/** Throws Outage RootKeyMissing (library, token or key), RootKeyRefused (PIN, rights) and RootKeyWrong (another key). */
export function rootKeyFromPkcs11(options: RootKeyPkcs11Options): RootKey {
  const place: Pkcs11Place = { ...options, key: options.key ?? 'cryptable' };
  return {
    place: `key ${place.key} of PKCS#11 token ${place.token}`,
    async create(core) {
      const pin = await pinOf(options.pin);
      // Not from the shared pool, so that it can be wiped.
      const secret = Buffer.allocUnsafeSlow(keyBytes);
      try {
        fillRandom(secret);
        const iv = randomFillSync(Buffer.alloc(pkcs11IvBytes));
        const sealed = await withPkcs11Key(place, { pin, make: true }, (key) => key.encrypt(secret, iv, aad));
        const wrapped = Buffer.concat([iv, sealed]);
        return { key: core.importKey(secret), recipe: { source: 'pkcs11', wrapped } };
      } finally {
        secret.fill(0);
      }
    },
    async open(core, recipe): Promise<SecretKey> {
      if (recipe.source !== 'pkcs11') throw otherSource(recipe);
      const wrapped = Buffer.from(recipe.wrapped);
      if (wrapped.length !== wrappedBytes) throw new Outage('RootKeyWrong');
      const iv = wrapped.subarray(0, pkcs11IvBytes);
      const sealed = wrapped.subarray(pkcs11IvBytes);
      const pin = await pinOf(options.pin);
      const output = Buffer.allocUnsafeSlow(sealed.length);
      try {
        const secret = await withPkcs11Key(place, { pin, make: false }, (key) =>
          key.decrypt(sealed, { iv, aad, output }),
        );
        if (secret.length !== keyBytes) throw new Outage('RootKeyWrong');
        return core.importKey(secret);
      } finally {
        output.fill(0);
      }
    },
  };
}

async function pinOf(source: SecretSource): Promise<string> {
  let pin: string | undefined;
  try {
    pin = await readSecret(source);
  } catch (cause) {
    throw new Outage('RootKeyRefused', { cause, hint: 'The file of the PIN cannot be read.' });
  }
  if (pin === undefined) throw new Outage('RootKeyRefused', { hint: 'The PIN is empty.' });
  return pin;
}
