/** Adds a table without items to the catalogue: its trees numbered, its keys made. */
import type { Clock } from '../base/clock.ts';
import type { TableIdentity } from '../keys/table-identity.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import { type Catalog, nameInUse } from './catalog.ts';
import { type TablePlaces, type TableRecord, treesOf } from './catalog-record.ts';
import type { EncryptionChoice } from './encryption-choice.ts';
import type { IndexDefinition, IndexRecord } from './index-definition.ts';
import type { StreamViewType } from './stream/stream-state.ts';
import type { TableStreams } from './stream/table-streams.ts';
import { newTableId } from './table-id.ts';
import type { KeptDefinition } from './table-record.ts';
import { keyIdOf } from './table-rekeying.ts';
import { initialDates } from './table-settings.ts';

export interface NewTableParts {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly clock: Clock;
  readonly streams: Pick<TableStreams, 'first'>;
}

export interface NewTable {
  readonly definition: KeptDefinition;
  readonly indexes: readonly IndexDefinition[];
  readonly encryption: EncryptionChoice;
  readonly stream?: StreamViewType | undefined;
  /** What else it begins with. */
  readonly more?: (identity: TableIdentity) => Pick<TableRecord, 'policies' | 'timeToLive' | 'replication'>;
}

/** In the caller's region. Refuses TableInUse, LimitExceeded and TableKeyRefused, and leaves nothing behind. */
export async function addTable(
  { catalog, keys, clock, streams }: NewTableParts,
  caller: Caller,
  { definition, indexes: defined, encryption, stream, more = () => ({}) }: NewTable,
): Promise<TableRecord> {
  const { account, region } = caller;
  const { name } = definition;
  if (catalog.find(account, region, name) !== undefined) throw nameInUse(name);
  const keyId = await keyIdOf(keys, caller, encryption);
  const identity = { id: newTableId(), name, account, region };
  const tree = catalog.takeTree();
  const indexes = defined.map((index) => newIndexRecord(index, catalog.takeTree()));
  const hasCollections = indexes.some(({ kind }) => kind === 'local');
  const contents = {
    tree,
    ...(indexes.length > 0 && { indexes }),
    ...(stream !== undefined && { streams: [streams.first(identity, stream)] }),
    ...(hasCollections && { collectionTree: catalog.takeTree() }),
    ...more(identity),
  };
  const made = { identity, keyId, definition, encryption, contents };
  const record = await newRecord({ keys, clock }, caller, made);
  await catalog.add(record);
  return record;
}

export interface NewRecord {
  readonly identity: TableIdentity;
  /** As keyIdOf gives it for `encryption`. */
  readonly keyId: string;
  readonly definition: KeptDefinition;
  readonly encryption: EncryptionChoice;
  readonly contents: TablePlaces & Pick<TableRecord, 'policies' | 'timeToLive'>;
}

/** What is to be added to the catalogue, with keys for its trees. Refuses TableKeyRefused. */
export async function newRecord(
  { keys, clock }: Pick<NewTableParts, 'keys' | 'clock'>,
  caller: Caller,
  { identity, keyId, definition, encryption, contents }: NewRecord,
): Promise<TableRecord> {
  const { id, account, region } = identity;
  return {
    ...{ id, account, region, definition },
    encryption: encryption.kind,
    keys: await keys.create(caller, identity, keyId, treesOf(contents)),
    ...contents,
    status: 'ACTIVE',
    itemCount: 0,
    tableBytes: 0,
    ...initialDates(definition, clock.nowMs()),
  };
}

function newIndexRecord(definition: IndexDefinition, tree: number): IndexRecord {
  return { ...definition, tree, status: 'ACTIVE', itemCount: 0, bytes: 0 };
}
