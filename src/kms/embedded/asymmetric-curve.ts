/** The curves of ECDSA (SEC 2, FIPS 186-4) by their numbers, and the sum of two public points. */
import type { CurveName, HashName } from './key-spec.ts';

export interface Curve {
  readonly name: CurveName;
  /** The name of the curve in a JSON Web Key. */
  readonly jwkName: string;
  readonly prime: bigint;
  /** y² = x³ + a·x + b. */
  readonly a: bigint;
  readonly order: bigint;
  /** Of a coordinate, and of a number below the order. */
  readonly bytes: number;
  /** The hash of the curve's one signing algorithm. */
  readonly hash: HashName;
}

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

const p256Prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const p384Prime = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n;
const p521Prime = 2n ** 521n - 1n;

const curves: Readonly<Record<CurveName, Curve>> = {
  prime256v1: {
    name: 'prime256v1',
    jwkName: 'P-256',
    prime: p256Prime,
    a: p256Prime - 3n,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    bytes: 32,
    hash: 'sha256',
  },
  secp384r1: {
    name: 'secp384r1',
    jwkName: 'P-384',
    prime: p384Prime,
    a: p384Prime - 3n,
    order: 2n ** 384n - 0x389cb27e0bc8d220a7e5f24db74f58851313e695333ad68dn,
    bytes: 48,
    hash: 'sha384',
  },
  secp521r1: {
    name: 'secp521r1',
    jwkName: 'P-521',
    prime: p521Prime,
    a: p521Prime - 3n,
    order: 2n ** 521n - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
    bytes: 66,
    hash: 'sha512',
  },
  secp256k1: {
    name: 'secp256k1',
    jwkName: 'secp256k1',
    prime: 2n ** 256n - 2n ** 32n - 977n,
    a: 0n,
    order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
    bytes: 32,
    hash: 'sha256',
  },
};

export function curveOf(name: CurveName): Curve {
  return curves[name];
}

/** Undefined for the point at infinity. Not in constant time: both points are public. */
export function sumOf(one: Point, other: Point, { prime, a }: Curve): Point | undefined {
  if (one.x === other.x && (one.y + other.y) % prime === 0n) return undefined;
  const slope =
    one.x === other.x
      ? (3n * one.x * one.x + a) * inverseOf(2n * one.y, prime)
      : (other.y - one.y) * inverseOf(other.x - one.x, prime);
  const x = residue(slope * slope - one.x - other.x, prime);
  return { x, y: residue(slope * (one.x - x) - one.y, prime) };
}

/** Of a number that is not a multiple of the prime. */
export function inverseOf(value: bigint, prime: bigint): bigint {
  let [rest, next] = [prime, residue(value, prime)];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return residue(factor, prime);
}

export function residue(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

export function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

/** Big endian, `length` bytes. */
export function bytesOf(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
}
