/** What the product's bytes must be, computed a second time and another way: big numbers and node:crypto. */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const gcm = 'aes-256-gcm';

export function oracleGcmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
): Buffer {
  const cipher = createCipheriv(gcm, key, nonce).setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws where it does not open. */
export function oracleGcmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Buffer {
  const decipher = createDecipheriv(gcm, key, nonce).setAAD(aad).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

/** The derived key of XAES-256-GCM for the first 12 bytes of a nonce. */
export function oracleXaesKey(key: Uint8Array, nonce: Uint8Array): Buffer {
  const block = (hex: string) => {
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    return cipher.update(hex, 'hex', 'hex') + cipher.final('hex');
  };
  const l = BigInt(`0x${block('00'.repeat(16))}`);
  const k1 = ((l << 1n) & ((1n << 128n) - 1n)) ^ (l >> 127n === 1n ? 0x87n : 0n);
  const halves = ['00015800', '00025800'].map((head) => {
    const message = BigInt(`0x${head}${Buffer.from(nonce.subarray(0, 12)).toString('hex')}`);
    return block((message ^ k1).toString(16).padStart(32, '0'));
  });
  return Buffer.from(halves.join(''), 'hex');
}

/** Opens `nonce ‖ ciphertext ‖ tag`. Throws where it does not open. */
export function oracleOpenPage(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer {
  return oracleGcmOpen(oracleXaesKey(key, sealed), sealed.subarray(12, 24), aad, sealed.subarray(24));
}

/** HKDF-Expand with SHA-256, as many blocks as asked for. */
export function oracleExpand(key: Uint8Array, info: Uint8Array, size: number): Buffer {
  const blocks: Buffer[] = [];
  for (let index = 1; (index - 1) * 32 < size; index++) {
    const previous = blocks.at(-1) ?? Buffer.alloc(0);
    blocks.push(createHmac('sha256', key).update(previous).update(info).update(Buffer.of(index)).digest());
  }
  return Buffer.concat(blocks).subarray(0, size);
}

/** The commitment of an envelope with this nonce and context. */
export function oracleCommitment(key: Uint8Array, nonce: Uint8Array, context: Uint8Array): Buffer {
  const commitmentKey = oracleExpand(key, Buffer.from('cryptable commitment key v1'), 32);
  const message = Buffer.concat([Buffer.from('cryptable commitment v1'), nonce, context]);
  return createHmac('sha256', commitmentKey).update(message).digest();
}
