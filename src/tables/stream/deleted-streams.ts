/** The streams of deleted tables: found by the name that their table had for another day, and then gone. */
import type { TableIdentity } from '../../keys/table-identity.ts';
import type { Catalog } from '../catalog.ts';
import { type DeletedTable, lasting } from '../deleted-table.ts';
import { isPast, type StreamState } from './stream-state.ts';

/** What is left of tables that had this name. */
export function deletedOf(
  catalog: Pick<Catalog, 'deleted'>,
  { account, region, name }: Omit<TableIdentity, 'id'>,
): readonly DeletedTable[] {
  return catalog
    .deleted()
    .filter((each) => each.account === account && each.region === region && each.definition.name === name);
}

/** Their streams: the labels of those are taken. */
export function deletedStreamsOf(
  catalog: Pick<Catalog, 'deleted'>,
  table: Omit<TableIdentity, 'id'>,
): readonly StreamState[] {
  return deletedOf(catalog, table).flatMap(({ streams }) => streams);
}

/**
 * Takes away streams that ended a day ago, with their trees and keys. Their records stay until then, older ones among them:
 * nothing is sealed for a table that is not there.
 */
export async function dropDeletedStreams(
  catalog: Pick<Catalog, 'deleted' | 'removeDeleted'>,
  nowMs: number,
  isStopped: () => boolean,
): Promise<void> {
  for (const deleted of catalog.deleted()) {
    if (isStopped()) return;
    if (deleted.streams.some((stream) => isPast(stream, nowMs))) {
      await catalog.removeDeleted(deleted, lasting(deleted, nowMs));
    }
  }
}
