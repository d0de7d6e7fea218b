/** The root key of a key service: where it comes from, and how a store that needs it finds it again. */
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
    };

export interface RootKey {
  /** Where the key is, for people: a path, or the word passphrase. */
  readonly place: string;
  /** For a new store: the key, made now where there is none yet, and the recipe to store. */
  create(core: CryptoCore): Promise<{ key: SecretKey; recipe: RootKeyRecipe }>;
  /** For an existing store. Refuses with Outage RootKeyMissing, RootKeyWrong or RootKeyUnsafe. */
  open(core: CryptoCore, recipe: RootKeyRecipe): Promise<SecretKey>;
}
