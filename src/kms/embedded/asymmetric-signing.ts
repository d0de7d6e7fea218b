/** Signatures of RSA, ECDSA and Ed25519 keys over a message or over its digest. */
import {
  constants,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { equalBytes } from '../../base/bytes.ts';
import { assert, Refusal } from '../../base/errors.ts';
import { curveOf } from './asymmetric-curve.ts';
import { isDigestSignature, secretNumberOf, signDigest } from './asymmetric-ecdsa.ts';
import { isPssEncoded, pssEncoded } from './asymmetric-pss.ts';
import { type HashName, hashOf, type KeySpec, makeOf } from './key-spec.ts';

export type MessageType = 'RAW' | 'DIGEST';

export interface SigningInput {
  readonly spec: KeySpec;
  /** One of the spec's. */
  readonly algorithm: string;
  readonly message: Uint8Array;
  readonly messageType: MessageType;
}

/** The object identifiers of hashes with their frame (RFC 8017, section 9.2, note 1). */
const digestPrefixes: Readonly<Partial<Record<HashName, Buffer>>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

/** Refuses Validation for a digest that is not one of the algorithm's hash. */
export function checkSigningInput({ algorithm, message, messageType }: SigningInput): void {
  if (messageType === 'RAW') return;
  if (algorithm.startsWith('ED25519')) {
    const content = `MessageType ${messageType} is not valid for algorithm ${algorithm}.`;
    throw new Refusal('Validation', { message: content });
  }
  if (message.length === createHash(hashOf(algorithm)).digest().length) return;
  throw new Refusal('Validation', { message: `Digest is invalid length for algorithm ${algorithm}.` });
}

/** `key` is private. The input has passed checkSigningInput. */
export function signatureOf(key: KeyObject, input: SigningInput): Buffer {
  const { spec, algorithm, message, messageType } = input;
  if (algorithm.startsWith('ED25519')) return sign(null, message, key);
  const hash = hashOf(algorithm);
  if (messageType === 'RAW') return sign(hash, message, { key, ...schemeOf(algorithm) });
  const make = makeOf(spec);
  if (make.kind === 'ec') {
    const curve = curveOf(make.curve);
    const secret = secretNumberOf(curve, key);
    try {
      return signDigest(curve, { digest: message, secret });
    } finally {
      secret.fill(0);
    }
  }
  assert(make.kind === 'rsa', 'a key without digest signatures passed the table of specs');
  if (!isPss(algorithm)) {
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, framed(message, hash));
  }
  const encoded = pssEncoded({ digest: message, hash }, make.bits / 8);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

/** False for any signature that is not right, however it is wrong. */
export function isSignature(key: KeyObject, input: SigningInput, signature: Uint8Array): boolean {
  const { spec, algorithm, message, messageType } = input;
  if (algorithm.startsWith('ED25519')) return verify(null, message, key, signature);
  const hash = hashOf(algorithm);
  const make = makeOf(spec);
  // OpenSSL also takes one whose zero at its head was cut off; RFC 8017 (8.1.2) does not.
  if (make.kind === 'rsa' && signature.length !== make.bits / 8) return false;
  if (messageType === 'RAW') return verify(hash, message, { key, ...schemeOf(algorithm) }, signature);
  if (make.kind === 'ec') {
    return isDigestSignature(curveOf(make.curve), { digest: message, signature, key });
  }
  try {
    if (!isPss(algorithm)) {
      const frame = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
      return equalBytes(frame, framed(message, hash));
    }
    const encoded = publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
    return isPssEncoded({ digest: message, hash }, encoded);
  } catch {
    // OpenSSL throws for one that is too long, not below the modulus, or padded wrongly.
    return false;
  }
}

function isPss(algorithm: string): boolean {
  return algorithm.startsWith('RSASSA_PSS');
}

function schemeOf(algorithm: string): object {
  if (algorithm.startsWith('ECDSA')) return { dsaEncoding: 'der' };
  if (!isPss(algorithm)) return { padding: constants.RSA_PKCS1_PADDING };
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

function framed(digest: Uint8Array, hash: HashName): Buffer {
  const prefix = digestPrefixes[hash];
  assert(prefix !== undefined, 'a hash that no signature has');
  return Buffer.concat([prefix, digest]);
}
