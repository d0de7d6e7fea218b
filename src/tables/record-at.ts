/** What the catalogue said of a table at the moment of a snapshot: the record that goes with the pages in it. */
import type { Clock } from '../base/clock.ts';
import { Outage, Refusal } from '../base/errors.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import { PageEngine } from '../pages/pages.ts';
import type { PageSnapshot } from '../store/page-store.ts';
import { decodeTableRecord, type TableRecord, tableRecordKey } from './catalog-record.ts';
import { catalogId, catalogTree } from './catalog-root.ts';

export interface RecordAtOptions {
  readonly snapshot: PageSnapshot;
  readonly storeId: Uint8Array;
  readonly keys: Pick<TableKeys, 'cipher'>;
  readonly clock: Clock;
}

const cacheBytes = 2 ** 20;

/**
 * Undefined where the table was not there then. Its counts are exact where its key can be used at this moment, and else
 * as they were last written down. Throws IntegrityFault for a changed catalogue.
 */
export async function recordAt(
  { snapshot, storeId, keys, clock }: RecordAtOptions,
  known: TableRecord,
): Promise<TableRecord | undefined> {
  const commit = () => Promise.reject(new Outage('StoreUnavailable'));
  const engine = PageEngine.open({ store: { ...readsOf(snapshot), commit }, storeId, clock, cacheBytes });
  try {
    const tree = await engine.openTree(catalogTree, keys.cipher(catalogId, catalogTree));
    const bytes = await tree.get(tableRecordKey(known));
    const record = bytes === undefined ? undefined : decodeTableRecord(bytes);
    return record?.id === known.id ? await counted(engine, keys, record) : undefined;
  } finally {
    await engine.close();
  }
}

/** The snapshot is not closed with the engine. */
function readsOf(snapshot: PageSnapshot) {
  return {
    readHeads: snapshot.readHeads.bind(snapshot),
    readPages: snapshot.readPages.bind(snapshot),
    listPages: snapshot.listPages.bind(snapshot),
    listTrees: snapshot.listTrees.bind(snapshot),
    close: async () => {},
  };
}

async function counted(
  engine: PageEngine,
  keys: RecordAtOptions['keys'],
  record: TableRecord,
): Promise<TableRecord> {
  const statsOf = async (tree: number) => (await engine.openTree(tree, keys.cipher(record.id, tree))).stats();
  try {
    const { entries: itemCount, bytes: tableBytes } = await statsOf(record.tree);
    const indexes = [];
    for (const index of record.indexes ?? []) {
      const { entries, bytes } = await statsOf(index.tree);
      indexes.push({ ...index, itemCount: entries, bytes });
    }
    return { ...record, itemCount, tableBytes, ...(indexes.length > 0 && { indexes }) };
  } catch (fault) {
    // Its key is away: whatever the reason, its pages are there to be copied.
    if (fault instanceof Refusal || fault instanceof Outage) return record;
    throw fault;
  }
}
