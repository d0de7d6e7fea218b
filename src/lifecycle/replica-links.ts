/** Has each replica of this process follow every other region of its group, for as long as both are of it. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ReplicaTable, TableReplicas } from '../tables/replication/table-replicas.ts';
import { ReplicaLink } from './replica-link.ts';
import { isPresent } from './replica-members.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import type { ReplicaPull } from './replica-pull.ts';
import type { ReplicaStanding } from './replica-standing.ts';

export interface ReplicaLinksOptions {
  readonly replicas: Pick<TableReplicas, 'all' | 'findById' | 'onLocalChange'>;
  readonly pull: Pick<ReplicaPull, 'pull'>;
  readonly standing: Pick<ReplicaStanding, 'settle'>;
  readonly peers: Pick<ReplicaPeers, 'find'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Following {
  readonly link: ReplicaLink;
  readonly id: string;
  /** Account and group. */
  readonly group: string;
  readonly from: string;
}

export class ReplicaLinks {
  readonly #options: ReplicaLinksOptions;
  /** By the id of the replica that follows, and the region that it follows. */
  readonly #links = new Map<string, Following>();
  /** Links that ended, as long as something of them is under way. */
  readonly #ending = new Set<Promise<void>>();
  #unsubscribe = () => {};
  #isStarted = false;

  constructor(options: ReplicaLinksOptions) {
    this.#options = options;
  }

  /** Goes on with what a process before this one began. */
  async start(): Promise<void> {
    const { replicas, standing } = this.#options;
    for (const { identity } of replicas.all()) await standing.settle(identity.id);
    this.#isStarted = true;
    this.#unsubscribe = replicas.onLocalChange((id) => {
      const source = replicas.findById(id);
      if (source !== undefined) this.changed(source);
      // It is gone: those who follow it are to find that out.
      else this.look();
    });
    this.look();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#unsubscribe();
    const stopping = [...this.#links.values()].map(({ link }) => link.stop());
    this.#links.clear();
    await Promise.all([...stopping, ...this.#ending]);
  }

  /** Begins what is to be followed, and goes on at once with all of it. */
  look(): void {
    for (const replica of this.#options.replicas.all()) this.#follow(replica);
    for (const { link } of this.#links.values()) link.retry();
  }

  /** Something was written in this replica: those of this process that follow it go on. */
  changed({ identity, replication }: ReplicaTable): void {
    const group = groupName(identity.account, replication.groupId);
    for (const each of this.#links.values()) {
      if (each.from === identity.region && each.group === group) each.link.wake();
    }
  }

  /** There is news of the group itself. */
  membersChanged(replica: ReplicaTable): void {
    if (!this.#isStarted) return;
    this.#follow(replica);
    const group = groupName(replica.identity.account, replica.replication.groupId);
    for (const each of this.#links.values()) if (each.group === group) each.link.retry();
  }

  #follow({ identity, replication }: ReplicaTable): void {
    if (!this.#isStarted) return;
    const { peers, pull, clock, log } = this.#options;
    const { id, region, name } = identity;
    for (const member of replication.members) {
      const key = `${id} ${member.region}`;
      if (member.region === region || !isPresent(member) || this.#links.has(key)) continue;
      const peer = peers.find(member.region, region);
      if (peer === undefined) continue;
      const link = new ReplicaLink({
        names: { table: name, region, from: member.region },
        pull: () => pull.pull(id, member.region),
        canTell: peer.isInProcess === true,
        clock,
        log,
        onEnded: () => this.#drop(key),
      });
      const group = groupName(identity.account, replication.groupId);
      this.#links.set(key, { link, id, group, from: member.region });
      link.wake();
    }
  }

  #drop(key: string): void {
    const ended = this.#links.get(key);
    this.#links.delete(key);
    if (ended === undefined) return;
    const ending = ended.link.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    // The region may have come back into the group at this very moment.
    const replica = this.#options.replicas.findById(ended.id);
    if (replica !== undefined) this.#follow(replica);
  }
}

function groupName(account: string, groupId: string): string {
  return `${account}/${groupId}`;
}
