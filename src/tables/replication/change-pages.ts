/** Reads a replica for another one: page by page a copy of all there is, and then what has changed since. */
import type { Transaction } from '../../pages/commit.ts';
import type { Tree } from '../../pages/tree.ts';
import type { TableRecord } from '../catalog-record.ts';
import { beingCreated } from '../still-in-use.ts';
import { type CopiedItem, CopyWalk } from './copy-walk.ts';
import type { ChangePage, PageLimits, Position, ReadRequest, ReplicaChange } from './replica-change.ts';
import type { ReplicaLog } from './replica-log.ts';
import {
  decodeLogEntry,
  decodeTrimmed,
  logBehind,
  logRange,
  sequenceOfLog,
  trimmedKey,
} from './replica-tree.ts';

/** Other commits wait for a page to be read. */
export const changesMaxDefault = 1000;
export const bytesMaxDefault = 2 ** 20;
/** Entries of the log that one page looks at: of some there is nothing to be told. */
const entriesMax = 2000;
/** What a change takes beside its key and its item, about. */
const overheadBytes = 64;

export interface ChangeSource {
  readonly log: ReplicaLog;
  /** With the items of the table. */
  readonly items: Tree;
  /** As it is by the time of the reading. */
  readonly known: { readonly record: Pick<TableRecord, 'definition' | 'replication'> };
}

type PageBody = Omit<ChangePage, 'high'>;
type CopyPosition = Extract<Position, { readonly kind: 'copy' }>;

/** What a page takes in until one of its limits is reached. */
class PageFill {
  readonly changes: ReplicaChange[] = [];
  readonly #limits: PageLimits;
  #bytes = 0;

  constructor(limits: PageLimits) {
    this.#limits = limits;
  }

  /** False where the change has to wait for the next page. */
  take(change: ReplicaChange): boolean {
    const { changesMax = changesMaxDefault, bytesMax = bytesMaxDefault } = this.#limits;
    const bytes = overheadBytes + change.key.length + (change.item?.length ?? 0);
    const isFirst = this.changes.length === 0;
    if (!isFirst && (this.changes.length >= changesMax || this.#bytes + bytes > bytesMax)) return false;
    this.changes.push(change);
    this.#bytes += bytes;
    return true;
  }
}

/** One page, as one commit has left the replica. Refuses TableInUse for a copy of what is not whole itself. */
export async function readPage(
  tx: Transaction,
  source: ChangeSource,
  { position, puller, limits = {} }: ReadRequest,
): Promise<PageBody> {
  const { tree } = source.log;
  const last = await tx.cursor(tree, { ...logRange, backwards: true }).next();
  const end = last === undefined ? 0 : sequenceOfLog(last.key);
  const trimmed = decodeTrimmed(await tx.get(tree, trimmedKey));
  const from = startOf(position, { end, trimmed });
  const fill = new PageFill(limits);
  const { record } = source.known;
  // What it lacks, and others have, it would never be told of.
  if (from.kind === 'copy' && record.replication?.isCopying === true) throw beingCreated(record);
  if (from.kind === 'copy') return copyPage(tx, source, { from, end, fill });
  return followPage(tx, source, { sequence: from.sequence, end, fill, puller });
}

/** Where to go on: anew where what was to follow is not there any more, or never was. */
function startOf(
  position: Position | undefined,
  { end, trimmed }: { readonly end: number; readonly trimmed: number },
): Position {
  const anew = { kind: 'copy', behind: new Uint8Array(), sequence: end } as const;
  if (position === undefined) return anew;
  // The store was put back to an older state: what is in the log now may all be unknown to the reader.
  const known: Position = position.sequence > end ? { ...position, sequence: 0 } : position;
  return known.sequence < trimmed ? anew : known;
}

async function copyPage(
  tx: Transaction,
  source: ChangeSource,
  { from, end, fill }: { readonly from: CopyPosition; readonly end: number; readonly fill: PageFill },
): Promise<PageBody> {
  const { sequence } = from;
  let { behind } = from;
  const walk = new CopyWalk(tx, source, behind);
  for (let entry = await walk.next(); entry !== undefined; entry = await walk.next()) {
    if (!fill.take(changeOf(entry))) {
      return { changes: fill.changes, position: { kind: 'copy', behind, sequence }, isWhole: false };
    }
    behind = entry.key;
  }
  return { changes: fill.changes, position: { kind: 'follow', sequence }, isWhole: sequence >= end };
}

interface Following {
  readonly sequence: number;
  readonly end: number;
  readonly fill: PageFill;
  readonly puller: string;
}

async function followPage(
  tx: Transaction,
  source: ChangeSource,
  { sequence: begin, end, fill, puller }: Following,
): Promise<PageBody> {
  let sequence = begin;
  const cursor = tx.cursor(source.log.tree, logBehind(begin));
  for (let count = 0; count < entriesMax; count++) {
    const entry = await cursor.next();
    if (entry === undefined) break;
    const change = await currentOf(tx, source, { key: decodeLogEntry(entry.value).key, puller });
    if (change !== undefined && !fill.take(change)) break;
    sequence = sequenceOfLog(entry.key);
  }
  return { changes: fill.changes, position: { kind: 'follow', sequence }, isWhole: sequence >= end };
}

/** The item of a log entry as it is now; undefined where there is nothing to be told to this reader. */
async function currentOf(
  tx: Transaction,
  { log, items }: ChangeSource,
  { key, puller }: { readonly key: Uint8Array; readonly puller: string },
): Promise<ReplicaChange | undefined> {
  const version = await log.version(tx, key);
  if (version === undefined || version.from === puller) return undefined;
  const { stamp } = version;
  if (version.isDeleted) return { key, stamp, item: undefined };
  const item = await tx.get(items, key);
  return item && { key, stamp, item };
}

function changeOf({ key, version, item }: CopiedItem): ReplicaChange {
  return { key, stamp: version?.stamp, item };
}
