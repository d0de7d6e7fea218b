/** What the replicas of this process know of their groups: changed in one commit each, and only where there is news. */
import { isRefusal } from '../base/errors.ts';
import type { ReplicaMember } from '../tables/replication/replication-state.ts';
import { compareStamps } from '../tables/replication/stamp.ts';
import type { ReplicaTable, TableReplicas } from '../tables/replication/table-replicas.ts';
import { type Members, memberOf, mergedMembers, type Writer, withMember } from './replica-members.ts';

export interface ReplicaRosterOptions {
  readonly replicas: Pick<TableReplicas, 'findById' | 'change'>;
  readonly nowMs: () => number;
  /** Called once a change is durable. */
  readonly onChange: (replica: ReplicaTable) => void;
}

export class ReplicaRoster {
  readonly #options: ReplicaRosterOptions;

  constructor(options: ReplicaRosterOptions) {
    this.#options = options;
  }

  /** Takes in what another replica knows. */
  merge(id: string, theirs: Members): Promise<void> {
    return this.#change(id, (ours) => mergedMembers(ours, theirs));
  }

  mark(id: string, entry: Omit<ReplicaMember, 'stamp'>): Promise<void> {
    return this.#change(id, (members, writer) => withMember(members, entry, writer));
  }

  /** Into another state, where the entry is still the one that `judged` was: not where there is news of that region. */
  move(id: string, judged: ReplicaMember, state: ReplicaMember['state'], reason?: string): Promise<void> {
    return this.#change(id, (members, writer) => {
      const current = memberOf(members, judged.region);
      if (current === undefined || compareStamps(current.stamp, judged.stamp) !== 0) return members;
      const { sinceMs: _, reason: __, stamp: ___, ...before } = judged;
      return withMember(members, { ...before, state, ...(reason !== undefined && { reason }) }, writer);
    });
  }

  /** Itself and nothing more: the table stays. Nothing to do where it is no replica. */
  async end(id: string): Promise<void> {
    await this.#options.replicas.change(id, () => undefined).catch(unlessGone);
  }

  async #change(id: string, change: (members: Members, writer: Writer) => Members): Promise<void> {
    const { replicas, nowMs, onChange } = this.#options;
    const known = replicas.findById(id);
    if (known === undefined) return;
    const writer = { nowMs: nowMs(), region: known.identity.region };
    const { members } = known.replication;
    // Most often there is no news, and no commit is needed to say so.
    if (change(members, writer) === members) return;
    await replicas
      .change(id, (state) => {
        const next = change(state.members, writer);
        return next === state.members ? state : { ...state, members: next };
      })
      .catch(unlessGone);
    const changed = replicas.findById(id);
    if (changed !== undefined && changed.replication !== known.replication) onChange(changed);
  }
}

/** Deleted meanwhile, or no replica any more. */
export function unlessGone(fault: unknown): void {
  if (!isRefusal(fault, 'TableNotFound')) throw fault;
}
