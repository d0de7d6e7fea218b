/** A page cipher straight over a core and a key, without the key layer. */
import { IntegrityFault } from '../../src/base/errors.ts';
import type { CryptoCore, SecretKey } from '../../src/crypto/core.ts';
import type { PageCipher } from '../../src/pages/page-cipher.ts';

export interface CoreCipher extends PageCipher {
  /** What both methods throw from now on, or undefined to go on. */
  refuseWith(fault: Error | undefined): void;
  /** Seals with a new data key; the old ones still open. */
  rotate(key: SecretKey): void;
}

export function coreCipher(core: CryptoCore, key: SecretKey, dataKeyId = 1): CoreCipher {
  const keys = new Map([[dataKeyId, key]]);
  let current = dataKeyId;
  let refusal: Error | undefined;
  return {
    get dataKeyId() {
      return current;
    },
    seal(batch) {
      if (refusal !== undefined) throw refusal;
      core.sealPages(keys.get(current) as SecretKey, batch);
    },
    open(id, batch) {
      if (refusal !== undefined) throw refusal;
      const known = keys.get(id);
      if (known === undefined) throw new IntegrityFault();
      return core.openPages(known, batch);
    },
    refuseWith(fault) {
      refusal = fault;
    },
    rotate(next) {
      current++;
      keys.set(current, next);
    },
  };
}
