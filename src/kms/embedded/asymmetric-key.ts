/** Asymmetric keys as bytes: making a pair, opening each half, RSA encryption and key agreement. */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { assert, Refusal } from '../../base/errors.ts';
import { type KeyMake, type KeySpec, makeOf } from './key-spec.ts';

const privateForm = { type: 'pkcs8', format: 'der' } as const;
const publicForm = { type: 'spki', format: 'der' } as const;
const rsaExponent = 65_537n;

/** Both halves in DER: PKCS #8 and SubjectPublicKeyInfo. The receiver wipes `privateKey`. */
export interface KeyPairBytes {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}

/** Off this thread, since an RSA key takes a second. OpenSSL's own copy stays until the pair is collected. */
export function newKeyPair(spec: KeySpec): Promise<KeyPairBytes> {
  const encodings = { privateKeyEncoding: privateForm, publicKeyEncoding: publicForm };
  const make = makeOf(spec);
  return new Promise((resolve, reject) => {
    const done = (fault: Error | null, publicKey: Buffer, privateKey: Buffer): void =>
      fault === null ? resolve({ publicKey, privateKey }) : reject(fault);
    if (make.kind === 'rsa') generateKeyPair('rsa', { modulusLength: make.bits, ...encodings }, done);
    else if (make.kind === 'ec') generateKeyPair('ec', { namedCurve: make.curve, ...encodings }, done);
    else generateKeyPair('ed25519', encodings, done);
  });
}

/** OpenSSL's own copy, which JavaScript cannot wipe, goes when what this returns is collected. */
export function privateKeyOf(bytes: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), ...privateForm });
}

export function publicKeyOf(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), ...publicForm });
}

/** The public half of a private key in PKCS #8 that is one of this spec; undefined for anything else. */
export function publicHalfOf(spec: KeySpec, privateKey: Uint8Array): Buffer | undefined {
  try {
    const key = privateKeyOf(privateKey);
    return isOf(makeOf(spec), key) ? createPublicKey(key).export(publicForm) : undefined;
  } catch {
    return undefined;
  }
}

/** Refuses Validation for more than the padding leaves room for. */
export function rsaEncrypted(
  key: KeyObject,
  { spec, algorithm, plaintext }: { spec: KeySpec; algorithm: string; plaintext: Uint8Array },
): Buffer {
  const make = makeOf(spec);
  assert(make.kind === 'rsa', 'encryption is asked of a spec that has none');
  const bytesMax = make.bits / 8 - 2 * (algorithm === 'RSAES_OAEP_SHA_1' ? 20 : 32) - 2;
  if (plaintext.length > bytesMax) {
    const message = `Algorithm ${algorithm} and key spec ${spec} cannot encrypt data larger than ${bytesMax} bytes.`;
    throw new Refusal('Validation', { message });
  }
  return publicEncrypt({ key, ...oaep(algorithm) }, plaintext);
}

/** Undefined, whatever the cause. The receiver wipes the result. */
export function rsaDecrypted(
  key: KeyObject,
  { algorithm, ciphertext }: { algorithm: string; ciphertext: Uint8Array },
): Buffer | undefined {
  try {
    return privateDecrypt({ key, ...oaep(algorithm) }, ciphertext);
  } catch {
    return undefined;
  }
}

/** The x coordinate that both parties reach; undefined for a public key that is not one of the same curve. */
export function sharedSecretOf(spec: KeySpec, privateKey: KeyObject, peer: Uint8Array): Buffer | undefined {
  try {
    const publicKey = publicKeyOf(peer);
    return isOf(makeOf(spec), publicKey) ? diffieHellman({ privateKey, publicKey }) : undefined;
  } catch {
    return undefined;
  }
}

function isOf(make: KeyMake, { asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { modulusLength, publicExponent, namedCurve } = asymmetricKeyDetails;
  if (make.kind === 'rsa') {
    return asymmetricKeyType === 'rsa' && modulusLength === make.bits && publicExponent === rsaExponent;
  }
  if (make.kind === 'ec') return asymmetricKeyType === 'ec' && namedCurve === make.curve;
  return make.kind === 'ed25519' && asymmetricKeyType === 'ed25519';
}

function oaep(algorithm: string): object {
  const oaepHash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
}
