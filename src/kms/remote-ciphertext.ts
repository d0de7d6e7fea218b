/** What is stored of a data key from a remote key service: its key's name, its ciphertext there, and a proof of the key. */
import { concatBytes, textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import { type CryptoCore, envelopeOverheadBytes, type SecretKey } from '../crypto/core.ts';
import { contextFields } from './embedded/encryption-context.ts';
import { lengthPrefixed } from './embedded/length-prefixed.ts';
import type { EncryptionContext } from './key-service.ts';

/*
 * format (1) ‖ length of the ARN (u16) ‖ ARN ‖ length of the ciphertext (u16) ‖ ciphertext ‖ proof (72)
 * The proof is the envelope of an empty text under the data key: a commitment to it (R-COM-1), which a service that gives out
 * another key cannot meet. Its context: domain, ARN, ciphertext, the pairs of the encryption context.
 */
/** The embedded service's ciphertexts begin with 1 or 2. */
const format = 0x10;
const lengthBytes = 2;
const proofBytes = envelopeOverheadBytes;

export const remoteCiphertextBytesMax = 6144;
export const remoteArnBytesMax = 2048;

export interface RemoteCiphertext {
  readonly keyArn: string;
  readonly ciphertext: Uint8Array;
  readonly proof: Uint8Array;
}

/** True for what joinRemoteCiphertext wrote, and for nothing the embedded service did. */
export function isRemoteCiphertext(blob: Uint8Array): boolean {
  return blob[0] === format;
}

export function joinRemoteCiphertext({ keyArn, ciphertext, proof }: RemoteCiphertext): Uint8Array {
  const arn = utf8(keyArn);
  return concatBytes(
    Uint8Array.of(format),
    length(arn.length),
    arn,
    length(ciphertext.length),
    ciphertext,
    proof,
  );
}

/** Undefined for bytes that were not written here. */
export function splitRemoteCiphertext(blob: Uint8Array): RemoteCiphertext | undefined {
  if (!isRemoteCiphertext(blob)) return undefined;
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const arnAt = 1 + lengthBytes;
  if (blob.length < arnAt) return undefined;
  const arnEnd = arnAt + view.getUint16(1);
  const ciphertextAt = arnEnd + lengthBytes;
  if (blob.length < ciphertextAt) return undefined;
  const ciphertextEnd = ciphertextAt + view.getUint16(arnEnd);
  if (blob.length !== ciphertextEnd + proofBytes) return undefined;
  try {
    return {
      keyArn: textOf(blob.subarray(arnAt, arnEnd)),
      ciphertext: blob.subarray(ciphertextAt, ciphertextEnd),
      proof: blob.subarray(ciphertextEnd),
    };
  } catch {
    return undefined;
  }
}

type Proven = Omit<RemoteCiphertext, 'proof'>;

export function proofOf(
  core: CryptoCore,
  key: SecretKey,
  proven: Proven & { readonly context: EncryptionContext },
): Uint8Array {
  return core.sealBytes(key, new Uint8Array(0), proofContext(proven));
}

/** True where this is the key that the proof was made with, for the same ciphertext and context. */
export function isProven(
  core: CryptoCore,
  key: SecretKey,
  { proof, ...proven }: RemoteCiphertext & { readonly context: EncryptionContext },
): boolean {
  try {
    core.openBytes(key, proof, proofContext(proven));
    return true;
  } catch (fault) {
    if (fault instanceof IntegrityFault) return false;
    throw fault;
  }
}

function proofContext({
  keyArn,
  ciphertext,
  context,
}: Proven & { readonly context: EncryptionContext }): Uint8Array {
  return lengthPrefixed('cryptable remote data key 1', keyArn, ciphertext, ...contextFields(context));
}

function length(bytes: number): Uint8Array {
  return Uint8Array.of(bytes >>> 8, bytes & 0xff);
}
