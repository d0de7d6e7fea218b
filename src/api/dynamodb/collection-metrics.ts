/** ItemCollectionMetrics: how large the collection of a written item is by now, for tables with local indexes. */
import type { MaybePromise } from '../../store/page-store.ts';
import type { Item } from '../../tables/attribute.ts';
import { keyValue } from '../../tables/key-schema.ts';
import type { OpenTable } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { when } from './maybe-promise.ts';

export interface MetricsInput {
  readonly ReturnItemCollectionMetrics?: 'NONE' | 'SIZE';
}

export interface CollectionMetrics {
  readonly ItemCollectionKey: Item;
  /** Between these many. */
  readonly SizeEstimateRangeGB: readonly [number, number];
}

/** The member of the answer, of an item that was just written or its key; undefined where it is not asked for, or there is none. */
export function collectionMetrics(
  { ReturnItemCollectionMetrics }: MetricsInput,
  table: Pick<OpenTable, 'keySchema' | 'collectionBytes'>,
  item: Item,
): MaybePromise<CollectionMetrics | undefined> {
  if (ReturnItemCollectionMetrics !== 'SIZE') return undefined;
  const { hash } = table.keySchema;
  return when(table.collectionBytes(encodeKey(table.keySchema, item)), (bytes) => {
    if (bytes === undefined) return undefined;
    const least = Math.floor(bytes / 2 ** 30);
    return {
      ItemCollectionKey: new Map([[hash.name, keyValue(item, hash)]]),
      SizeEstimateRangeGB: [least, least + 1] as const,
    };
  });
}
