/** ECDSA (FIPS 186-4, section 6.4) over a digest that comes from outside: node:crypto signs what it hashes itself alone. */
import { createECDH, createHash, createPublicKey, type KeyObject, randomFillSync, verify } from 'node:crypto';
import { assert } from '../../base/errors.ts';
import { bytesOf, type Curve, integerOf, inverseOf, type Point, residue, sumOf } from './asymmetric-curve.ts';
import { derInteger, derSequence, readDerIntegers } from './asymmetric-der.ts';
import { ScalarField } from './asymmetric-scalar.ts';

/** A signature is right for this in place of a digest: see isDigestSignature. */
const knownMessage = Buffer.from('cryptable');

/**
 * Signs with the private number of a key, of the order's length, which stays the caller's to wipe. `nonce`, for published
 * examples alone, is the secret number of the signature. Answers DER, as AWS does.
 */
export function signDigest(
  curve: Curve,
  { digest, secret, nonce }: { digest: Uint8Array; secret: Uint8Array; nonce?: Uint8Array },
): Buffer {
  const field = new ScalarField(curve.order);
  const hashed = bytesOf(integerOf(digest) % curve.order, curve.bytes);
  for (;;) {
    const k = nonce === undefined ? newScalar(curve) : Buffer.from(nonce);
    try {
      const r = residue(timesBase(curve, k).x, curve.order);
      const s = field.sumOfProductOver(hashed, secret, bytesOf(r, curve.bytes), k);
      // Both are zero for about one secret number in 2^256.
      if (r !== 0n && integerOf(s) !== 0n) return derSequence(derInteger(r), derInteger(integerOf(s)));
      assert(nonce === undefined, 'a published example cannot be signed');
    } finally {
      k.fill(0);
    }
  }
}

/**
 * Verifies without scalar multiplication of our own: (r, s) is right for digest e under the point Q exactly where it is
 * right for another digest f under Q + ((e − f)/r)·G, since both lead to the same point e/s·G + r/s·Q. f is the hash of a
 * known message, so that node:crypto can do the rest.
 */
export function isDigestSignature(
  curve: Curve,
  { digest, signature, key }: { digest: Uint8Array; signature: Uint8Array; key: KeyObject },
): boolean {
  const [r, s, ...more] = readDerIntegers(signature) ?? [];
  if (r === undefined || s === undefined || more.length > 0) return false;
  if (r <= 0n || r >= curve.order || s <= 0n || s >= curve.order) return false;
  const own = pointOf(key);
  const known = integerOf(createHash(curve.hash).update(knownMessage).digest());
  const shift = residue((integerOf(digest) - known) * inverseOf(r, curve.order), curve.order);
  const point = shift === 0n ? own : sumOf(own, timesBase(curve, bytesOf(shift, curve.bytes)), curve);
  if (point === undefined) return false;
  return verify(curve.hash, knownMessage, { key: publicKeyAt(curve, point), dsaEncoding: 'der' }, signature);
}

/** The private number in a key as OpenSSL writes it (RFC 5915). The caller wipes it. */
export function secretNumberOf(curve: Curve, key: KeyObject): Buffer {
  const der = key.export({ type: 'sec1', format: 'der' });
  try {
    // SEQUENCE { INTEGER 1, OCTET STRING of the order's length, … }
    const start = der.indexOf(Buffer.from([2, 1, 1, 4, curve.bytes])) + 5;
    assert(start >= 5 && start <= 8, 'OpenSSL writes private keys of curves otherwise');
    const secret = Buffer.allocUnsafeSlow(curve.bytes);
    der.copy(secret, 0, start);
    return secret;
  } finally {
    der.fill(0);
  }
}

/** From 1 to order − 1, each as likely as any other. */
function newScalar(curve: Curve): Buffer {
  const bytes = Buffer.allocUnsafeSlow(curve.bytes);
  const spareBits = 8 * curve.bytes - curve.order.toString(2).length;
  const order = bytesOf(curve.order, curve.bytes);
  do {
    randomFillSync(bytes);
    bytes[0] = (bytes[0] ?? 0) >> spareBits;
  } while (bytes.every((byte) => byte === 0) || bytes.compare(order) >= 0);
  return bytes;
}

/** The multiple of the base point, by OpenSSL, in constant time. */
function timesBase(curve: Curve, scalar: Uint8Array): Point {
  const pair = createECDH(curve.name);
  pair.setPrivateKey(scalar);
  const point = pair.getPublicKey().subarray(1);
  return { x: integerOf(point.subarray(0, curve.bytes)), y: integerOf(point.subarray(curve.bytes)) };
}

function pointOf(key: KeyObject): Point {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return { x: integerOf(Buffer.from(x, 'base64url')), y: integerOf(Buffer.from(y, 'base64url')) };
}

function publicKeyAt(curve: Curve, { x, y }: Point): KeyObject {
  const coordinate = (value: bigint) => bytesOf(value, curve.bytes).toString('base64url');
  const jwk = { kty: 'EC', crv: curve.jwkName, x: coordinate(x), y: coordinate(y) };
  return createPublicKey({ key: jwk, format: 'jwk' });
}
