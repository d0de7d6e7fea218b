/** Which keys there are: what each spec is made of, what it may be used for, and with which algorithms. */
import { Refusal } from '../../base/errors.ts';

export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC' | 'KEY_AGREEMENT';
export type HashName = 'sha224' | 'sha256' | 'sha384' | 'sha512';
/** Curves by the names that node:crypto knows them by. */
export type CurveName = 'prime256v1' | 'secp384r1' | 'secp521r1' | 'secp256k1';

/** What the secret of a key is. An HMAC key that is imported has between `bytes` and `bytesMax`. */
export type KeyMake =
  | { readonly kind: 'symmetric' }
  | { readonly kind: 'hmac'; readonly bytes: number; readonly bytesMax: number }
  | { readonly kind: 'rsa'; readonly bits: number }
  | { readonly kind: 'ec'; readonly curve: CurveName }
  | { readonly kind: 'ed25519' };

interface KeySpecEntry {
  readonly make: KeyMake;
  /** The algorithms of each usage that the spec has, in the order in which DescribeKey lists them. */
  readonly algorithms: Partial<Readonly<Record<KeyUsage, readonly string[]>>>;
}

const rsaAlgorithms = {
  ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  SIGN_VERIFY: [
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
  ],
} as const;

const rsa = (bits: number): KeySpecEntry => ({ make: { kind: 'rsa', bits }, algorithms: rsaAlgorithms });
const nist = (curve: CurveName, signing: string): KeySpecEntry => ({
  make: { kind: 'ec', curve },
  algorithms: { SIGN_VERIFY: [signing], KEY_AGREEMENT: ['ECDH'] },
});
const hmac = (bits: number, bytesMax: number): KeySpecEntry => ({
  make: { kind: 'hmac', bytes: bits / 8, bytesMax },
  algorithms: { GENERATE_VERIFY_MAC: [`HMAC_SHA_${bits}`] },
});

const entries = {
  SYMMETRIC_DEFAULT: {
    make: { kind: 'symmetric' },
    algorithms: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
  },
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: nist('prime256v1', 'ECDSA_SHA_256'),
  ECC_NIST_P384: nist('secp384r1', 'ECDSA_SHA_384'),
  ECC_NIST_P521: nist('secp521r1', 'ECDSA_SHA_512'),
  ECC_SECG_P256K1: {
    make: { kind: 'ec', curve: 'secp256k1' },
    algorithms: { SIGN_VERIFY: ['ECDSA_SHA_256'] },
  },
  // Without ED25519_PH_SHA_512, which OpenSSL 3.0 does not have.
  ECC_NIST_EDWARDS25519: { make: { kind: 'ed25519' }, algorithms: { SIGN_VERIFY: ['ED25519_SHA_512'] } },
  HMAC_224: hmac(224, 64),
  HMAC_256: hmac(256, 64),
  HMAC_384: hmac(384, 128),
  HMAC_512: hmac(512, 128),
} satisfies Record<string, KeySpecEntry>;

export type KeySpec = keyof typeof entries;
export const keySpecs: readonly KeySpec[] = Object.keys(entries).filter(isKeySpec);

export const symmetricAlgorithm = 'SYMMETRIC_DEFAULT';

/** What a key must be for, where an operation uses it. */
const usagesNeeded: Readonly<Record<string, KeyUsage>> = {
  Encrypt: 'ENCRYPT_DECRYPT',
  Decrypt: 'ENCRYPT_DECRYPT',
  ReEncrypt: 'ENCRYPT_DECRYPT',
  GenerateDataKey: 'ENCRYPT_DECRYPT',
  GenerateDataKeyWithoutPlaintext: 'ENCRYPT_DECRYPT',
  GenerateDataKeyPair: 'ENCRYPT_DECRYPT',
  GenerateDataKeyPairWithoutPlaintext: 'ENCRYPT_DECRYPT',
  GenerateMac: 'GENERATE_VERIFY_MAC',
  VerifyMac: 'GENERATE_VERIFY_MAC',
  Sign: 'SIGN_VERIFY',
  Verify: 'SIGN_VERIFY',
  DeriveSharedSecret: 'KEY_AGREEMENT',
};

