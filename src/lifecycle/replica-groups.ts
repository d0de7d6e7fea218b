/** Adds regions to the group of a table, and takes them out of it: what UpdateTable asks for. */
import type { Clock } from '../base/clock.ts';
import { isRefusal, Refusal, refuse } from '../base/errors.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { TableRecord } from '../tables/catalog-record.ts';
import type { EncryptionChoice } from '../tables/encryption-choice.ts';
import type { ReplicaMember } from '../tables/replication/replication-state.ts';
import type { ReplicaTable, TableReplicas } from '../tables/replication/table-replicas.ts';
import { beingUpdated, refuseProtected, refuseRestoring, refuseWithdrawn } from '../tables/still-in-use.ts';
import { enabledStream, type StreamViewType } from '../tables/stream/stream-state.ts';
import { newTableId } from '../tables/table-id.ts';
import { bareTableName } from '../tables/table-name.ts';
import type { TableInfo } from '../tables/table-record.ts';
import type { Tables } from '../tables/tables.ts';
import { replicaEncryption } from './replica-encryption.ts';
import { joinRequest, replicaStreamView } from './replica-join.ts';
import { memberOf, ownEntry, withMember } from './replica-members.ts';
import type { ReplicaPeer, ReplicaUpdate } from './replica-peer.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import type { ReplicaPull } from './replica-pull.ts';
import type { ReplicaRoster } from './replica-roster.ts';
import type { ReplicaStanding } from './replica-standing.ts';
import { within } from './within.ts';

export interface ReplicaGroupsOptions {
  readonly tables: Pick<Tables, 'describe' | 'show' | 'statuses' | 'changeStream'>;
  readonly replicas: Pick<TableReplicas, 'findById' | 'findInGroup' | 'begin'>;
  readonly keys: Pick<TableKeys, 'authorize'>;
  readonly roster: Pick<ReplicaRoster, 'mark' | 'move'>;
  readonly standing: Pick<ReplicaStanding, 'settle'>;
  readonly pull: Pick<ReplicaPull, 'pull'>;
  readonly peers: Pick<ReplicaPeers, 'find'>;
  readonly clock: Clock;
  /** A table has become the first of a group. */
  readonly onBegun: (replica: ReplicaTable) => void;
}

/** Steps of fetching what a replica that is about to go has not told yet, and the time there is for it. */
const lastPullsMax = 1_000;
const lastPullsMsMax = 5_000;

export class ReplicaGroups {
  readonly #options: ReplicaGroupsOptions;
  /** By table: the region that a caller waits for. */
  readonly #joining = new Map<string, string>();

  constructor(options: ReplicaGroupsOptions) {
    this.#options = options;
  }

  /** True while a caller waits for the replica of this table in that region to be made. */
  isJoining(id: string, region: string): boolean {
    return this.#joining.get(id) === region;
  }

  /**
   * What is refused changes nothing: TableNotFound, TableInUse, Validation, and TableKeyRefused for the table's own key. Of a
   * region in this process also what it refuses; another process is asked later on, and what that refuses is told by
   * descriptions.
   */
  async update(
    caller: Caller,
    connection: ClientConnection,
    name: string,
    change: ReplicaUpdate,
  ): Promise<TableInfo> {
    const { tables } = this.#options;
    await tables.describe(caller, name);
    const record = this.#record(caller, name);
    refuseWithdrawn(record);
    refuseRestoring(record);
    const { region } = 'create' in change ? change.create : change.remove;
    if (region === record.region) {
      refuse(
        'Cannot add, delete, or update the local region through ReplicaUpdates. ' +
          'Use CreateTable, DeleteTable, or UpdateTable as required.',
      );
    }
    if (this.#joining.has(record.id)) throw beingUpdated(record);
    this.#joining.set(record.id, region);
    try {
      if ('remove' in change) await this.#remove(record, region);
      else await this.#create({ caller, connection, record }, change.create);
    } finally {
      this.#joining.delete(record.id);
    }
    return { ...(await tables.show(caller, name)), status: 'UPDATING' };
  }

  #record(caller: Caller, given: string): TableRecord {
    const name = bareTableName(caller, given);
    const found = this.#options.tables.statuses
      .all()
      .find(
        ({ account, region, definition }) =>
          definition.name === name && account === caller.account && region === caller.region,
      );
    if (found !== undefined) return found;
    throw new Refusal('TableNotFound', { table: name ?? given });
  }

