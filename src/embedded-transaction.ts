/** Transactions for callers in this process, without the wire: the operations themselves, handed typed input. */
import type { DynamoContext } from './api/dynamodb/context.ts';
import { transactGetItems } from './api/dynamodb/transact-get-items.ts';
import { transactWriteItems } from './api/dynamodb/transact-write-items.ts';
import { parseInput } from './api/shape.ts';
import { embeddedItem, type ItemInput } from './embedded-item.ts';
import type { ReadOptions, WriteOptions } from './embedded-table.ts';
import type { Item } from './tables/attribute.ts';

/** One write, or a check without one, of one item in the table of this name. */
export type TransactWrite = { readonly table: string } & WriteOptions &
  (
    | { readonly put: ItemInput }
    | { readonly update: string; readonly key: ItemInput }
    | { readonly delete: ItemInput }
    /** A condition that must hold for all the others to be made. */
    | { readonly check: string; readonly key: ItemInput }
  );

export interface TransactWriteOptions {
  /** The same writes with the same token are made once in ten minutes, however often they come. */
  readonly token?: string;
}

export interface TransactGet extends ReadOptions {
  readonly table: string;
  readonly key: ItemInput;
}

/** Refuses what TransactWriteItems refuses, TransactionCancelled with its reasons among it. */
export async function transactWrite(
  context: DynamoContext,
  writes: readonly TransactWrite[],
  { token }: TransactWriteOptions = {},
): Promise<void> {
  const entries = writes.map(writeEntry);
  const TransactItems = entries.map(({ kind, parameters, keyMember }) => ({
    [kind]: { ...parameters, [keyMember]: {} },
  }));
  const input = parseInput('dynamodb', 'TransactWriteItems', { TransactItems, ClientRequestToken: token });
  // Items have their own door, which the model's is not; all else was held to it.
  for (const [index, { kind, items }] of entries.entries())
    Object.assign(partOf(input, index, kind), items());
  await transactWriteItems.run(context, input);
}

/** One item for each, in their order, all as they were at one moment; undefined for one that is not there. */
export async function transactGet(
  context: DynamoContext,
  gets: readonly TransactGet[],
): Promise<readonly (Item | undefined)[]> {
  const TransactItems = gets.map(({ table, projection, names }) => ({
    Get: { TableName: table, Key: {}, ProjectionExpression: projection, ExpressionAttributeNames: names },
  }));
  const input = parseInput('dynamodb', 'TransactGetItems', { TransactItems });
  for (const [index, { key }] of gets.entries()) {
    Object.assign(partOf(input, index, 'Get'), { Key: embeddedItem(key) });
  }
  const { Responses = [] }: { readonly Responses?: readonly { readonly Item?: Item }[] } =
    await transactGetItems.run(context, input);
  return Responses.map(({ Item }) => Item);
}

type Kind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

interface WriteEntry {
  readonly kind: Kind;
  readonly keyMember: 'Item' | 'Key';
  readonly parameters: object;
  readonly items: () => object;
}

/** Throws a TypeError for what is none of the four. */
function writeEntry(write: TransactWrite): WriteEntry {
  const { table: TableName, condition, names: ExpressionAttributeNames, values } = write;
  const parameters = { TableName, ExpressionAttributeNames, ConditionExpression: condition };
  const more = () => (values === undefined ? {} : { ExpressionAttributeValues: embeddedItem(values) });
  const keyed = (kind: Kind, key: ItemInput, others: object = {}): WriteEntry => ({
    kind,
    keyMember: 'Key',
    parameters: { ...parameters, ...others },
    items: () => ({ ...more(), Key: embeddedItem(key) }),
  });
  if ('put' in write) {
    const items = () => ({ ...more(), Item: embeddedItem(write.put) });
    return { kind: 'Put', keyMember: 'Item', parameters, items };
  }
  if ('delete' in write) return keyed('Delete', write.delete);
  if ('update' in write) return keyed('Update', write.key, { UpdateExpression: write.update });
  if ('check' in write) return keyed('ConditionCheck', write.key, { ConditionExpression: write.check });
  throw new TypeError('a write of a transaction is a put, an update, a delete or a check');
}

function partOf(input: object, index: number, kind: Kind | 'Get'): object {
  const { TransactItems } = input as { readonly TransactItems: readonly Record<string, object>[] };
  return TransactItems[index]?.[kind] ?? {};
}
