/** The one record in clear: which store this is and how to find its root key. The only bytes read before a key is at hand. */
import { createHash, randomBytes } from 'node:crypto';
import { concatBytes, equalBytes, textOf, utf8 } from '../../base/bytes.ts';
import { IntegrityFault, Outage } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import { lengthPrefixed } from './length-prefixed.ts';
import type { RootKey, RootKeyRecipe } from './root-key.ts';
import { isPayable } from './root-key-passphrase.ts';

export const headerId = 'header';

const format = 1;
const checksumBytes = 32;
/** The envelope of an empty text under the store's root. */
const proofBytes = 72;
const storeIdBytes = 16;

/*
 * checksum (32, SHA-256 of the rest) ‖ proof (72) ‖ JSON of HeaderFields
 * The checksum tells damage from a wrong key; the proof, whose context is the JSON, tells a right key from a wrong one.
 */
interface HeaderFields {
  readonly format: number;
  readonly storeId: string;
  readonly recipe: {
    readonly source: string;
    readonly salt?: string;
    readonly costLog2?: number;
    readonly blockSize?: number;
    readonly parallelization?: number;
    readonly wrapped?: string;
  };
}

/** A store's own root: from the root key and the store's id, so that no two stores share a key. */
export interface StoreRoot {
  readonly storeId: Uint8Array;
  readonly root: SecretKey;
}

export async function makeHeader(
  core: CryptoCore,
  rootKey: RootKey,
): Promise<StoreRoot & { body: Uint8Array }> {
  const { key, recipe } = await rootKey.create(core);
  const storeId = randomBytes(storeIdBytes);
  const root = storeRoot(core, key, storeId);
  const fields = utf8(JSON.stringify({ format, storeId: storeId.toString('hex'), recipe: written(recipe) }));
  const proof = core.sealBytes(root, new Uint8Array(0), proofContext(fields));
  return { storeId, root, body: concatBytes(checksum(proof, fields), proof, fields) };
}

/** IntegrityFault for a damaged header; the outages of RootKey.open; RootKeyWrong for a key that is not this store's. */
export async function openHeader(core: CryptoCore, rootKey: RootKey, body: Uint8Array): Promise<StoreRoot> {
  const proof = body.subarray(checksumBytes, checksumBytes + proofBytes);
  const fields = body.subarray(checksumBytes + proofBytes);
  if (!equalBytes(body.subarray(0, checksumBytes), checksum(proof, fields))) throw damaged();
  const { storeId, recipe } = read(fields);
  const key = await rootKey.open(core, recipe);
  const root = storeRoot(core, key, storeId);
  try {
    core.openBytes(root, proof, proofContext(fields));
  } catch (cause) {
    root.destroy();
    if (!(cause instanceof IntegrityFault)) throw cause;
    throw new Outage('RootKeyWrong');
  }
  return { storeId, root };
}

function storeRoot(core: CryptoCore, key: SecretKey, storeId: Uint8Array): SecretKey {
  try {
    return core.deriveKey(key, lengthPrefixed('cryptable kms store 1', storeId));
  } finally {
    key.destroy();
  }
}

function proofContext(fields: Uint8Array): Uint8Array {
  return lengthPrefixed('cryptable kms header 1', fields);
}

function checksum(proof: Uint8Array, fields: Uint8Array): Uint8Array {
  return createHash('sha256').update(proof).update(fields).digest();
}

function written(recipe: RootKeyRecipe): HeaderFields['recipe'] {
  if (recipe.source === 'file') return recipe;
  if (recipe.source !== 'passphrase')
    return { ...recipe, wrapped: Buffer.from(recipe.wrapped).toString('hex') };
  return { ...recipe, salt: Buffer.from(recipe.salt).toString('hex') };
}

function read(bytes: Uint8Array): { storeId: Uint8Array; recipe: RootKeyRecipe } {
  let fields: HeaderFields;
  try {
    fields = JSON.parse(textOf(bytes)) as HeaderFields;
  } catch {
    throw damaged();
  }
  if (fields.format !== format) {
    throw new Outage('StoreForeign', { hint: 'Its key service was written in another format.' });
  }
  const storeId = Buffer.from(fields.storeId, 'hex');
  if (storeId.length !== storeIdBytes) throw damaged();
  const { source, salt, wrapped, costLog2 = 0, blockSize = 0, parallelization = 0 } = fields.recipe;
  if (source === 'file') return { storeId, recipe: { source } };
  if (source === 'key-service' || source === 'pkcs11') {
    if (wrapped === undefined) throw damaged();
    return { storeId, recipe: { source, wrapped: Buffer.from(wrapped, 'hex') } };
  }
  if (source !== 'passphrase' || salt === undefined) throw damaged();
  const recipe: RootKeyRecipe = {
    source,
    salt: Buffer.from(salt, 'hex'),
    costLog2,
    blockSize,
    parallelization,
  };
  if (!isPayable(recipe)) throw damaged();
  return { storeId, recipe };
}

function damaged(): IntegrityFault {
  return new IntegrityFault({ record: headerId });
}
