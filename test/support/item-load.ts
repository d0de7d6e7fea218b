/** A load of puts, updates, batches and deletes on one table, and a reader that sees if an item is whole. */
import { generator } from '../pages/support.ts';
import type { JsonCall, Output } from './json-call.ts';
import type { Ledger } from './ledger.ts';

export interface ItemLoadOptions {
  readonly call: JsonCall;
  readonly ledger: Ledger;
  readonly table: string;
  readonly seed: number;
  readonly writers?: number;
  /** Asked before each write. */
  readonly isOver: () => boolean;
  /** A write failed: its writer ends, and the load fails where it is not over, unless this returns true. */
  readonly goesOn?: (fault: unknown) => boolean;
}

/** Ids of one writer: none writes what another does. The ledger calls an item `table/id`. */
const idsPerWriter = 25;
const batchItems = 4;
const longTextMax = 120;

export function createTableInput(table: string): object {
  return {
    TableName: table,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  };
}

/** Resolves when every writer has ended; rejects with the first fault that ends one unexpectedly. */
export async function loadItems(options: ItemLoadOptions): Promise<void> {
  const { writers = 8, seed } = options;
  await Promise.all(
    Array.from({ length: writers }, (_, writer) => write(options, writer, generator(seed + writer))),
  );
}

async function write(options: ItemLoadOptions, writer: number, random: () => number): Promise<void> {
  const { isOver, goesOn } = options;
  for (let turn = 0; !isOver(); turn++) {
    try {
      await writeOnce(options, writer, `${writer}.${turn}.${Math.floor(random() * longTextMax)}`, random);
    } catch (fault) {
      if (goesOn?.(fault) === true) continue;
      if (isOver()) return;
      throw fault;
    }
  }
}

function writeOnce(
  { call, ledger, table: TableName }: ItemLoadOptions,
  writer: number,
  content: string,
  random: () => number,
): Promise<void> {
  const idOf = (number: number) => `${writer}-${number % idsPerWriter}`;
  const number = Math.floor(random() * idsPerWriter);
  const id = idOf(number);
  const entry = `${TableName}/${id}`;
  const kind = random();
  if (kind < 0.1) {
    return ledger.write(entry, undefined, () => call('DeleteItem', { TableName, Key: { id: { S: id } } }));
  }
  if (kind < 0.25) {
    // Four ids that follow one another are four ids.
    const ids = Array.from({ length: batchItems }, (_, index) => idOf(number + index));
    const requests = ids.map((one) => ({ PutRequest: { Item: item(one, content) } }));
    const contents = new Map(ids.map((one) => [`${TableName}/${one}`, content]));
    return ledger.writeAll(contents, () =>
      call('BatchWriteItem', { RequestItems: { [TableName]: requests } }),
    );
  }
  if (kind < 0.45)
    return ledger.write(entry, content, () => call('UpdateItem', update(TableName, id, content)));
  return ledger.write(entry, content, () => call('PutItem', { TableName, Item: item(id, content) }));
}

function textOf(content: string): string {
  return `${content} `.repeat(1 + Number(content.split('.')[2] ?? 0));
}

export function item(id: string, content: string): object {
  return { id: { S: id }, content: { S: content }, text: { S: textOf(content) } };
}

function update(table: string, id: string, content: string): object {
  return {
    TableName: table,
    Key: { id: { S: id } },
    UpdateExpression: 'SET #content = :content, #text = :text',
    ExpressionAttributeNames: { '#content': 'content', '#text': 'text' },
    ExpressionAttributeValues: { ':content': { S: content }, ':text': { S: textOf(content) } },
  };
}

/** Every item by its name in the ledger; one whose parts do not belong together is marked as torn. */
export async function readItems(call: JsonCall, table: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  let ExclusiveStartKey: object | undefined;
  do {
    const page: Output = await call('Scan', { TableName: table, ConsistentRead: true, ExclusiveStartKey });
    for (const { id, content, text } of page.Items) {
      const isWhole = text?.S === textOf(content?.S ?? '');
      found.set(`${table}/${id.S}`, isWhole ? content.S : `torn: ${content?.S}`);
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return found;
}
