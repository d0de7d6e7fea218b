/** The secret of a key that is not symmetric: made before its key is, and sealed with it. */
import { newKeyPair } from './asymmetric-key.ts';
import { newHmacSecret } from './hmac.ts';
import type { Material } from './key.ts';
import { type KeySpec, makeOf } from './key-spec.ts';
import type { MaterialSafe } from './material.ts';

export interface KeySecret {
  /** Wiped by sealedSecret. */
  readonly bytes: Uint8Array;
  readonly publicKey?: Uint8Array;
}

/** Undefined for a symmetric key: its secret never comes to JavaScript, and the safe makes it. */
export async function newSecretOf(spec: KeySpec): Promise<KeySecret | undefined> {
  const make = makeOf(spec);
  if (make.kind === 'symmetric') return undefined;
  if (make.kind === 'hmac') return { bytes: newHmacSecret(make.bytes) };
  const { privateKey, publicKey } = await newKeyPair(spec);
  return { bytes: privateKey, publicKey };
}

/** `id`: of the material, where its bytes decide it. */
export function sealedSecret(
  materials: MaterialSafe,
  keyId: string,
  { bytes, publicKey, id }: KeySecret & { readonly id?: string },
): Material {
  const material = materials.takeSecret(keyId, bytes, id);
  if (publicKey === undefined) return material;
  return { ...material, publicKey: Buffer.from(publicKey).toString('base64') };
}
