/** A further tree for a table that is there: its number, and the table's keys with its own among them. */
import { isRefusal } from '../base/errors.ts';
import type { TableKeys, WrappedTableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { Catalog } from './catalog.ts';
import { identityOf, type TableRecord } from './catalog-record.ts';

export interface PlannedTree {
  readonly tree: number;
  readonly keys: WrappedTableKeys;
}

interface Parts {
  readonly catalog: Pick<Catalog, 'takeTree'>;
  readonly keys: Pick<TableKeys, 'extend'>;
}

/** Nothing is made yet. Refuses TableKeyRefused. */
export async function planTree(
  { catalog, keys }: Parts,
  caller: Caller,
  record: TableRecord,
): Promise<PlannedTree> {
  const tree = catalog.takeTree();
  return { tree, keys: await keys.extend(caller, identityOf(record), [tree]) };
}

/** Undefined where the table's key may not be used: the tree can wait for it. */
export async function planTreeIfAllowed(
  parts: Parts,
  caller: Caller,
  record: TableRecord,
): Promise<PlannedTree | undefined> {
  try {
    return await planTree(parts, caller, record);
  } catch (fault) {
    if (isRefusal(fault, 'TableKeyRefused')) return undefined;
    throw fault;
  }
}
