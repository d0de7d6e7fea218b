/** ConsumedCapacity of a transaction: twice what its parts cost singly, table by table (aws-behaviour §5.5). */
import {
  type CapacityMode,
  type ConsumedCapacity,
  type Consumption,
  consumedCapacity,
  sumOf,
} from '../../tables/capacity.ts';
import type { OpenTable } from '../../tables/table.ts';

/** A transaction uses units of one kind, and says which. */
export type UnitKind = 'ReadCapacityUnits' | 'WriteCapacityUnits';

export interface PartCost {
  readonly table: OpenTable;
  /** As the request names it. */
  readonly tableName: string;
  readonly used: Consumption;
}

/** The member of the answer; a table is called what its first part calls it. */
export function transactionCapacity(
  mode: CapacityMode,
  kind: UnitKind,
  parts: readonly PartCost[],
): readonly object[] | undefined {
  const tables = new Map<OpenTable, PartCost[]>();
  for (const part of parts) {
    const known = tables.get(part.table);
    if (known === undefined) tables.set(part.table, [part]);
    else known.push(part);
  }
  const reported = [];
  for (const [{ name }, costs] of tables) {
    const used = costs.map((cost) => cost.used);
    const capacity = consumedCapacity(mode, costs[0]?.tableName ?? name, sumOf([...used, ...used]));
    if (capacity !== undefined) reported.push(ofKind(capacity, kind));
  }
  return reported.length === 0 ? undefined : reported;
}

/** Each count of units a second time, by the name of its kind. */
function ofKind(capacity: ConsumedCapacity, kind: UnitKind): object {
  const { Table, LocalSecondaryIndexes, GlobalSecondaryIndexes } = capacity;
  const twice = <T extends { readonly CapacityUnits: number }>(units: T) => ({
    ...units,
    [kind]: units.CapacityUnits,
  });
  const twiceAll = (indexes: typeof LocalSecondaryIndexes) =>
    indexes && new Map([...indexes].map(([name, units]) => [name, twice(units)]));
  return {
    ...twice(capacity),
    Table: Table && twice(Table),
    LocalSecondaryIndexes: twiceAll(LocalSecondaryIndexes),
    GlobalSecondaryIndexes: twiceAll(GlobalSecondaryIndexes),
  };
}
