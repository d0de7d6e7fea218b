/** Makes a table that is to be a replica: empty and closed to callers until it has copied what is in another region. */
import type { Clock } from '../../base/clock.ts';
import type { TableKeys } from '../../keys/table-keys.ts';
import type { Caller } from '../../kms/key-service.ts';
import { type Catalog, nameInUse } from '../catalog.ts';
import { type TableRecord, treesOf } from '../catalog-record.ts';
import type { IndexDefinition } from '../index-definition.ts';
import type { StreamViewType } from '../stream/stream-state.ts';
import type { TableStreams } from '../stream/table-streams.ts';
import { newTableId } from '../table-id.ts';
import { tableInfo } from '../table-info.ts';
import type { EncryptionChoice, KeptDefinition, TableInfo, TimeToLive } from '../table-record.ts';
import { keyIdOf } from '../table-rekeying.ts';
import { initialDates } from '../table-settings.ts';
import type { ReplicaMember } from './replication-state.ts';

export interface ReplicaMakingOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly clock: Clock;
  readonly streams: Pick<TableStreams, 'first'>;
}

export interface ReplicaPlan {
  readonly definition: KeptDefinition;
  readonly indexes: readonly IndexDefinition[];
  readonly encryption: EncryptionChoice;
  readonly stream?: StreamViewType;
  readonly timeToLive?: TimeToLive;
  readonly groupId: string;
  /** Every region of the group, that of the caller among them. */
  readonly members: readonly ReplicaMember[];
}

/** In the caller's region. Refuses TableInUse, LimitExceeded and TableKeyRefused, and leaves nothing behind. */
export async function makeReplica(
  { catalog, keys, clock, streams }: ReplicaMakingOptions,
  caller: Caller,
  plan: ReplicaPlan,
): Promise<TableInfo> {
  const { account, region } = caller;
  const { definition, encryption, timeToLive, groupId, members } = plan;
  const { name } = definition;
  if (catalog.find(account, region, name) !== undefined) throw nameInUse(name);
  const keyId = await keyIdOf(keys, caller, encryption);
  const identity = { id: newTableId(), name, account, region };
  const tree = catalog.takeTree();
  const indexes = plan.indexes.map((index) => ({
    ...index,
    tree: catalog.takeTree(),
    status: 'ACTIVE' as const,
    itemCount: 0,
    bytes: 0,
  }));
  const hasCollections = indexes.some(({ kind }) => kind === 'local');
  const places = {
    tree,
    ...(hasCollections && { collectionTree: catalog.takeTree() }),
    ...(indexes.length > 0 && { indexes }),
    ...(plan.stream !== undefined && { streams: [streams.first(identity, plan.stream)] }),
    replication: { groupId, tree: catalog.takeTree(), isCopying: true, members } as const,
  };
  const record: TableRecord = {
    id: identity.id,
    account,
    region,
    definition,
    encryption: encryption.kind,
    keys: await keys.create(caller, identity, keyId, treesOf(places)),
    ...places,
    ...(timeToLive !== undefined && { timeToLive }),
    status: 'ACTIVE',
    itemCount: 0,
    tableBytes: 0,
    ...initialDates(definition, clock.nowMs()),
  };
  await catalog.add(record);
  return tableInfo(record);
}
