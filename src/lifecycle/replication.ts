/** The replicas of a store and those who look after them: put together, started, and stopped. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { TrustedTime } from '../kms/embedded/trusted-time.ts';
import type { ReplicaTable } from '../tables/replication/table-replicas.ts';
import type { Tables } from '../tables/tables.ts';
import { ReplicaAnswers } from './replica-answers.ts';
import { ReplicaDeadlines, type ReplicaDeadlinesOptions } from './replica-deadlines.ts';
import { ReplicaGroups } from './replica-groups.ts';
import { ReplicaLinks } from './replica-links.ts';
import type { ReplicaPeer, ReplicaService } from './replica-peer.ts';
import { ReplicaPeers, type ReplicaPeersOptions } from './replica-peers.ts';
import { ReplicaPull } from './replica-pull.ts';
import { ReplicaRoster } from './replica-roster.ts';
import { ReplicaStanding } from './replica-standing.ts';

export interface ReplicationOptions {
  readonly tables: Pick<Tables, 'describe' | 'show' | 'statuses' | 'changeStream' | 'replicas'>;
  readonly keys: Pick<TableKeys, 'authorize' | 'findLoss'>;
  readonly lifecycle: ReplicaDeadlinesOptions['lifecycle'];
  /** The same that the loss of keys is dated by. */
  readonly time: TrustedTime;
  readonly clock: Clock;
  readonly log: Log;
  /** Regions that other processes serve. */
  readonly remote?: readonly ReplicaPeer[];
  readonly between?: ReplicaPeersOptions['between'];
}

export class Replication {
  readonly groups: ReplicaGroups;
  readonly service: ReplicaService;
  readonly #links: ReplicaLinks;
  readonly #deadlines: ReplicaDeadlines;

  constructor({ tables, keys, lifecycle, time, clock, log, remote = [], between }: ReplicationOptions) {
    const { replicas } = tables;
    const nowMs = () => clock.nowMs();
    const peers = new ReplicaPeers({ service: () => this.service, remote, between });
    const roster = new ReplicaRoster({
      replicas,
      nowMs,
      onChange: (replica) => {
        this.#links.membersChanged(replica);
        this.#deadlines.changed();
      },
    });
    const standing = new ReplicaStanding({ replicas, roster, log });
    const pull = new ReplicaPull({
      replicas,
      roster,
      standing,
      peers,
      isJoining: (id, region) => this.groups.isJoining(id, region),
      onApplied: (replica) => this.#links.changed(replica),
      log,
    });
    const parts = { replicas, roster, standing, pull, peers, keys, clock, log };
    this.#links = new ReplicaLinks(parts);
    this.#deadlines = new ReplicaDeadlines({ ...parts, lifecycle, time });
    const follow = (replica: ReplicaTable) => this.#links.membersChanged(replica);
    this.groups = new ReplicaGroups({ ...parts, tables, onBegun: follow });
    this.service = new ReplicaAnswers({ ...parts, onJoined: follow });
  }

  /** Goes on with what a process before this one began, and with what fell due since. */
  async start(): Promise<void> {
    await this.#links.start();
    this.#deadlines.start();
  }

  /** The key of a table may have been lost, or be back. */
  statusesChanged(): void {
    this.#links.look();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    await Promise.all([this.#links.stop(), this.#deadlines.stop()]);
  }
}
