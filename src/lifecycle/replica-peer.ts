/** How the replicas of one table talk to each other: in this process, or with one that serves another region. */
import type { Caller } from '../kms/key-service.ts';
import type { EncryptionChoice } from '../tables/encryption-choice.ts';
import type { IndexDefinition } from '../tables/index-definition.ts';
import type { ChangePage, Position } from '../tables/replication/replica-change.ts';
import type { ReplicaMember } from '../tables/replication/replication-state.ts';
import type { StreamViewType } from '../tables/stream/stream-state.ts';
import type { KeptDefinition, TimeToLive } from '../tables/table-record.ts';

/** Asks for a replica of a table in the region of the peer. */
export interface JoinRequest {
  readonly account: string;
  readonly groupId: string;
  /** With the name; without what is of each region alone: tags, protection. */
  readonly definition: KeptDefinition;
  readonly indexes: readonly IndexDefinition[];
  readonly stream?: StreamViewType;
  readonly timeToLive?: TimeToLive;
  /** Of the new replica; a key without a region is one of the peer's. */
  readonly encryption: EncryptionChoice;
  /** Of the whole group, the new one among them. */
  readonly members: readonly ReplicaMember[];
  /** Who asked for it; within a process, with the policies that bind this caller. Over a wire, the ARN and account alone. */
  readonly caller: Pick<Caller, 'arn' | 'account' | 'identity'>;
}

/** Asks a replica for what has changed there, and tells it what the asking one knows of the group. */
export interface PullRequest {
  readonly account: string;
  readonly groupId: string;
  /** The region that asks. */
  readonly puller: string;
  /** Absent at first: the copy begins. */
  readonly position?: Position;
  /** The puller can take no changes now, as where its own key is lost: it asks for the members alone. */
  readonly membersOnly?: true;
  readonly members: readonly ReplicaMember[];
}

export interface PullAnswer {
  /** Absent where none was asked for, and where it cannot be read now: `members` says why. */
  readonly page?: ChangePage;
  /** As the replica knows them. Empty where there is no replica of this group: it has left, or was deleted. */
  readonly members: readonly ReplicaMember[];
}

/** Another region. Whatever rejects with no Refusal may be tried again. */
export interface ReplicaPeer {
  readonly region: string;
  /** It can tell at once when something has changed: it need not be asked again and again. */
  readonly isInProcess?: true;
  /**
   * Makes a replica, which then fills itself. Does nothing where it is there already. Refuses TableInUse, LimitExceeded,
   * TableKeyRefused and Validation.
   */
  join(request: JoinRequest): Promise<void>;
  pull(request: PullRequest): Promise<PullAnswer>;
}

/** Answers for the regions of this process. */
export interface ReplicaService {
  /** As ReplicaPeer.join, in this region. */
  answerJoin(region: string, request: JoinRequest): Promise<void>;
  answerPull(region: string, request: PullRequest): Promise<PullAnswer>;
}

/** One change of a group, as UpdateTable asks for it. */
export type ReplicaUpdate =
  /** `keyId`: of a key in that region, as the request names it. */
  | { readonly create: { readonly region: string; readonly keyId?: string } }
  | { readonly remove: { readonly region: string } };
