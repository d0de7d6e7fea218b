/** Wraps key material for a key that imports it, as its owner does outside. */
import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { EmbeddedKms } from '../../src/kms/embedded/embedded-kms.ts';
import type { ImportRequest } from '../../src/kms/embedded/import-material.ts';
import type { WrappingAlgorithm } from '../../src/kms/embedded/import-wrapping.ts';
import { user } from './embedded-kms.ts';

const paddedWrapStart = Buffer.from('a65959a6', 'hex');

/** `publicKey`: DER of the SubjectPublicKeyInfo. */
export function wrappedFor(
  publicKey: Uint8Array,
  { material, algorithm }: { material: Uint8Array; algorithm: WrappingAlgorithm },
): Buffer {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  const oaepHash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const encrypt = (bytes: Uint8Array) => publicEncrypt({ key, padding, oaepHash }, bytes);
  if (algorithm.startsWith('RSAES')) return encrypt(material);
  const aesKey = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, paddedWrapStart);
  return Buffer.concat([encrypt(aesKey), cipher.update(material), cipher.final()]);
}

/** The whole way of material into a key. */
export async function importInto(
  kms: EmbeddedKms,
  keyId: string,
  {
    material,
    caller = user,
    ...request
  }: { material: Uint8Array; caller?: typeof user } & Partial<ImportRequest>,
): ReturnType<EmbeddedKms['imports']['import']> {
  const algorithm = 'RSA_AES_KEY_WRAP_SHA_256';
  const { token, publicKey } = await kms.imports.parameters(caller, { keyId, algorithm, spec: 'RSA_2048' });
  const wrapped = wrappedFor(publicKey, { material, algorithm });
  return kms.imports.import(caller, { keyId, token, wrapped, ...request });
}
