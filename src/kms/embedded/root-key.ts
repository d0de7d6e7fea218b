/** The root key of a key service: where it comes from, and how a store that needs it finds it again. */
import { Outage } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';

/** What a store keeps, in clear, to get its root key back. Tells nothing of the key. */
export type RootKeyRecipe =
  | { readonly source: 'file' }
  | {
      readonly source: 'passphrase';
      readonly salt: Uint8Array;
      /** scrypt (RFC 7914): cost N = 2^costLog2, block size r, parallelisation p. */
      readonly costLog2: number;
      readonly blockSize: number;
      readonly parallelization: number;
    }
  /** Sealed by a key service, or by a token: that alone opens it. */
  | { readonly source: 'key-service' | 'pkcs11'; readonly wrapped: Uint8Array };

export interface RootKey {
  /** Where the key is, for people: a path, or the word passphrase. */
  readonly place: string;
  /** For a new store: the key, made now where there is none yet, and the recipe to store. */
  create(core: CryptoCore): Promise<{ key: SecretKey; recipe: RootKeyRecipe }>;
  /**
   * For an existing store. Refuses with Outage RootKeyMissing, RootKeyWrong, RootKeyUnsafe or RootKeyRefused, and with those of a
   * key service that is asked.
   */
  open(core: CryptoCore, recipe: RootKeyRecipe): Promise<SecretKey>;
}

const origins: Readonly<Record<RootKeyRecipe['source'], string>> = {
  file: 'is in a file',
  passphrase: 'comes from a passphrase',
  'key-service': 'is sealed by a key service',
  pkcs11: 'is sealed by a PKCS#11 token',
};

/** For a store whose root key is kept in another way than the one that was named. */
export function otherSource({ source }: RootKeyRecipe): Outage {
  return new Outage('RootKeyWrong', { hint: `Its root key ${origins[source]}: name that.` });
}
