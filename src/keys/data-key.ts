/** Data keys under a table key: each sealed to its place, opening for no other table, tree or number. */
import { IntegrityFault } from '../base/errors.ts';
import type { CryptoCore, SecretKey } from '../crypto/core.ts';
import { lengthPrefixed } from '../kms/embedded/length-prefixed.ts';
import type { WrappedDataKey } from './wrapped-table-keys.ts';

/** Whose data key it is. */
export interface DataKeyPlace {
  readonly tableId: string;
  readonly tree: number;
  readonly id: number;
}

/** The number of a tree's first data key. */
export const firstDataKeyId = 1;

/** A fresh data key, of which nothing but this is left. */
export function makeDataKey(core: CryptoCore, tableKey: SecretKey, place: DataKeyPlace): WrappedDataKey {
  const key = core.generateKey();
  try {
    return sealDataKey(core, tableKey, { key, place });
  } finally {
    key.destroy();
  }
}

/**
 * Throws IntegrityFault for whatever was not sealed for this place under this table key. The receiver
 * destroys it.
 */
export function openDataKey(
  core: CryptoCore,
  tableKey: SecretKey,
  { tableId, wrapped }: { tableId: string; wrapped: WrappedDataKey },
): SecretKey {
  const { tree, id, sealed } = wrapped;
  try {
    return core.openKey(tableKey, sealed, contextOf({ tableId, tree, id }));
  } catch (fault) {
    if (fault instanceof IntegrityFault) throw new IntegrityFault({ tree, record: 'data key' });
    throw fault;
  }
}

/** Opens each under the one and seals it under the other; no opened key outlives this call. */
export function rewrapDataKeys(
  core: CryptoCore,
  { from, to }: { from: SecretKey; to: SecretKey },
  { tableId, dataKeys }: { tableId: string; dataKeys: readonly WrappedDataKey[] },
): readonly WrappedDataKey[] {
  return dataKeys.map((wrapped) => {
    const key = openDataKey(core, from, { tableId, wrapped });
    try {
      return sealDataKey(core, to, { key, place: { tableId, tree: wrapped.tree, id: wrapped.id } });
    } finally {
      key.destroy();
    }
  });
}

/** An envelope of CryptoCore.sealKey; its context: domain, table id, tree (u32), data-key id (u32). */
function sealDataKey(
  core: CryptoCore,
  tableKey: SecretKey,
  { key, place }: { key: SecretKey; place: DataKeyPlace },
): WrappedDataKey {
  return { tree: place.tree, id: place.id, sealed: core.sealKey(tableKey, key, contextOf(place)) };
}

function contextOf({ tableId, tree, id }: DataKeyPlace): Uint8Array {
  const numbers = new Uint8Array(8);
  const view = new DataView(numbers.buffer);
  view.setUint32(0, tree);
  view.setUint32(4, id);
  return lengthPrefixed('cryptable data key 1', tableId, numbers);
}
