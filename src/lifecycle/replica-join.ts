/** What a region is asked for that is to have a replica: the table as it is now, under a key of that region. */
import type { EncryptionChoice } from '../tables/encryption-choice.ts';
import type { IndexDefinition, IndexRecord } from '../tables/index-definition.ts';
import type { ReplicaMember } from '../tables/replication/replication-state.ts';
import type { ReplicaTable } from '../tables/replication/table-replicas.ts';
import type { StreamViewType } from '../tables/stream/stream-state.ts';
import type { JoinRequest } from './replica-peer.ts';

/** Of every replica: what AWS asks for too. */
export const replicaStreamView: StreamViewType = 'NEW_AND_OLD_IMAGES';

/** `caller`: whoever waits for it; else whoever once asked for it. */
export function joinRequest(
  { record, replication }: Pick<ReplicaTable, 'record' | 'replication'>,
  member: ReplicaMember,
  caller?: JoinRequest['caller'],
): JoinRequest {
  const { account, definition, indexes = [], timeToLive } = record;
  return {
    account,
    groupId: replication.groupId,
    // Tags and protection are each region's own.
    definition: { ...definition, tags: [], deletionProtection: false },
    indexes: indexes.filter(({ status }) => status !== 'DELETING').map(definitionOf),
    stream: replicaStreamView,
    ...(timeToLive !== undefined && { timeToLive }),
    encryption: choiceOf(member),
    members: replication.members,
    caller: caller ?? { arn: member.askedBy ?? `arn:aws:iam::${account}:root`, account },
  };
}

/** Without what it holds here. */
function definitionOf({
  tree: _,
  status: __,
  filledTo: ___,
  itemCount: ____,
  bytes: _____,
  ...definition
}: IndexRecord): IndexDefinition {
  return definition;
}

/** Until there is a replica, an entry has its key as the request named it. */
function choiceOf({ encryption, keyArn = '' }: ReplicaMember): EncryptionChoice {
  return encryption === 'customer' ? { kind: encryption, keyId: keyArn } : { kind: encryption };
}
