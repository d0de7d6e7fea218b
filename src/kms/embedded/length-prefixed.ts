/** One way to join fields into bytes so that no two lists of fields give the same bytes. */
import { concatBytes, utf8 } from '../../base/bytes.ts';

/** Each field as `length (u32, big endian) ‖ bytes`. */
export function lengthPrefixed(...fields: readonly (string | Uint8Array)[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const bytes = typeof field === 'string' ? utf8(field) : field;
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    parts.push(length, bytes);
  }
  return concatBytes(...parts);
}
