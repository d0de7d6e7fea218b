/** BatchWriteItem: up to 25 puts and deletes in any tables; each is whole, the batch is not. */
import { assert, refuse } from '../../base/errors.ts';
import type { Item } from '../../tables/attribute.ts';
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { type CapacityMode, type Consumption, consumedCapacity, sumOf } from '../../tables/capacity.ts';
import { checkItemBytes } from '../../tables/item-size.ts';
import { checkItemKey, checkKey } from '../../tables/key-schema.ts';
import type { OpenTable } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { operation } from '../operation.ts';
import { BatchKeys, checkBatchCount } from './batch-keys.ts';
import { type CollectionMetrics, collectionMetrics, type MetricsInput } from './collection-metrics.ts';
import type { DynamoContext } from './context.ts';

interface WriteRequest {
  readonly PutRequest?: { readonly Item: RawItem };
  readonly DeleteRequest?: { readonly Key: RawItem };
}

interface BatchWriteItemInput extends MetricsInput {
  /** By table name or ARN. */
  readonly RequestItems: ReadonlyMap<string, readonly WriteRequest[]>;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

/** A put with the size of its item, or a delete. */
type Write =
  | { readonly kind: 'put'; readonly item: Item; readonly bytes: number }
  | { readonly kind: 'delete'; readonly key: Item };

interface TableWrites {
  readonly name: string;
  readonly writes: readonly Write[];
}

interface KeyedWrite {
  readonly treeKey: Uint8Array;
  readonly write: Write;
}

interface OpenTableWrites {
  readonly name: string;
  readonly table: OpenTable;
  readonly writes: readonly KeyedWrite[];
}

export const batchWriteItem = operation({
  name: 'BatchWriteItem',
  run: async (context: DynamoContext, input: BatchWriteItemInput) => {
    const asked = [...input.RequestItems].map(([name, requests]) => ({
      name,
      writes: writesOf(requests),
    }));
    checkBatchCount(
      'BatchWriteItem',
      asked.reduce((count, { writes }) => count + writes.length, 0),
    );
    const opened = await openAll(context, asked);
    const consumed = await Promise.all(
      opened.map(async ({ name, table, writes }) => {
        // Side by side, so that they share a commit.
        const used = await Promise.all(writes.map((write) => written(table, write)));
        return consumedCapacity(input.ReturnConsumedCapacity, name, sumOf(used));
      }),
    );
    const reported = consumed.filter((each) => each !== undefined);
    return {
      UnprocessedItems: {},
      ConsumedCapacity: reported.length === 0 ? undefined : reported,
      ItemCollectionMetrics: await batchMetrics(input, opened),
    };
  },
});

/** Of each write, by the names of the tables; undefined where none has local indexes, or nobody asked. */
async function batchMetrics(
  input: MetricsInput,
  opened: readonly OpenTableWrites[],
): Promise<ReadonlyMap<string, readonly CollectionMetrics[]> | undefined> {
  if (input.ReturnItemCollectionMetrics !== 'SIZE') return undefined;
  const metrics = new Map<string, readonly CollectionMetrics[]>();
  for (const { name, table, writes } of opened) {
    const ofTable: CollectionMetrics[] = [];
    for (const { write } of writes) {
      const found = await collectionMetrics(input, table, write.kind === 'put' ? write.item : write.key);
      if (found !== undefined) ofTable.push(found);
    }
    if (ofTable.length > 0) metrics.set(name, ofTable);
  }
  return metrics.size === 0 ? undefined : metrics;
}

/**
 * Refuses a request that is neither a put nor a delete, or both: in one sentence, which AWS has for values, and before any
 * value of the table's requests is looked at.
 */
function writesOf(requests: readonly WriteRequest[]): readonly Write[] {
  if (requests.some(isNotOne)) {
    refuse(
      'Supplied AttributeValue has more than one datatypes set, ' +
        'must contain exactly one of the supported datatypes',
    );
  }
  return requests.map(writeOf);
}

function isNotOne({ PutRequest, DeleteRequest }: WriteRequest): boolean {
  return (PutRequest === undefined) === (DeleteRequest === undefined);
}

function writeOf({ PutRequest, DeleteRequest }: WriteRequest): Write {
  if (PutRequest !== undefined) {
    const item = checkedItem(PutRequest.Item);
    return { kind: 'put', item, bytes: checkItemBytes(item) };
  }
  assert(DeleteRequest !== undefined, 'what is no put is a delete');
  return { kind: 'delete', key: checkedItem(DeleteRequest.Key) };
}

/** All tables are there and all keys fit before the first write. */
async function openAll(
  { tables, caller, connection }: DynamoContext,
  asked: readonly TableWrites[],
): Promise<readonly OpenTableWrites[]> {
  const opened: OpenTableWrites[] = [];
  const named = new BatchKeys();
  for (const { name, writes } of asked) {
    const table = await tables.open(caller, connection, name);
    const keyed = writes.map((write) => {
      const treeKey = treeKeyOf(table, write);
      named.add(table.arn, treeKey);
      return { treeKey, write };
    });
    opened.push({ name, table, writes: keyed });
  }
  return opened;
}

function treeKeyOf(table: OpenTable, write: Write): Uint8Array {
  const { keySchema } = table;
  if (write.kind === 'put') {
    checkItemKey(keySchema, write.item, { inBatch: true });
    table.checkPut({ item: write.item, itemBytes: write.bytes });
    return encodeKey(keySchema, write.item);
  }
  checkKey(keySchema, write.key);
  return encodeKey(keySchema, write.key);
}

/** Writes one and answers its units. */
function written(table: OpenTable, { treeKey, write }: KeyedWrite): Promise<Consumption> {
  return table.write(treeKey, (old) => {
    if (write.kind === 'put') {
      const { item, bytes } = write;
      const result = table.consumption(old, { item, itemBytes: bytes });
      return { next: item, nextBytes: bytes, result };
    }
    const result = table.consumption(old, undefined);
    return old === undefined ? { unchanged: true, result } : { next: undefined, result };
  });
}
