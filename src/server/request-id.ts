/** The id an answer carries, in the form its service gives it; unguessable, as callers quote it to operators. */
import { randomFillSync, randomUUID } from 'node:crypto';
import type { ModelName } from '../api/shape.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const idLength = 52;
/** Characters are drawn for many ids at once: one draw an id would cost more than the rest of it. */
const pool = Buffer.allocUnsafeSlow(64 * idLength);
let used = pool.length;

export function newRequestId(model: ModelName): string {
  if (model !== 'dynamodb' && model !== 'streams') return randomUUID();
  if (used === pool.length) {
    randomFillSync(pool);
    for (let i = 0; i < pool.length; i++) pool[i] = alphabet.charCodeAt((pool[i] ?? 0) % alphabet.length);
    used = 0;
  }
  used += idLength;
  return pool.toString('latin1', used - idLength, used);
}
