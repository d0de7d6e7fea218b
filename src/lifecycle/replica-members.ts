/** The list of a group's regions, as each replica keeps one: read, changed, and made one with another's. */
import type { TableRecord } from '../tables/catalog-record.ts';
import type { ReplicaMember, ReplicaState } from '../tables/replication/replication-state.ts';
import { compareStamps, type Stamp } from '../tables/replication/stamp.ts';

export type Members = readonly ReplicaMember[];

/** Of one replica, once there was a table: from such a state nothing leads back. */
const finality: Partial<Record<ReplicaState, number>> = { DELETING: 1, LEFT: 2 };

/** Who changes an entry, and when. */
export interface Writer {
  readonly nowMs: number;
  readonly region: string;
}

export function memberOf(members: Members, region: string): ReplicaMember | undefined {
  return members.find((member) => member.region === region);
}

/** True for a region that is still of the group, as far as the entry knows. */
export function isPresent({ state }: ReplicaMember): boolean {
  return state !== 'LEFT' && state !== 'CREATION_FAILED';
}

/** True where every other region has left. One that could not be made stays until somebody takes it away. */
export function isAlone(members: Members, region: string): boolean {
  return members.every((member) => member.region === region || member.state === 'LEFT');
}

/** The list with this entry in the place of the region's older one. */
export function withMember(members: Members, entry: Omit<ReplicaMember, 'stamp'>, writer: Writer): Members {
  const others = members.filter(({ region }) => region !== entry.region);
  const stamp = stampAfter(memberOf(members, entry.region)?.stamp, writer);
  return sorted([...others, { ...entry, stamp }]);
}

/** Both lists as one, whichever is first. The very list `ours` where the other has no news. */
export function mergedMembers(ours: Members, theirs: Members): Members {
  const news = theirs.filter((member) => {
    const known = memberOf(ours, member.region);
    return known === undefined || isNewer(member, known);
  });
  if (news.length === 0) return ours;
  const told = new Set(news.map(({ region }) => region));
  return sorted([...ours.filter(({ region }) => !told.has(region)), ...news]);
}

/** What the entry of a replica's own region should say by now. */
export function ownEntry({
  region,
  id,
  keys,
  encryption,
  status,
  inaccessibleSinceMs,
  replication,
}: TableRecord): Omit<ReplicaMember, 'stamp'> {
  const isLost = status !== 'ACTIVE';
  const whole = isLost ? 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' : 'ACTIVE';
  return {
    region,
    state: replication?.isCopying === true && !isLost ? 'CREATING' : whole,
    encryption,
    ...(encryption !== 'owned' && { keyArn: keys.keyArn }),
    ...(isLost && inaccessibleSinceMs !== undefined && { sinceMs: inaccessibleSinceMs }),
    tableId: id,
  };
}

/** True where both say the same of the same replica, whenever they were written. */
export function saysSame(one: ReplicaMember, other: Omit<ReplicaMember, 'stamp'>): boolean {
  const names = ['state', 'encryption', 'keyArn', 'sinceMs', 'tableId'] as const;
  return names.every((name) => one[name] === other[name]);
}

/** True where an entry is about this table, as far as it says which. */
export function isAbout({ tableId }: ReplicaMember, id: string): boolean {
  return tableId === undefined || tableId === id;
}

/** A clock that was set back, or another's that is ahead, does not make a later entry an older one. */
function stampAfter(before: Stamp | undefined, { nowMs: exactMs, region }: Writer): Stamp {
  const nowMs = Math.floor(exactMs);
  if (before === undefined || before.ms < nowMs) return { ms: nowMs, count: 0, region };
  return { ms: before.ms, count: before.count + 1, region };
}

function isNewer(member: ReplicaMember, known: ReplicaMember): boolean {
  const isSame = member.tableId !== undefined && member.tableId === known.tableId;
  const further = (finality[member.state] ?? 0) - (finality[known.state] ?? 0);
  if (isSame && further !== 0) return further > 0;
  return compareStamps(member.stamp, known.stamp) > 0;
}

function sorted(members: Members): Members {
  return members.toSorted((one, other) => (one.region < other.region ? -1 : 1));
}
