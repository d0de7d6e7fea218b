/** What the answer to a write reports where it is asked to: units, and the size of the item's collection. */
import type { MaybePromise } from '../../store/page-store.ts';
import type { Item } from '../../tables/attribute.ts';
import { type CapacityMode, type Consumption, consumedCapacity } from '../../tables/capacity.ts';
import type { OpenTable } from '../../tables/table.ts';
import { collectionMetrics, type MetricsInput } from './collection-metrics.ts';
import { when } from './maybe-promise.ts';

export interface ReportInput extends MetricsInput {
  readonly TableName: string;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

export interface Written {
  /** The item or its key. */
  readonly item: Item;
  readonly used: () => Consumption;
}

/** Costs nothing where nothing is asked for. */
export function writeReport(
  input: ReportInput,
  table: OpenTable,
  { item, used }: Written,
): MaybePromise<object> {
  const { ReturnConsumedCapacity, TableName } = input;
  const ConsumedCapacity =
    ReturnConsumedCapacity === undefined
      ? undefined
      : consumedCapacity(ReturnConsumedCapacity, TableName, used());
  return when(collectionMetrics(input, table, item), (ItemCollectionMetrics) => ({
    ConsumedCapacity,
    ItemCollectionMetrics,
  }));
}