/** Specs of AWS that this service has no cipher for, and their usages. */
const foreignUsages: readonly (readonly [spec: RegExp, usages: readonly string[]])[] = [
  [/^ML_DSA_/, ['SIGN_VERIFY']],
  [/^ML_KEM_/, ['ENCAPSULATE_DECAPSULATE']],
  [/^SM2$/, ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'KEY_AGREEMENT']],
];

interface Kind {
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
}

/** What a record says of its kind; records of plain symmetric keys say nothing. */
interface KeyKind {
  readonly spec?: KeySpec;
  readonly usage?: KeyUsage;
}

interface NamedKey extends KeyKind {
  readonly arn: string;
}

export function isKeySpec(name: string): name is KeySpec {
  return Object.hasOwn(entries, name);
}

export function specOf({ spec = 'SYMMETRIC_DEFAULT' }: { readonly spec?: KeySpec }): KeySpec {
  return spec;
}

export function usageOf({ usage = 'ENCRYPT_DECRYPT' }: { readonly usage?: KeyUsage }): KeyUsage {
  return usage;
}

export function makeOf(spec: KeySpec): KeyMake {
  return entries[spec].make;
}

export function isSymmetric(key: { readonly spec?: KeySpec }): boolean {
  return specOf(key) === 'SYMMETRIC_DEFAULT';
}

/** True where one key can stand in for another to those who use it: both symmetric, HMAC or asymmetric, for one usage. */
export function isSameKind(one: KeyKind, other: KeyKind): boolean {
  return usageOf(one) === usageOf(other) && typeOf(one) === typeOf(other);
}

export function algorithmsOf({ spec, usage }: Kind): readonly string[] {
  const entry: KeySpecEntry = entries[spec];
  return entry.algorithms[usage] ?? [];
}

/** The kind that a request for a key asks for. Refuses Validation, and UnsupportedKeyOperation for AWS's own ciphers. */
export function kindOf({ spec, usage }: { spec?: string | undefined; usage?: string | undefined }): Kind {
  const name = spec ?? 'SYMMETRIC_DEFAULT';
  if (usage === undefined && name !== 'SYMMETRIC_DEFAULT') {
    const message =
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.';
    throw new Refusal('Validation', { message });
  }
  const wanted = usage ?? 'ENCRYPT_DECRYPT';
  if (isKeySpec(name) && isUsageOf(name, wanted)) return { spec: name, usage: wanted };
  if (foreignUsages.some(([specs, usages]) => specs.test(name) && usages.includes(wanted))) {
    const message = `KeySpec ${name} is not supported: this key service has no cipher for it.`;
    throw new Refusal('UnsupportedKeyOperation', { message });
  }
  throw new Refusal('Validation', { message: `KeyUsage ${wanted} is not compatible with KeySpec ${name}` });
}

/** Refuses KeyUsageWrong for a key that is there for something else. */
export function requireUsage(key: NamedKey, operation: string): void {
  const needed = usagesNeeded[operation];
  if (needed === undefined || needed === usageOf(key)) return;
  const message = `${key.arn} key usage is ${usageOf(key)} which is not valid for ${operation}.`;
  throw new Refusal('KeyUsageWrong', { message });
}

/** Refuses KeyUsageWrong for an algorithm that is none of the key's. */
export function requireAlgorithm(key: NamedKey, algorithm: string): void {
  const spec = specOf(key);
  if (algorithmsOf({ spec, usage: usageOf(key) }).includes(algorithm)) return;
  const message = `Algorithm ${algorithm} is incompatible with key spec ${spec}.`;
  throw new Refusal('KeyUsageWrong', { message });
}

/** The hash in the name of an algorithm, e.g. of `RSASSA_PSS_SHA_256`. */
export function hashOf(algorithm: string): HashName {
  const [, bits] = /_SHA_(224|256|384|512)$/.exec(algorithm) ?? [];
  if (bits === '224') return 'sha224';
  if (bits === '256') return 'sha256';
  return bits === '384' ? 'sha384' : 'sha512';
}

function typeOf(key: KeyKind): 'symmetric' | 'hmac' | 'asymmetric' {
  const { kind } = makeOf(specOf(key));
  return kind === 'symmetric' || kind === 'hmac' ? kind : 'asymmetric';
}

function isUsageOf(spec: KeySpec, usage: string): usage is KeyUsage {
  return Object.hasOwn(entries[spec].algorithms, usage);
}
