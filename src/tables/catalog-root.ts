/** Where a store begins: head 0 holds the wrapped keys of the catalogue, and is the only head that is not sealed. */
import { equalBytes, textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault, isRefusal } from '../base/errors.ts';
import { serviceItself, type TableIdentity } from '../keys/table-identity.ts';
import type { TableKeys, WrappedTableKeys } from '../keys/table-keys.ts';
import type { PageStore } from '../store/page-store.ts';
import { type StoredKeys, storedKeys, wrappedKeys } from './stored-keys.ts';
import type { Namespace } from './table-name.ts';

/** A head without a tree. */
export const rootTree = 0;
export const catalogTree = 1;
/** Trees of tables are numbered from here on. */
export const firstTableTree = 2;
export const catalogId = 'catalogue';

const catalogName = 'cryptable.catalogue';
const format = 1;
const rootVersion = 1;
const place = { tree: rootTree, record: 'head' };

interface Root {
  readonly identity: TableIdentity;
  readonly wrapped: WrappedTableKeys;
}

export interface CatalogRootOptions {
  readonly store: PageStore;
  readonly keys: TableKeys;
  /** Under whose owned key the catalogue of a new store is; a store that is there says so itself. */
  readonly namespace: Namespace;
}

/**
 * Opens the catalogue's keys for good; a store without anything gets new ones. Throws IntegrityFault where the head
 * is gone from a store that holds more, was changed, or does not open with this key service.
 */
export async function openCatalogRoot({ store, keys, namespace }: CatalogRootOptions): Promise<void> {
  const [head] = await store.readHeads([rootTree]);
  if (head === undefined) {
    await makeRoot({ store, keys, namespace });
    return;
  }
  if (head.version !== rootVersion) throw new IntegrityFault(place);
  const { identity, wrapped } = decodeRoot(head.body);
  keys.hold(identity, wrapped);
  try {
    await keys.holdForService(serviceItself(identity), catalogId);
  } catch (fault) {
    // Nobody can take the owned key away: it is the store, or the key service, that is another one.
    throw isRefusal(fault, 'TableKeyRefused') ? new IntegrityFault(place) : fault;
  }
}

/** For a census: which keys the catalogue is under. Nothing is opened. Throws IntegrityFault where the head is gone. */
export async function readCatalogKeys(
  store: PageStore,
): Promise<{ readonly keyArn: string; readonly region: string; readonly dataKeyIds: readonly number[] }> {
  const [head] = await store.readHeads([rootTree]);
  if (head === undefined) throw new IntegrityFault(place);
  const { identity, wrapped } = decodeRoot(head.body);
  return {
    keyArn: wrapped.keyArn,
    region: identity.region,
    dataKeyIds: wrapped.dataKeys.map(({ id }) => id),
  };
}

/**
 * The catalogue keeps its first data key for good: another one would need a root that changes, and which of two roots is
 * the newer no seal could say. At a commit for each change of a table it never comes near what a data key may seal.
 */
async function makeRoot({ store, keys, namespace }: CatalogRootOptions): Promise<void> {
  const [anything] = await store.listTrees(rootTree, 1);
  if (anything !== undefined) throw new IntegrityFault(place);
  const { account, region } = namespace;
  const identity = { id: catalogId, name: catalogName, account, region };
  const service = serviceItself(identity);
  const wrapped = await keys.create(service, identity, await keys.ownedKey(region), [catalogTree]);
  await keys.holdForService(service, catalogId);
  const head = { tree: rootTree, expected: 0, version: rootVersion, body: encodeRoot({ identity, wrapped }) };
  await store.commit({ puts: [], deletes: [], heads: [head], drops: [] });
}

function encodeRoot({ identity: { account, region }, wrapped }: Root): Uint8Array {
  return utf8(JSON.stringify({ format, account, region, keys: storedKeys(wrapped) }));
}

/** No byte but those that encodeRoot writes: what a key does not vouch for must not vary either. */
function decodeRoot(body: Uint8Array): Root {
  let root: Root;
  try {
    const { account, region, keys } = JSON.parse(textOf(body)) as Namespace & { readonly keys: StoredKeys };
    root = { identity: { id: catalogId, name: catalogName, account, region }, wrapped: wrappedKeys(keys) };
  } catch {
    throw new IntegrityFault(place);
  }
  if (!equalBytes(encodeRoot(root), body)) throw new IntegrityFault(place);
  return root;
}
