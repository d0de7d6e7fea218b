/** Makes a table that is to be a replica: empty and closed to callers until it has copied what is in another region. */
import type { Caller } from '../../kms/key-service.ts';
import type { EncryptionChoice } from '../encryption-choice.ts';
import type { IndexDefinition } from '../index-definition.ts';
import { addTable, type NewTableParts } from '../new-table.ts';
import type { StreamViewType } from '../stream/stream-state.ts';
import { tableInfo } from '../table-info.ts';
import type { KeptDefinition, TableInfo, TimeToLive } from '../table-record.ts';
import type { ReplicaMember } from './replication-state.ts';

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
  parts: NewTableParts,
  caller: Caller,
  { timeToLive, groupId, members, ...plan }: ReplicaPlan,
): Promise<TableInfo> {
  const record = await addTable(parts, caller, {
    ...plan,
    more: () => ({
      replication: { groupId, tree: parts.catalog.takeTree(), isCopying: true, members },
      ...(timeToLive !== undefined && { timeToLive }),
    }),
  });
  return tableInfo(record);
}
