/** Brings a replica of this process into line with what its group says of it, and its entry with what became of it. */
import type { Log } from '../base/log.ts';
import type { ReplicaMember } from '../tables/replication/replication-state.ts';
import type { ReplicaTable, TableReplicas } from '../tables/replication/table-replicas.ts';
import { isAbout, isAlone, memberOf, ownEntry, saysSame } from './replica-members.ts';
import { type ReplicaRoster, unlessGone } from './replica-roster.ts';

export type Standing =
  /** It is a table of its own from now on. */
  | 'end'
  /** It goes, with its data. */
  | 'remove'
  /** The group is to know this of it. */
  | { readonly mark: Omit<ReplicaMember, 'stamp'> }
  | 'settled';

export function standingOf({ record, replication }: Pick<ReplicaTable, 'record' | 'replication'>): Standing {
  const { region, id, definition } = record;
  const { members, isCopying = false } = replication;
  const own = memberOf(members, region);
  const isToldToGo = own?.state === 'DELETING' || own?.state === 'LEFT';
  if (own !== undefined && isToldToGo && isAbout(own, id)) {
    if (own.state === 'LEFT') return isCopying ? 'remove' : 'end';
    // It waits until its owner has taken the protection away.
    return definition.deletionProtection ? 'settled' : 'remove';
  }
  // What is not whole, and has nobody left to become so from, is of no use to anyone.
  if (isAlone(members, region)) return isCopying ? 'remove' : 'end';
  const entry = ownEntry(record);
  return own !== undefined && saysSame(own, entry) ? 'settled' : { mark: entry };
}

export interface ReplicaStandingOptions {
  readonly replicas: Pick<TableReplicas, 'findById' | 'remove'>;
  readonly roster: Pick<ReplicaRoster, 'mark' | 'end'>;
  readonly log: Log;
}

export class ReplicaStanding {
  readonly #options: ReplicaStandingOptions;
  /** By table: what is to be done is found out after what is being done. */
  readonly #settling = new Map<string, Promise<void>>();

  constructor(options: ReplicaStandingOptions) {
    this.#options = options;
  }

  /** Needs no key. Does nothing for a table that is no replica. */
  settle(id: string): Promise<void> {
    const before = this.#settling.get(id) ?? Promise.resolve();
    const settling = before
      .catch(() => {})
      .then(() => this.#settle(id))
      .finally(() => {
        if (this.#settling.get(id) === settling) this.#settling.delete(id);
      });
    this.#settling.set(id, settling);
    return settling;
  }

  async #settle(id: string): Promise<void> {
    const { replicas, roster, log } = this.#options;
    const replica = replicas.findById(id);
    if (replica === undefined) return;
    const standing = standingOf(replica);
    const { name: table, region } = replica.identity;
    if (standing === 'settled') return;
    if (standing === 'end') {
      await roster.end(id);
      log.info({ table, region }, 'A table is no replica any more: it stays as a table of its own.');
    } else if (standing === 'remove') {
      await replicas.remove(id).catch(unlessGone);
      log.warn({ table, region }, 'A replica was removed.');
    } else {
      await roster.mark(id, standing.mark);
    }
  }
}
