/** Ids and secrets as IAM gives them out: random, and never used twice. */
import { createHash } from 'node:crypto';
import { fillRandom } from '../crypto/random.ts';

/** 32 characters: a byte's low five bits choose one without a bias. */
const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 64 characters, six bits each. */
const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const secretLength = 40;

/** What an id begins with tells what it names. */
const prefixes = {
  user: 'AIDA',
  role: 'AROA',
  policy: 'ANPA',
  'access-key': 'AKIA',
  session: 'ASIA',
} as const;

export type IdentifierKind = keyof typeof prefixes;

export function newIdentifier(kind: IdentifierKind): string {
  const isKey = kind === 'access-key' || kind === 'session';
  return prefixes[kind] + drawn(idAlphabet, isKey ? 16 : 17);
}

/** The same each time for the same name: sessions of a role that a file declares go on after a restart. */
export function lastingIdentifier(kind: 'user' | 'role' | 'policy', account: string, name: string): string {
  const hash = createHash('sha256').update(`${kind}/${account}/${name}`).digest();
  return prefixes[kind] + spelt(idAlphabet, hash.subarray(0, 17));
}

export function newSecret(): string {
  return drawn(secretAlphabet, secretLength);
}

function drawn(alphabet: string, length: number): string {
  const bytes = new Uint8Array(length);
  fillRandom(bytes);
  const text = spelt(alphabet, bytes);
  bytes.fill(0);
  return text;
}

function spelt(alphabet: string, bytes: Uint8Array): string {
  return [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('');
}
