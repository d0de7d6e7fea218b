/** What the catalogue knows of a table that is one of several replicas: the group, and every region of it. */
import type { EncryptionChoice } from '../encryption-choice.ts';
import type { Stamp } from './stamp.ts';

export type ReplicaState =
  | 'CREATING'
  | 'ACTIVE'
  | 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'
  | 'DELETING'
  | 'CREATION_FAILED'
  /** Not of the group any more; kept, so that no older entry brings it back. */
  | 'LEFT';

export interface ReplicaMember {
  readonly region: string;
  readonly state: ReplicaState;
  /** Of this entry: of two entries of one region, the younger one holds. */
  readonly stamp: Stamp;
  /** Absent under the owned key. */
  readonly keyArn?: string;
  readonly encryption: EncryptionChoice['kind'];
  /** Where the key cannot be used: when that was noticed. */
  readonly sinceMs?: number;
  /** Why it could not be made. */
  readonly reason?: string;
  /** The id of the table there, once there is one: another id is another replica, which was made after the first had gone. */
  readonly tableId?: string;
  /** The ARN of whoever asked for it, until it is there. */
  readonly askedBy?: string;
}

export interface ReplicationState {
  /** Made by the first region of the group. */
  readonly groupId: string;
  /** The number of the tree with the versions, the log and the positions; absent until the table's key is there to make it. */
  readonly tree?: number;
  /** Not whole yet: closed to callers. */
  readonly isCopying?: true;
  /** Every region of the group, this one among them. */
  readonly members: readonly ReplicaMember[];
  /** Regions that another process has answered for: where the configuration names none any more, they are not this one's. */
  readonly elsewhere?: readonly string[];
}

/** What DescribeTable needs to know of it. */
export type ReplicationInfo = Pick<ReplicationState, 'groupId' | 'members'>;
