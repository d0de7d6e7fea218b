/** One step of following: asks another replica for changes, and takes in what it tells of them and of the group. */
import { isRefusal, Outage, Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ChangePage, Position } from '../tables/replication/replica-change.ts';
import type { ReplicaMember } from '../tables/replication/replication-state.ts';
import type { ReplicaTable, TableReplicas } from '../tables/replication/table-replicas.ts';
import { joinRequest } from './replica-join.ts';
import { isPresent, memberOf } from './replica-members.ts';
import type { PullAnswer, ReplicaPeer } from './replica-peer.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import { type ReplicaRoster, unlessGone } from './replica-roster.ts';
import type { ReplicaStanding } from './replica-standing.ts';

/** `refused`: one of the two keys cannot be used, and that is not in the list of members yet. `ended`: nothing to follow. */
export type PullOutcome = 'more' | 'whole' | 'refused' | 'ended';

export interface ReplicaPullOptions {
  readonly replicas: Pick<TableReplicas, 'findById' | 'position' | 'apply' | 'change'>;
  readonly roster: Pick<ReplicaRoster, 'merge' | 'move'>;
  readonly standing: Pick<ReplicaStanding, 'settle'>;
  readonly peers: Pick<ReplicaPeers, 'find'>;
  /** True while a caller waits for the replica to be made. */
  readonly isJoining: (id: string, region: string) => boolean;
  /** Called after changes have come in that were news. */
  readonly onApplied: (replica: ReplicaTable) => void;
  readonly log: Log;
}

/** Which table there was read: a position is of no meaning for another one in the same region. */
export function sourceName(region: string, tableId: string): string {
  return `${region}/${tableId}`;
}

/** Of both ends of a line, what is known as it begins. */
interface Line {
  readonly replica: ReplicaTable;
  readonly member: ReplicaMember;
  readonly peer: ReplicaPeer;
}

export class ReplicaPull {
  readonly #options: ReplicaPullOptions;

  constructor(options: ReplicaPullOptions) {
    this.#options = options;
  }

  /** Of the replica with this id, from another region. Rejects as the peer does, and with outages of the store. */
  async pull(id: string, region: string): Promise<PullOutcome> {
    await this.#options.standing.settle(id);
    const line = this.#line(id, region);
    if (line === undefined) return 'ended';
    refuseMissing(line);
    if (isUnmade(line.member)) {
      if (this.#isNotToAsk(line)) return 'refused';
      if (!(await this.#join(line))) return 'ended';
    }
    const from = sourceOf(line);
    const position = from === undefined ? undefined : await this.#position(line, from);
    const answer = await this.#ask(line, position);
    await this.#remember(line);
    if (answer.members.length === 0) return this.#gone(line);
    await this.#options.roster.merge(id, answer.members);
    await this.#options.standing.settle(id);
    const now = this.#line(id, region);
    if (now === undefined) return 'ended';
    const isOther = from === undefined || sourceOf(now) !== from;
    // Made anew meanwhile, or only now whole: what was asked is of no use, and the next step asks otherwise.
    if (isOther) return sourceOf(now) === undefined ? 'whole' : 'more';
    if (answer.page === undefined) return isReadable(now) ? 'refused' : 'whole';
    return this.#take(now, from, answer.page);
  }

  #line(id: string, region: string): Line | undefined {
    const { replicas, peers } = this.#options;
    const replica = replicas.findById(id);
    const member = replica && memberOf(replica.replication.members, region);
    if (replica === undefined || member === undefined || !isPresent(member)) return undefined;
    const peer = peers.find(region, replica.identity.region);
    return peer && { replica, member, peer };
  }

  /** Whoever asked for a replica sees to it, and finds out what became of that; the others hear of it. */
  #isNotToAsk({ replica: { identity }, member }: Line): boolean {
    return member.stamp.region !== identity.region || this.#options.isJoining(identity.id, member.region);
  }

  /** True where there may be somebody to ask by now: in this process whoever asks for a replica has it made at once. */
  async #join({ replica, member, peer }: Line): Promise<boolean> {
    const { roster, log } = this.#options;
    const { id } = replica.identity;
    if (peer.isInProcess) return true;
    try {
      await peer.join(joinRequest(replica, member));
      return true;
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      await roster.move(id, member, 'CREATION_FAILED', fault.message);
      log.warn({ table: replica.identity.name, region: member.region }, 'A replica could not be made.');
      return false;
    }
  }

  /** `none` where nothing can be taken in: its own key is not there. */
  async #position({ replica }: Line, from: string): Promise<{ readonly at?: Position } | undefined> {
    if (replica.record.status !== 'ACTIVE') return undefined;
    try {
      const at = await this.#options.replicas.position(replica.identity.id, from);
      return at === undefined ? {} : { at };
    } catch (fault) {
      if (isRefusal(fault, 'TableKeyRefused')) return undefined;
      throw fault;
    }
  }

  #ask(
    { replica: { identity, replication }, peer }: Line,
    position: { readonly at?: Position } | undefined,
  ): Promise<PullAnswer> {
    return peer.pull({
      account: identity.account,
      groupId: replication.groupId,
      puller: identity.region,
      members: replication.members,
      ...(position === undefined && { membersOnly: true }),
      ...(position?.at && { position: position.at }),
    });
  }

  /** That it is served elsewhere: a process that is started without its peers must not take that for their end. */
  async #remember({ replica: { identity, replication }, peer }: Line): Promise<void> {
    if (peer.isInProcess || replication.elsewhere?.includes(peer.region)) return;
    await this.#options.replicas
      .change(identity.id, ({ elsewhere = [], ...state }) => ({
        ...state,
        elsewhere: [...new Set([...elsewhere, peer.region])],
      }))
      .catch(unlessGone);
  }

  /** There is no such replica: it was deleted, or it left, or whoever asked for it did not live to see it made. */
  async #gone({ replica, member }: Line): Promise<PullOutcome> {
    const { roster, standing } = this.#options;
    const { id } = replica.identity;
    await roster.move(id, member, 'LEFT');
    await standing.settle(id);
    return 'ended';
  }

  async #take({ replica }: Line, from: string, page: ChangePage): Promise<PullOutcome> {
    const { replicas, standing, onApplied } = this.#options;
    const { id } = replica.identity;
    try {
      if ((await replicas.apply(id, from, page)) > 0) onApplied(replica);
    } catch (fault) {
      if (isRefusal(fault, 'TableKeyRefused')) return 'refused';
      throw fault;
    }
    if (!page.isWhole) return 'more';
    if (replica.replication.isCopying && page.position.kind === 'follow') {
      await replicas.change(id, ({ isCopying: _, ...state }) => state).catch(unlessGone);
      await standing.settle(id);
    }
    return 'whole';
  }
}

function refuseMissing({ replica, member, peer }: Line): void {
  if (!peer.isInProcess || !replica.replication.elsewhere?.includes(member.region)) return;
  throw new Outage('PeerUnavailable', { hint: 'The configuration does not name it any more.' });
}

function isUnmade({ state, tableId }: ReplicaMember): boolean {
  return state === 'CREATING' && tableId === undefined;
}

/** What can be read there; undefined while it is not whole itself. */
function sourceOf({ member: { region, state, tableId } }: Line): string | undefined {
  return tableId === undefined || state === 'CREATING' ? undefined : sourceName(region, tableId);
}

/** True where both keys should be there. */
function isReadable({ replica, member }: Line): boolean {
  return replica.record.status === 'ACTIVE' && member.state === 'ACTIVE';
}
