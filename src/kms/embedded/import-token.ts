/** What leads from the public key that wraps material back to its private half: sealed, for one key, and for a day. */
import { concatBytes } from '../../base/bytes.ts';
import { IntegrityFault, Refusal } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import { type WrappingAlgorithm, wrappingAlgorithms } from './import-wrapping.ts';
import { lengthPrefixed } from './length-prefixed.ts';

/*
 * Sealed: expiry in ms since 1970 (u48, big endian) ‖ algorithm (1) ‖ private key (PKCS #8, DER). Associated data: domain,
 * the ARN of the key that imports. Nothing of it is stored here, so that it outlives a restart and needs no cleaning.
 */
const expiryBytes = 6;
const headBytes = expiryBytes + 1;

export interface ImportToken {
  readonly algorithm: WrappingAlgorithm;
  readonly expiresMs: number;
  readonly privateKey: Uint8Array;
}

export class ImportTokens {
  readonly #core: CryptoCore;
  readonly #key: SecretKey;

  constructor(core: CryptoCore, key: SecretKey) {
    this.#core = core;
    this.#key = key;
  }

  make(keyArn: string, { algorithm, expiresMs, privateKey }: ImportToken): Uint8Array {
    const head = Buffer.alloc(headBytes);
    head.writeUIntBE(expiresMs, 0, expiryBytes);
    head.writeUInt8(wrappingAlgorithms.indexOf(algorithm), expiryBytes);
    const plain = concatBytes(head, privateKey);
    try {
      return this.#core.sealBytes(this.#key, plain, boundTo(keyArn));
    } finally {
      plain.fill(0);
    }
  }

  /** Refuses ImportTokenInvalid for one that was not made here for this key. The receiver wipes the private key. */
  open(keyArn: string, token: Uint8Array): ImportToken {
    let plain: Uint8Array;
    try {
      plain = this.#core.openBytes(this.#key, token, boundTo(keyArn));
    } catch (fault) {
      if (fault instanceof IntegrityFault) throw new Refusal('ImportTokenInvalid', {});
      throw fault;
    }
    const head = Buffer.from(plain.buffer, plain.byteOffset, headBytes);
    const algorithm = wrappingAlgorithms[head.readUInt8(expiryBytes)];
    if (algorithm === undefined) throw new Refusal('ImportTokenInvalid', {});
    return {
      algorithm,
      expiresMs: head.readUIntBE(0, expiryBytes),
      privateKey: plain.subarray(headBytes),
    };
  }

  close(): void {
    this.#key.destroy();
  }
}

function boundTo(keyArn: string): Uint8Array {
  return lengthPrefixed('cryptable kms import token 1', keyArn);
}