  async #create(
    asked: {
      readonly caller: Caller;
      readonly connection: ClientConnection;
      readonly record: TableRecord;
    },
    { region, keyId }: { readonly region: string; readonly keyId?: string },
  ): Promise<void> {
    const { tables, keys, peers } = this.#options;
    const { caller, connection, record } = asked;
    const { name } = record.definition;
    const peer = peers.find(region, record.region);
    if (peer === undefined) refuse(`One or more parameter values were invalid: Unknown region: ${region}`);
    const before = record.replication && memberOf(record.replication.members, region);
    if (before !== undefined && before.state !== 'LEFT') throw alreadyThere(name);
    const encryption = replicaEncryption(record, keyId);
    const view = enabledStream(record.streams)?.view;
    if (view !== undefined && view !== replicaStreamView) throw otherStream(name, view);
    // It is to be read as a whole: whoever may not use its key may not have that either.
    await keys.authorize(caller, connection, record.id);
    const entry = await this.#intend(record, { region, encryption, askedBy: caller.arn });
    if (peer.isInProcess) await this.#joinAtOnce(record.id, { peer, entry, caller });
    if (view === undefined) await tables.changeStream(caller, name, { view: replicaStreamView });
  }

  /** Durable before anything is made elsewhere: whatever ends this process, the next one knows. */
  async #intend(
    record: TableRecord,
    {
      region,
      encryption,
      askedBy,
    }: { readonly region: string; readonly encryption: EncryptionChoice; readonly askedBy: string },
  ): Promise<ReplicaMember> {
    const { replicas, roster, clock, onBegun } = this.#options;
    const entry = {
      region,
      state: 'CREATING' as const,
      encryption: encryption.kind,
      ...(encryption.kind === 'customer' && { keyArn: encryption.keyId }),
      askedBy,
    };
    const { id } = record;
    const writer = { nowMs: clock.nowMs(), region: record.region };
    if (replicas.findById(id) !== undefined) await roster.mark(id, entry);
    else {
      const first = withMember([], ownEntry(record), writer);
      await replicas.begin(id, { groupId: newTableId(), members: withMember(first, entry, writer) });
    }
    const replica = replicas.findById(id);
    const intended = replica && memberOf(replica.replication.members, region);
    if (replica !== undefined && intended !== undefined) {
      onBegun(replica);
      return intended;
    }
    throw new Refusal('TableNotFound', { table: record.definition.name });
  }

  /** With the rights of whoever waits for it: what is refused is told, and the intent is taken back. */
  async #joinAtOnce(
    id: string,
    {
      peer,
      entry,
      caller,
    }: { readonly peer: ReplicaPeer; readonly entry: ReplicaMember; readonly caller: Caller },
  ): Promise<void> {
    const { replicas, roster, standing } = this.#options;
    const replica = replicas.findById(id);
    if (replica === undefined) throw new Refusal('TableNotFound', {});
    try {
      await peer.join(joinRequest(replica, entry, caller));
    } catch (fault) {
      await roster.move(id, entry, 'LEFT');
      await standing.settle(id);
      throw worded(fault, replica.identity.name, entry.region);
    }
  }

  async #remove(record: TableRecord, region: string): Promise<void> {
    const { roster, standing, peers, pull, replicas, clock } = this.#options;
    const { id, account, replication } = record;
    const member = replication && memberOf(replication.members, region);
    if (replication === undefined || member === undefined || member.state === 'LEFT') {
      refuse(
        'Replica specified in the Replica Update or Replica Delete action of the request was not found.',
      );
    }
    if (member.state === 'CREATION_FAILED') {
      await roster.move(id, member, 'LEFT');
      await standing.settle(id);
      return;
    }
    if (peers.find(region, record.region)?.isInProcess) {
      const there = replicas.findInGroup({ account, region, groupId: replication.groupId });
      if (there !== undefined) refuseProtected(there.record);
    }
    const pulling = lastPulls(() => pull.pull(id, region));
    await within(clock, lastPullsMsMax, pulling);
    const current = memberOf(replicas.findById(id)?.replication.members ?? [], region);
    if (current !== undefined) await roster.move(id, current, 'DELETING');
  }
}

function alreadyThere(table: string): Refusal {
  const message =
    `Failed to create a the new replica of table with name: '${table}' ` +
    'because one or more replicas already existed as tables.';
  return new Refusal('Validation', { message });
}

/** In our own words: what AWS says of it is not known. */
function otherStream(table: string, view: StreamViewType): Refusal {
  const message =
    'One or more parameter values were invalid: A replicated table has a stream of ' +
    `${replicaStreamView}; that of ${table} is of ${view}`;
  return new Refusal('Validation', { message });
}

/** What another region refuses, as the caller in this one reads it (aws-behaviour §1.5). */
function worded(fault: unknown, table: string, region: string): unknown {
  if (isRefusal(fault, 'TableInUse')) return alreadyThere(table);
  if (!isRefusal(fault, 'TableKeyRefused')) return fault;
  const message = fault.message.replace(/^(KMS [a-z ]*error):/, `$1 for region ${region}:`);
  return new Refusal('TableKeyRefused', { ...fault.details, message });
}

/** What was written there until now; where it cannot be had, it goes with the replica. */
async function lastPulls(pull: () => Promise<string>): Promise<void> {
  for (let count = 0; count < lastPullsMax; count++) {
    const outcome = await pull().catch(() => 'failed');
    if (outcome !== 'more') return;
  }
}
