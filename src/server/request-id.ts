/** The id an answer carries, in the form its service gives it; unguessable, as callers quote it to operators. */
import { randomFillSync, randomUUID } from 'node:crypto';
import type { ModelName } from '../api/shape.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const idLength = 52;
/** Random bytes are drawn for many ids at once: one draw an id would cost more than the rest of it. */
const pool = new Uint8Array(64 * idLength);
let used = pool.length;

export function newRequestId(model: ModelName): string {
  if (model === 'kms') return randomUUID();
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let id = '';
  for (const byte of pool.subarray(used, used + idLength)) id += alphabet.charAt(byte % alphabet.length);
  used += idLength;
  return id;
}
