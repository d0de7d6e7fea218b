/** Answers other regions for those of this process: makes replicas here, and tells what has changed in them. */
import { isRefusal, refuse } from '../base/errors.ts';
import { nameInUse } from '../tables/catalog.ts';
import type { ReplicaTable, TableReplicas } from '../tables/replication/table-replicas.ts';
import { isPresent, type Members, memberOf } from './replica-members.ts';
import type { JoinRequest, PullAnswer, PullRequest, ReplicaService } from './replica-peer.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import { sourceName } from './replica-pull.ts';
import type { ReplicaRoster } from './replica-roster.ts';
import type { ReplicaStanding } from './replica-standing.ts';

export interface ReplicaAnswersOptions {
  readonly replicas: Pick<TableReplicas, 'find' | 'findInGroup' | 'findById' | 'create' | 'read' | 'confirm'>;
  readonly roster: Pick<ReplicaRoster, 'merge'>;
  readonly standing: Pick<ReplicaStanding, 'settle'>;
  readonly peers: Pick<ReplicaPeers, 'isHere'>;
  /** A replica was made. */
  readonly onJoined: (replica: ReplicaTable) => void;
}

/**
 * So much further everybody must have read before what they have all read is trimmed: a day of writes, since sequences count
 * thousandths of milliseconds. Not sooner, for what is trimmed a newer region has to copy.
 */
const confirmEvery = 86_400_000_000;

export class ReplicaAnswers implements ReplicaService {
  readonly #options: ReplicaAnswersOptions;
  /** By the id of a replica: up to where each of the others has read it, and from where on the next day of writes counts. */
  readonly #read = new Map<string, { readonly upTo: Map<string, number>; confirmed: number | undefined }>();

  constructor(options: ReplicaAnswersOptions) {
    this.#options = options;
  }

  async answerJoin(region: string, request: JoinRequest): Promise<void> {
    const { replicas, roster, standing, onJoined } = this.#options;
    this.#requireHere(region);
    const { account, groupId, definition, caller, members, ...plan } = request;
    const place = { account, groupId, region };
    if (replicas.findInGroup(place) === undefined) {
      const entry = memberOf(members, region);
      if (entry === undefined) refuse('A replica is asked for in a region that is none of its group.');
      this.#requireKnown(place, members);
      try {
        await replicas.create({ ...caller, account, region }, { ...plan, definition, groupId, members });
      } catch (fault) {
        // The same was asked for twice: the first one has made it.
        if (!isRefusal(fault, 'TableInUse') || replicas.findInGroup(place) === undefined) throw fault;
      }
    }
    const made = replicas.findInGroup(place);
    if (made === undefined || made.identity.name !== definition.name) throw nameInUse(definition.name);
    await roster.merge(made.identity.id, members);
    await standing.settle(made.identity.id);
    onJoined(replicas.findById(made.identity.id) ?? made);
  }

  async answerPull(region: string, request: PullRequest): Promise<PullAnswer> {
    const { replicas, roster, standing } = this.#options;
    const { account, groupId, puller, members, membersOnly } = request;
    this.#requireHere(region);
    const place = { account, groupId, region };
    const { identity } = replicas.findInGroup(place) ?? {};
    if (identity === undefined) return { members: [] };
    await roster.merge(identity.id, members);
    await standing.settle(identity.id);
    const replica = replicas.findInGroup(place);
    if (replica === undefined) return { members: [] };
    const known = replica.replication.members;
    const asking = memberOf(known, puller);
    // Nobody who is not of the group is told what is in the table.
    const mayRead = asking !== undefined && isPresent(asking) && asking.tableId !== undefined;
    if (membersOnly || !mayRead) return { members: known };
    const page = await this.#page(replica, request, sourceName(puller, asking.tableId));
    return { members: known, ...(page && { page }) };
  }

  #requireHere(region: string): void {
    if (!this.#options.peers.isHere(region)) refuse('This process does not serve that region.');
  }

  /** What it takes for a region of its own, and has no replica in, is that of a process it was not told of. */
  #requireKnown(place: { readonly account: string; readonly groupId: string }, members: Members): void {
    const { peers, replicas } = this.#options;
    for (const { region, tableId, ...member } of members) {
      const isThere = tableId !== undefined && isPresent({ region, ...member });
      if (!isThere || !peers.isHere(region)) continue;
      if (replicas.findInGroup({ ...place, region }) !== undefined) continue;
      refuse(`The process that is asked for a replica has no peer for the region ${region}.`);
    }
  }

  /** Undefined where it cannot be read now: its key is not there, or it is not whole. */
  async #page(replica: ReplicaTable, { position }: PullRequest, puller: string): Promise<PullAnswer['page']> {
    const { replicas } = this.#options;
    const { id } = replica.identity;
    try {
      if (position !== undefined) await this.#confirm(replica, puller, position.sequence);
      return await replicas.read(id, { puller, ...(position && { position }) });
    } catch (fault) {
      const isUnreadable = ['TableKeyRefused', 'TableInUse', 'TableNotFound'] as const;
      if (isUnreadable.some((code) => isRefusal(fault, code))) return undefined;
      throw fault;
    }
  }

  /** Whoever asks for what is behind a position has all before it, for good. */
  async #confirm(
    { identity: { id, region }, replication }: ReplicaTable,
    puller: string,
    sequence: number,
  ): Promise<void> {
    const read = this.#read.get(id) ?? { upTo: new Map<string, number>(), confirmed: undefined };
    this.#read.set(id, read);
    read.upTo.set(puller, sequence);
    const others = replication.members.filter((member) => member.region !== region && isPresent(member));
    const least = Math.min(
      ...others.map((each) => read.upTo.get(sourceName(each.region, each.tableId ?? '')) ?? 0),
    );
    if (least === 0) return;
    read.confirmed ??= least;
    if (least - read.confirmed < confirmEvery) return;
    await this.#options.replicas.confirm(id, least);
    read.confirmed = least;
  }
}
