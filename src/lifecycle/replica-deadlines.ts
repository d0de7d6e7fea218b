/** Takes replicas out of their groups whose keys have been away for twenty hours, also where that passed while nobody ran. */
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import { confirmationGapMs, type TrustedTime } from '../kms/embedded/trusted-time.ts';
import type { ReplicaMember } from '../tables/replication/replication-state.ts';
import type { ReplicaTable, TableReplicas } from '../tables/replication/table-replicas.ts';
import { type ProtectedTable, protectedTable } from '../tables/table-summary.ts';
import { deadlineRetryMs } from './deadline-watch.ts';
import type { ReplicaPull } from './replica-pull.ts';
import type { ReplicaRoster } from './replica-roster.ts';
import type { ReplicaStanding } from './replica-standing.ts';
import { within } from './within.ts';

/** From the notice of the loss on; the seven days until it is archived count from there too. */
export const removeAfterMs = 20 * 3_600_000;
/** A wall clock may be set: look this often at least while a key is away. */
const lookEveryMs = 3_600_000;
/** What is known of a region that does not answer has to do. */
const askedMsMax = 5_000;

export interface ReplicaDeadlinesOptions {
  readonly replicas: Pick<TableReplicas, 'all' | 'findById'>;
  readonly roster: Pick<ReplicaRoster, 'move'>;
  readonly standing: Pick<ReplicaStanding, 'settle'>;
  readonly pull: Pick<ReplicaPull, 'pull'>;
  readonly keys: Pick<TableKeys, 'findLoss'>;
  readonly lifecycle: { keyBack(table: ProtectedTable): Promise<void> };
  readonly clock: Clock;
  /** The same that losses are dated by. */
  readonly time: TrustedTime;
  readonly log: Log;
}

export class ReplicaDeadlines {
  readonly #options: ReplicaDeadlinesOptions;
  #looking: Promise<void> | undefined;
  #timer: Timer | undefined;
  #isStarted = false;

  constructor(options: ReplicaDeadlinesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStarted = true;
    this.changed();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#timer?.cancel();
    await this.#looking;
  }

  /** A member may have lost its key, or have it back. */
  changed(): void {
    if (this.#looking === undefined) this.#wait(this.#nextMs());
  }

  /** Does what is due; joins a look that is under way. Never rejects: what could not be done is tried again. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    let isWhole = true;
    // Each for itself first: whose key came back unnoticed says so before the others judge.
    for (const step of [this.#lookAtSelf, this.#lookAtOthers]) {
      for (const { identity } of this.#options.replicas.all()) {
        if (!this.#isStarted) return;
        try {
          await step.call(this, identity.id);
        } catch (fault) {
          if (!this.#isStarted) return;
          isWhole = false;
          const { id: table } = identity;
          this.#options.log.error(
            { table, fault },
            'A replica that is due to leave could not; trying again.',
          );
        }
      }
    }
    this.#wait(isWhole ? this.#nextMs() : deadlineRetryMs);
  }

  async #lookAtSelf(id: string): Promise<void> {
    const { replicas, roster, standing, keys, lifecycle } = this.#options;
    await standing.settle(id);
    const replica = replicas.findById(id);
    const own = replica && dueIn(replica, this.#options.time).find(({ region }) => isOwn(replica, region));
    if (replica === undefined || own === undefined) return;
    // It may have come back since the last look at keys. Rejects where the key service does not say.
    if ((await keys.findLoss(replica.identity)) === undefined) {
      await lifecycle.keyBack(protectedTable(replica.record));
    } else {
      await roster.move(id, own, 'LEFT');
    }
    await standing.settle(id);
  }

  async #lookAtOthers(id: string): Promise<void> {
    const { replicas, time } = this.#options;
    const replica = replicas.findById(id);
    if (replica === undefined) return;
    for (const { region } of dueIn(replica, time)) if (!isOwn(replica, region)) await this.#part(id, region);
  }

  async #part(id: string, region: string): Promise<void> {
    const { replicas, roster, standing, time, clock, pull } = this.#options;
    // The last word of the other side counts, if there is one.
    await within(clock, askedMsMax, pull.pull(id, region));
    const replica = replicas.findById(id);
    const due = replica && dueIn(replica, time).find((member) => member.region === region);
    if (replica === undefined || due === undefined) return;
    await roster.move(id, due, 'LEFT');
    const { name: table } = replica.identity;
    this.#options.log.warn({ table, region }, 'A replica whose key stayed away was removed from its group.');
    await standing.settle(id);
  }

  /** Undefined while no key is away: then there is nothing to wait for. */
  #nextMs(): number | undefined {
    const { replicas, time } = this.#options;
    const dues = replicas.all().flatMap(({ replication }) => replication.members.flatMap(dueMs));
    if (dues.length === 0) return undefined;
    const nowMs = time.nowMs();
    const mostMs = time.inDoubt ? confirmationGapMs : lookEveryMs;
    return Math.min(mostMs, ...dues.map((due) => Math.max(0, due - nowMs)));
  }

  #wait(delayMs: number | undefined): void {
    this.#timer?.cancel();
    if (!this.#isStarted || delayMs === undefined) return;
    this.#timer = this.#options.clock.after(delayMs, () => this.look());
  }
}

function dueMs({ state, sinceMs }: ReplicaMember): readonly number[] {
  const isLost = state === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' && sinceMs !== undefined;
  return isLost ? [sinceMs + removeAfterMs] : [];
}

function dueIn({ replication }: ReplicaTable, time: TrustedTime): readonly ReplicaMember[] {
  const lost = replication.members.filter((member) => dueMs(member).length > 0);
  if (lost.length === 0) return [];
  const nowMs = time.nowMs();
  return lost.filter((member) => dueMs(member).every((due) => due <= nowMs));
}

function isOwn({ identity }: ReplicaTable, region: string): boolean {
  return identity.region === region;
}
