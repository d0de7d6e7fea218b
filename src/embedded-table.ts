/** One table for callers in this process, without the wire: the operations themselves, handed typed input. */
import type { DynamoContext } from './api/dynamodb/context.ts';
import { deleteItem } from './api/dynamodb/delete-item.ts';
import { getItem } from './api/dynamodb/get-item.ts';
import { putItem } from './api/dynamodb/put-item.ts';
import { query } from './api/dynamodb/query.ts';
import { scan } from './api/dynamodb/scan.ts';
import { updateItem } from './api/dynamodb/update-item.ts';
import type { Operation } from './api/operation.ts';
import { parseInput } from './api/shape.ts';
import { embeddedItem, type ItemInput } from './embedded-item.ts';
import type { UnderWay } from './server/under-way.ts';
import type { MaybePromise } from './store/page-store.ts';
import type { Item } from './tables/attribute.ts';

export interface ReadOptions {
  readonly projection?: string;
  /** Attribute names behind `#name`. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface WriteOptions {
  readonly condition?: string;
  readonly names?: Readonly<Record<string, string>>;
  /** Values behind `:value`. */
  readonly values?: ItemInput;
}

export interface PageOptions extends ReadOptions {
  /** The secondary index to be read. */
  readonly index?: string;
  readonly filter?: string;
  readonly values?: ItemInput;
  /** Items evaluated, before the filter. A page ends at 1 MB in any case. */
  readonly limit?: number;
  /** The `lastKey` of the page before. */
  readonly startKey?: ItemInput;
}

export interface QueryOptions extends PageOptions {
  readonly backwards?: boolean;
}

export interface ScanOptions extends PageOptions {
  readonly segment?: number;
  readonly totalSegments?: number;
}

export interface ItemsPage {
  readonly items: readonly Item[];
  /** Where the next page begins; undefined where there is none. */
  readonly lastKey: Item | undefined;
}

/** What the answers of the operations hold of interest here. */
interface Answer {
  readonly Item?: Item;
  readonly Attributes?: Item;
  readonly Items?: readonly Item[];
  readonly LastEvaluatedKey?: Item;
}

/**
 * Items are Maps of attribute values as DynamoDB types them: `new Map([['id', { S: 'a' }]])`. Every call refuses what the
 * operation of its name refuses, asks for the table's key as a client of this process does, and refuses with Outage
 * 'Closed' once the database is closed. Reads are consistent; writes resolve once they are durable.
 */
export class EmbeddedTable {
  readonly name: string;
  readonly #context: DynamoContext;
  readonly #underWay: UnderWay;

  constructor(name: string, context: DynamoContext, underWay: UnderWay) {
    this.name = name;
    this.#context = context;
    this.#underWay = underWay;
  }

  async get(key: ItemInput, options?: ReadOptions): Promise<Item | undefined> {
    return (await this.#run(getItem, 'GetItem', { Key: embeddedItem(key) }, options)).Item;
  }

  async put(item: ItemInput, options?: WriteOptions): Promise<void> {
    await this.#run(putItem, 'PutItem', { Item: embeddedItem(item) }, options);
  }

  /** Resolves with the item as it is then. */
  async update(key: ItemInput, update: string, options: WriteOptions = {}): Promise<Item | undefined> {
    const given = { ...options, update, returns: 'ALL_NEW' };
    return (await this.#run(updateItem, 'UpdateItem', { Key: embeddedItem(key) }, given)).Attributes;
  }

  async delete(key: ItemInput, options?: WriteOptions): Promise<void> {
    await this.#run(deleteItem, 'DeleteItem', { Key: embeddedItem(key) }, options);
  }

  async query(keyCondition: string, options: QueryOptions = {}): Promise<ItemsPage> {
    return pageOf(await this.#run(query, 'Query', {}, { ...options, keyCondition }));
  }

  async scan(options?: ScanOptions): Promise<ItemsPage> {
    return pageOf(await this.#run(scan, 'Scan', {}, options));
  }

  #run(
    { run }: Operation<DynamoContext>,
    name: string,
    items: object,
    options: Options | undefined,
  ): MaybePromise<Answer> {
    return this.#underWay.run(() => {
      const input = options === undefined ? { TableName: this.name } : optionsInput(this.name, name, options);
      return run(this.#context, Object.assign(input, items));
    });
  }
}

type Options = QueryOptions &
  ScanOptions &
  WriteOptions & { readonly update?: string; readonly keyCondition?: string; readonly returns?: string };

/** Held to the constraints of the model as if they had come over the wire; items have their own door. */
function optionsInput(TableName: string, operation: string, options: Options): object {
  const { values, startKey, backwards } = options;
  const given = {
    TableName,
    IndexName: options.index,
    // Required by the model, and put in place by the caller.
    Key: {},
    Item: {},
    UpdateExpression: options.update,
    ReturnValues: options.returns,
    ConditionExpression: options.condition,
    KeyConditionExpression: options.keyCondition,
    FilterExpression: options.filter,
    ProjectionExpression: options.projection,
    ExpressionAttributeNames: options.names,
    Limit: options.limit,
    Segment: options.segment,
    TotalSegments: options.totalSegments,
    ScanIndexForward: backwards === undefined ? undefined : !backwards,
  };
  const input = parseInput('dynamodb', operation, given);
  if (values !== undefined) Object.assign(input, { ExpressionAttributeValues: embeddedItem(values) });
  if (startKey !== undefined) Object.assign(input, { ExclusiveStartKey: embeddedItem(startKey) });
  return input;
}

function pageOf({ Items = [], LastEvaluatedKey }: Answer): ItemsPage {
  return { items: Items, lastKey: LastEvaluatedKey };
}
