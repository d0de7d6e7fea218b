/** Capacity units as DynamoDB counts them (aws-behaviour §5.5), and the shape that reports them. */

const readUnitBytes = 4096;
const writeUnitBytes = 1024;

/** One item, or the sum of a Query or Scan page; nothing found costs the least unit. */
export function readUnits(bytes: number, consistent: boolean): number {
  const units = Math.max(1, Math.ceil(bytes / readUnitBytes));
  return consistent ? units : units / 2;
}

/** A put, update or delete: the larger image counts; absent images are undefined. */
export function writeUnits(oldBytes: number | undefined, newBytes: number | undefined): number {
  return Math.max(1, Math.ceil(Math.max(oldBytes ?? 0, newBytes ?? 0) / writeUnitBytes));
}

export type CapacityMode = 'NONE' | 'TOTAL' | 'INDEXES';

interface Capacity {
  readonly CapacityUnits: number;
}

export interface ConsumedCapacity extends Capacity {
  readonly TableName: string;
  /** These three in INDEXES mode only; an index by its name, those it used alone. */
  readonly Table?: Capacity;
  readonly LocalSecondaryIndexes?: ReadonlyMap<string, Capacity>;
  readonly GlobalSecondaryIndexes?: ReadonlyMap<string, Capacity>;
}

/** What an operation used of its table and of the table's indexes. */
export interface Consumption {
  readonly table: number;
  readonly local?: ReadonlyMap<string, number>;
  readonly global?: ReadonlyMap<string, number>;
}

/** What several operations on one table used together. */
export function sumOf(parts: readonly Consumption[]): Consumption {
  const local = new Map<string, number>();
  const global = new Map<string, number>();
  let table = 0;
  for (const part of parts) {
    table += part.table;
    addTo(local, part.local);
    addTo(global, part.global);
  }
  return { table, ...(local.size > 0 && { local }), ...(global.size > 0 && { global }) };
}

function addTo(sums: Map<string, number>, units: ReadonlyMap<string, number> = new Map()): void {
  for (const [name, each] of units) sums.set(name, (sums.get(name) ?? 0) + each);
}

/** The ConsumedCapacity member of an answer; undefined where the caller did not ask. */
export function consumedCapacity(
  mode: CapacityMode | undefined,
  tableName: string,
  used: number | Consumption,
): ConsumedCapacity | undefined {
  if (mode === undefined || mode === 'NONE') return undefined;
  const { table, local, global } = typeof used === 'number' ? { table: used } : used;
  const CapacityUnits = table + total(local) + total(global);
  if (mode === 'TOTAL') return { TableName: tableName, CapacityUnits };
  return {
    TableName: tableName,
    CapacityUnits,
    Table: { CapacityUnits: table },
    ...(local === undefined ? {} : { LocalSecondaryIndexes: perIndex(local) }),
    ...(global === undefined ? {} : { GlobalSecondaryIndexes: perIndex(global) }),
  };
}

function total(units: ReadonlyMap<string, number> | undefined): number {
  let sum = 0;
  for (const each of units?.values() ?? []) sum += each;
  return sum;
}

function perIndex(units: ReadonlyMap<string, number>): ReadonlyMap<string, Capacity> {
  return new Map([...units].map(([name, CapacityUnits]) => [name, { CapacityUnits }]));
}
