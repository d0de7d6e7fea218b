/** The one byte form of an encryption context, the same for the same pairs in any order. */
import { compareBytes, utf8 } from '../../base/bytes.ts';
import { Refusal } from '../../base/errors.ts';
import type { EncryptionContext } from '../key-service.ts';

export const encryptionContextBytesMax = 8192;

/** key, value, key, value …, sorted by the bytes of the keys. */
export function contextFields(context: EncryptionContext): readonly Uint8Array[] {
  const pairs = [...context].map(([key, value]) => ({ key: utf8(key), value: utf8(value) }));
  pairs.sort((a, b) => compareBytes(a.key, b.key));
  return pairs.flatMap(({ key, value }) => [key, value]);
}

/** UTF-8 turns every half of a broken surrogate pair into the same character: two such contexts would look alike. */
export function isWellFormed(context: EncryptionContext): boolean {
  for (const [key, value] of context)
    if (/\p{Surrogate}/u.test(key) || /\p{Surrogate}/u.test(value)) return false;
  return true;
}

/** Refuses, before anything is sealed, a context that is too large or is not text. */
export function checkContext(context: EncryptionContext): void {
  if (!isWellFormed(context)) {
    throw new Refusal('Validation', { message: 'EncryptionContext must be well-formed Unicode text.' });
  }
  let bytes = 0;
  for (const field of contextFields(context)) bytes += field.length;
  if (bytes > encryptionContextBytesMax) {
    const message = `EncryptionContext must not be larger than ${encryptionContextBytesMax} bytes.`;
    throw new Refusal('Validation', { message });
  }
}
