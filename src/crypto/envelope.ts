/** The fallback's envelope: a commitment to the key, then XAES-256-GCM; drawn at CryptoCore.sealKey. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { concatBytes, utf8 } from '../base/bytes.ts';
import { commitmentBytes, envelopeOverheadBytes, nonceBytes } from './core.ts';
import { expandKey } from './hkdf.ts';
import { fillRandom } from './random.ts';
import { openXaes, sealXaes } from './xaes.ts';

const commitmentKeyInfo = utf8('cryptable commitment key v1');
const commitmentLabel = utf8('cryptable commitment v1');

export function sealEnvelope(key: Uint8Array, plain: Uint8Array, context: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(nonceBytes);
  fillRandom(nonce);
  return concatBytes(commitmentOf(key, nonce, context), nonce, sealXaes({ key, nonce, aad: context }, plain));
}

/** Undefined whatever is wrong. The caller wipes the result where it is a key. */
export function openEnvelope(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Buffer | undefined {
  if (sealed.length < envelopeOverheadBytes) return undefined;
  const nonce = sealed.subarray(commitmentBytes, commitmentBytes + nonceBytes);
  // First: GCM alone opens a crafted text under two keys, and must not get to see it.
  const committed = timingSafeEqual(sealed.subarray(0, commitmentBytes), commitmentOf(key, nonce, context));
  if (!committed) return undefined;
  return openXaes({ key, nonce, aad: context }, sealed.subarray(commitmentBytes + nonceBytes));
}

function commitmentOf(key: Uint8Array, nonce: Uint8Array, context: Uint8Array): Buffer {
  const commitmentKey = expandKey(key, commitmentKeyInfo);
  try {
    return createHmac('sha256', commitmentKey).update(commitmentLabel).update(nonce).update(context).digest();
  } finally {
    commitmentKey.fill(0);
  }
}
