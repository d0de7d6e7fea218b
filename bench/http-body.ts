/** What the benches ask for over the wire: the bodies of the operations that they measure. */

export const benchOperations = [
  'GetItem',
  'PutItem',
  'UpdateItem',
  'BatchWriteItem',
  'TransactWriteItems',
] as const;
export type BenchOperation = (typeof benchOperations)[number];

export const itemsPerBatch = 25;
export const itemsPerTransaction = 4;

export interface BodyOrder {
  readonly operation: BenchOperation;
  readonly tableName: string;
  /** All of them are there from the beginning. */
  readonly itemCount: number;
}

/** How many items one request is about. */
export function itemsOf(operation: BenchOperation): number {
  if (operation === 'BatchWriteItem') return itemsPerBatch;
  return operation === 'TransactWriteItems' ? itemsPerTransaction : 1;
}

/** The request of this number: each is about other items than the one before. */
export function bodyOf({ operation, tableName: TableName, itemCount }: BodyOrder, index: number): object {
  const items = Array.from({ length: itemsOf(operation) }, (_, nth) => {
    const seed = index * itemsOf(operation) + nth;
    // Steps through the items in an order that neither walks the tree nor repeats.
    return { seed, key: { id: idOf((seed * 7_919) % itemCount) } };
  });
  const [first = { seed: 0, key: { id: idOf(0) } }, ...others] = items;
  const put = ({ seed, key }: typeof first) => ({ TableName, Item: { ...key, ...itemBody(seed) } });
  const updated = { TableName, Key: first.key, ...updateOf(first.seed) };
  switch (operation) {
    case 'GetItem':
      return { TableName, Key: first.key };
    case 'PutItem':
      return put(first);
    case 'UpdateItem':
      return updated;
    case 'BatchWriteItem':
      return { RequestItems: { [TableName]: items.map((item) => ({ PutRequest: put(item) })) } };
    case 'TransactWriteItems':
      return { TransactItems: [{ Update: updated }, ...others.map((item) => ({ Put: put(item) }))] };
  }
}

/** An update that asks first whether the item is there, as one that must not make it does. */
export function updateOf(seed: number) {
  return {
    UpdateExpression: 'SET #count = :count',
    ConditionExpression: 'attribute_exists(id)',
    ExpressionAttributeNames: { '#count': 'count' },
    ExpressionAttributeValues: { ':count': { N: String(seed) } },
  };
}

export function idOf(index: number): { readonly S: string } {
  return { S: `item-${String(index).padStart(8, '0')}` };
}

/** What an item of the bench holds beside its key: about 1 KB. */
export function itemBody(seed: number): Record<string, { S: string } | { N: string }> {
  return {
    name: { S: `name of item ${seed}` },
    text: { S: `${seed} `.repeat(200).slice(0, 900) },
    count: { N: String(seed) },
    price: { N: `${seed}.25` },
  };
}
