/** The ciphertext blob: which key and material sealed it, then the envelope, both bound to the encryption context. */
import { concatBytes } from '../../base/bytes.ts';
import { envelopeOverheadBytes } from '../../crypto/core.ts';
import type { EncryptionContext } from '../key-service.ts';
import { contextFields } from './encryption-context.ts';
import { isMultiRegion } from './key.ts';
import { lengthPrefixed } from './length-prefixed.ts';

/*
 * format (1) ‖ key id (16) ‖ material id (32) ‖ envelope (commitment 32, nonce 24, ciphertext, tag 16)
 * The format tells whether the digits of the key id are those of a UUID or follow `mrk-`.
 * Opaque to callers. The envelope's context: domain, everything before the envelope, the pairs of the encryption context.
 */
const uuidFormat = 1;
const multiRegionFormat = 2;
const keyIdBytes = 16;
const materialIdBytes = 32;
const headBytes = 1 + keyIdBytes + materialIdBytes;

export const ciphertextOverheadBytes = headBytes + envelopeOverheadBytes;
export const ciphertextBytesMax = 6144;

export interface CiphertextHead {
  readonly keyId: string;
  readonly materialId: string;
}

export function joinCiphertext(head: CiphertextHead, envelope: Uint8Array): Uint8Array {
  return concatBytes(headBytesOf(head), envelope);
}

/** Undefined for bytes that this service cannot have written. */
export function splitCiphertext(blob: Uint8Array): (CiphertextHead & { envelope: Uint8Array }) | undefined {
  if (blob.length < ciphertextOverheadBytes || blob.length > ciphertextBytesMax) return undefined;
  if (blob[0] !== uuidFormat && blob[0] !== multiRegionFormat) return undefined;
  const hex = Buffer.from(blob.buffer, blob.byteOffset, headBytes).toString('hex', 1);
  const id = hex.slice(0, 2 * keyIdBytes);
  const parts = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)];
  return {
    keyId: blob[0] === uuidFormat ? parts.join('-') : `mrk-${id}`,
    materialId: hex.slice(2 * keyIdBytes),
    envelope: blob.subarray(headBytes),
  };
}

export function ciphertextContext(head: CiphertextHead, context: EncryptionContext): Uint8Array {
  return lengthPrefixed('cryptable kms ciphertext 1', headBytesOf(head), ...contextFields(context));
}

function headBytesOf({ keyId, materialId }: CiphertextHead): Uint8Array {
  const format = isMultiRegion(keyId) ? multiRegionFormat : uuidFormat;
  const digits = keyId.replace(/^mrk-/, '').replaceAll('-', '');
  return Buffer.from(`0${format}${digits}${materialId}`, 'hex');
}
