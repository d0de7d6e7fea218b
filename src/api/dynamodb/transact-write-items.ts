/**
 * TransactWriteItems: up to 100 writes and checks of items in any tables, in one commit or not at all.
 *
 * Commits of one process are made one after another, and what another process changed meanwhile makes the whole run again on
 * what is there then: so two transactions never collide in the midst, and none is cancelled with TransactionConflict. Nor is
 * one with the token of another refused as in progress: it waits for its turn, and then finds the token used, or not.
 */
import type { Transaction } from '../../pages/transaction.ts';
import { type CapacityMode, readUnits } from '../../tables/capacity.ts';
import { readAll } from '../../tables/transaction-reads.ts';
import { writeAll } from '../../tables/transaction-writes.ts';
import { operation } from '../operation.ts';
import { type CollectionMetrics, collectionMetrics, type MetricsInput } from './collection-metrics.ts';
import type { DynamoContext } from './context.ts';
import { requestHash } from './request-hash.ts';
import { type BoundWrite, type TransactWriteEntry, writePart } from './transact-write.ts';
import { type PartCost, transactionCapacity, type UnitKind } from './transaction-capacity.ts';
import { bindParts } from './transaction-parts.ts';

interface TransactWriteItemsInput extends MetricsInput {
  readonly TransactItems: readonly TransactWriteEntry[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

const name = 'TransactWriteItems';

/** What the request used: one that comes again only looks at the items. */
interface Used {
  readonly kind: UnitKind;
  readonly costs: () => readonly PartCost[];
}

export const transactWriteItems = operation({
  name,
  run: async (context: DynamoContext, input: TransactWriteItemsInput) => {
    const { TransactItems, ReturnConsumedCapacity: mode = 'NONE' } = input;
    const writes = await bindParts(context, TransactItems.map(writePart));
    const { kind, costs } = await transact(context, input, writes);
    return {
      ConsumedCapacity: mode === 'NONE' ? undefined : transactionCapacity(mode, kind, costs()),
      ItemCollectionMetrics: await transactionMetrics(input, writes),
    };
  },
});

function transact(
  { tables, caller: { account, region } }: DynamoContext,
  { TransactItems, ClientRequestToken: token }: TransactWriteItemsInput,
  writes: readonly BoundWrite[],
): Promise<Used> {
  const make = async (tx: Transaction): Promise<Used> => {
    const made = await writeAll(tx, writes);
    const costs = () => writes.map((write, index) => ({ ...write, used: made[index]?.() ?? { table: 0 } }));
    return { kind: 'WriteCapacityUnits', costs };
  };
  if (token === undefined) return tables.transact(make);
  const look = async (tx: Transaction): Promise<Used> => {
    const found = await readAll(tx, writes);
    const units = (index: number) => ({ table: readUnits(found[index]?.itemBytes ?? 0, true) });
    const costs = () => writes.map((write, index) => ({ ...write, used: units(index) }));
    return { kind: 'ReadCapacityUnits', costs };
  };
  const use = { account, region, token, request: requestHash(name, TransactItems) };
  return tables.transactOnce(use, make, look);
}

/** By the names of the tables; undefined where none has local indexes, or nobody asked. */
async function transactionMetrics(
  input: MetricsInput,
  writes: readonly BoundWrite[],
): Promise<ReadonlyMap<string, readonly CollectionMetrics[]> | undefined> {
  if (input.ReturnItemCollectionMetrics !== 'SIZE') return undefined;
  const metrics = new Map<string, CollectionMetrics[]>();
  for (const { table, tableName, written } of writes) {
    const found = written && (await collectionMetrics(input, table, written));
    if (found === undefined) continue;
    const known = metrics.get(tableName) ?? [];
    known.push(found);
    metrics.set(tableName, known);
  }
  return metrics.size === 0 ? undefined : metrics;
}
