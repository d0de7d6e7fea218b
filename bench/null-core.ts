/** A core that seals nothing, to measure what sealing costs. For benches alone: it protects no byte. */
import type { CryptoCore } from '../src/crypto/core.ts';
import { nullCipher } from '../test/support/null-cipher.ts';

/** Keys and envelopes are those of `keys`; pages are copied, with zeros for nonce and tag, and always open. */
export function createNullCore(keys: CryptoCore): CryptoCore {
  const cipher = nullCipher();
  return {
    ...keys,
    sealPages: (_, batch) => cipher.seal(batch),
    openPages: (_, batch) => cipher.open(cipher.dataKeyId, batch),
  };
}
