/** Replicas of the table of books for tests: several regions of one store, or of several, kept alike by hand. */
import type { Caller } from '../../src/kms/key-service.ts';
import type { Item } from '../../src/tables/attribute.ts';
import type { ReplicaMember } from '../../src/tables/replication/replication-state.ts';
import type { ReplicaTable } from '../../src/tables/replication/table-replicas.ts';
import type { OpenTable } from '../../src/tables/table.ts';
import type { TableDefinition, TimeToLive } from '../../src/tables/table-record.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { book, key, putBook } from './book-tables.ts';
import { account, user } from './embedded-kms.ts';
import { definitionOf, newConnection, openTables, type TablesForTest } from './open-tables.ts';

export const groupId = 'group-1';

export function callerIn(region: string): Caller {
  return { ...user, region };
}

export function memberIn(region: string, more: Partial<ReplicaMember> = {}): ReplicaMember {
  return { region, state: 'ACTIVE', stamp: { ms: 1, count: 0, region }, encryption: 'owned', ...more };
}

export function replicaIn(tables: Tables, region: string, name = 'T'): ReplicaTable {
  const found = tables.replicas.find({ account, region, name });
  if (found === undefined) throw new Error(`no replica in ${region}`);
  return found;
}

export function idIn(tables: Tables, region: string, name = 'T'): string {
  return replicaIn(tables, region, name).identity.id;
}

/** The table in this region, as for a client that has just connected. */
export async function openIn(tables: Tables, region: string, name = 'T'): Promise<OpenTable> {
  return tables.open(callerIn(region), newConnection(), name);
}

export async function putIn(tables: Tables, region: string, item: Item): Promise<void> {
  await putBook(await openIn(tables, region), item);
}

export async function deleteIn(tables: Tables, region: string, id: string): Promise<void> {
  await (await openIn(tables, region)).write(key(id), () => ({ next: undefined, result: undefined }));
}

/** A table T in the first of these regions, and empty replicas, which have copied nothing yet, in the others. */
export async function makeGroup(
  tables: Tables,
  [first = '', ...others]: readonly string[],
  more: Partial<TableDefinition> = {},
): Promise<void> {
  const { encryption, indexes = [], stream, ...definition } = definitionOf('T', { kind: 'owned' }, more);
  await tables.create(callerIn(first), { encryption, indexes, ...(stream && { stream }), ...definition });
  const members = [first, ...others].map((region) => memberIn(region));
  const id = tables.dataKeys.find({ account, region: first, name: 'T' }).id;
  await tables.replicas.begin(id, { groupId, members });
  for (const region of others) await joinGroup(tables, region, more);
}

export async function joinGroup(
  tables: Tables,
  region: string,
  { timeToLive, ...more }: Partial<TableDefinition> & { readonly timeToLive?: TimeToLive } = {},
): Promise<void> {
  const { encryption, indexes = [], stream, ...definition } = definitionOf('T', { kind: 'owned' }, more);
  const plan = {
    definition,
    indexes,
    encryption,
    ...(stream && { stream }),
    ...(timeToLive && { timeToLive }),
  };
  const members = [memberIn(region)];
  await tables.replicas.create(callerIn(region), { ...plan, groupId, members });
}

/** A group of whole replicas of T in these regions, one book in each, in a store of their own. */
export async function filledGroup(...regions: readonly string[]): Promise<TablesForTest> {
  const opened = await openTables();
  const { tables } = opened;
  const [first = '', ...others] = regions;
  await makeGroup(tables, regions);
  await putIn(tables, first, book('a'));
  for (const region of others) await fill({ tables, region }, { tables, region: first });
  return opened;
}

/** One side of a pull: a region, and the store it is in. */
export interface Side {
  readonly tables: Tables;
  readonly region: string;
}

/** As a position names it: of the table that is there now. */
export function sourceOf({ tables, region }: Side): string {
  return `${region}/${idIn(tables, region)}`;
}

/** One page; true where nothing further was there then. */
export async function pullOnce(into: Side, from: Side, changesMax?: number): Promise<boolean> {
  const id = idIn(into.tables, into.region);
  const position = await into.tables.replicas.position(id, sourceOf(from));
  const limits = changesMax === undefined ? {} : { changesMax };
  const request = { position, puller: sourceOf(into), limits };
  const page = await from.tables.replicas.read(idIn(from.tables, from.region), request);
  await into.tables.replicas.apply(id, sourceOf(from), page);
  return page.isWhole && page.position.kind === 'follow';
}

export async function pullAll(into: Side, from: Side, changesMax?: number): Promise<void> {
  while (!(await pullOnce(into, from, changesMax))) {
    // One page after another.
  }
}

/** Copies, and opens the replica to callers. */
export async function fill(into: Side, from: Side, changesMax?: number): Promise<void> {
  await pullAll(into, from, changesMax);
  await into.tables.replicas.change(idIn(into.tables, into.region), ({ isCopying: _, ...whole }) => whole);
}

/** What callers find in this region: by item, in the order of the tree. */
export async function contentIn({ tables, region }: Side): Promise<readonly string[]> {
  const cursor = (await openIn(tables, region)).items({});
  const found: string[] = [];
  for (let stored = await cursor.next(); stored !== undefined; stored = await cursor.next()) {
    found.push(JSON.stringify([...stored.item].sort(([one], [other]) => (one < other ? -1 : 1))));
  }
  return found;
}

/** Everything a copy of this replica would hold: items and what was deleted, each with its stamp. */
export async function versionsIn({ tables, region }: Side): Promise<readonly string[]> {
  const found: string[] = [];
  const id = idIn(tables, region);
  for (let position: Parameters<typeof tables.replicas.read>[1]['position']; ; ) {
    const page = await tables.replicas.read(id, { position, puller: '' });
    for (const { key: itemKey, stamp, item } of page.changes) {
      const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');
      found.push(JSON.stringify([hex(itemKey), stamp, hex(item)]));
    }
    if (page.position.kind === 'follow') return found;
    position = page.position;
  }
}
