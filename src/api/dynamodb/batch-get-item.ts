/** BatchGetItem: up to 100 items by their keys, from any tables, as far as 16 MB go. */
import { refuse } from '../../base/errors.ts';
import type { AttributeValue, Item } from '../../tables/attribute.ts';
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import {
  type CapacityMode,
  type ConsumedCapacity,
  consumedCapacity,
  readUnits,
} from '../../tables/capacity.ts';
import { type CompiledExpressions, checkExpressionUse } from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import { checkKey } from '../../tables/key-schema.ts';
import { refuseMixedStyles } from '../../tables/legacy/mixing.ts';
import type { OpenTable } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { byteText } from '../../tables/value-order.ts';
import { operation } from '../operation.ts';
import { BatchKeys, checkBatchCount, repeatedKeys } from './batch-keys.ts';
import type { ReadContext } from './context.ts';
import { compiledExpressions } from './expressions.ts';

interface KeysAndAttributes {
  readonly Keys: readonly RawItem[];
  readonly ConsistentRead?: boolean;
  readonly AttributesToGet?: readonly string[];
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: ReadonlyMap<string, string>;
}

interface BatchGetItemInput {
  /** By table name or ARN, which the answer names them by too. */
  readonly RequestItems: ReadonlyMap<string, KeysAndAttributes>;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

/** What is asked of one table. */
interface TableKeys {
  readonly name: string;
  readonly request: KeysAndAttributes;
  readonly keys: readonly Item[];
  readonly expressions: CompiledExpressions;
}

interface OpenTableKeys extends TableKeys {
  readonly table: OpenTable;
  readonly treeKeys: readonly Uint8Array[];
}

/** An answer carries no more than this; the keys of what is left go back to the caller. */
export const batchBytesMax = 16 * 1024 * 1024;

export const batchGetItem = operation({
  name: 'BatchGetItem',
  run: async (context: ReadContext, input: BatchGetItemInput) => {
    const opened = await openAll(context, allKeys(input));
    const batch = new GotBatch(input.ReturnConsumedCapacity);
    for (const each of opened) await batch.get(each);
    return batch.answer();
  },
});

function allKeys({ RequestItems }: BatchGetItemInput): readonly TableKeys[] {
  let count = 0;
  return [...RequestItems].map(([name, request]) => {
    const asked = tableKeys(name, request, count);
    count += asked.keys.length;
    return asked;
  });
}

/** `count`: of the keys of tables before. Of two faults the first to come is told, as by AWS. */
function tableKeys(name: string, request: KeysAndAttributes, count: number): TableKeys {
  refuseMixedStyles('BatchGetItem', request);
  checkExpressionUse(request, []);
  const expressions = compiledExpressions(request);
  const named = new Set<string>();
  const keys = request.Keys.map((raw, index) => {
    const key = checkedItem(raw);
    refuseRepeated(named, key);
    checkBatchCount('BatchGetItem', count + index + 1);
    return key;
  });
  return { name, request, keys, expressions };
}

/** Refuses a key that one table is asked for twice, before it is known whether there is such a table. */
function refuseRepeated(named: Set<string>, key: Item): void {
  const text = JSON.stringify([...key].sort(([one], [two]) => (one < two ? -1 : 1)).map(keyText));
  if (named.has(text)) refuse(repeatedKeys);
  named.add(text);
}

function keyText([name, value]: readonly [string, AttributeValue]): unknown {
  return [name, 'B' in value ? { B: byteText(value.B) } : value];
}

/** All tables are there and all keys fit before the first item is read. */
async function openAll(
  { tables, caller, connection }: ReadContext,
  asked: readonly TableKeys[],
): Promise<readonly OpenTableKeys[]> {
  const opened: OpenTableKeys[] = [];
  const named = new BatchKeys();
  for (const each of asked) {
    const table = await tables.open(caller, connection, each.name);
    const treeKeys = each.keys.map((key) => {
      checkKey(table.keySchema, key);
      const treeKey = encodeKey(table.keySchema, key);
      named.add(table.arn, treeKey);
      return treeKey;
    });
    checkExpressionKeys(each.expressions, table, 'other');
    opened.push({ ...each, table, treeKeys });
  }
  return opened;
}

/** The answer as it grows. */
class GotBatch {
  readonly #capacityMode: CapacityMode | undefined;
  readonly #responses = new Map<string, readonly Item[]>();
  readonly #unprocessed = new Map<string, KeysAndAttributes>();
  readonly #consumed: ConsumedCapacity[] = [];
  #bytesLeft = batchBytesMax;

  constructor(capacityMode: CapacityMode | undefined) {
    this.#capacityMode = capacityMode;
  }

  async get({ name, request, table, treeKeys, expressions: { projection } }: OpenTableKeys): Promise<void> {
    const items: Item[] = [];
    let units = 0;
    let index = 0;
    for (; index < treeKeys.length && this.#bytesLeft > 0; index++) {
      const stored = await table.get(treeKeys[index] ?? new Uint8Array());
      this.#bytesLeft -= stored?.itemBytes ?? 0;
      if (this.#bytesLeft < 0) break;
      units += readUnits(stored?.itemBytes ?? 0, request.ConsistentRead === true);
      if (stored !== undefined) items.push(projection?.project(stored.item) ?? stored.item);
    }
    this.#responses.set(name, items);
    if (index < treeKeys.length) this.#unprocessed.set(name, { ...request, Keys: request.Keys.slice(index) });
    const consumed = consumedCapacity(this.#capacityMode, name, units);
    if (consumed !== undefined) this.#consumed.push(consumed);
  }

  answer(): object {
    return {
      Responses: this.#responses,
      UnprocessedKeys: this.#unprocessed,
      ConsumedCapacity: this.#consumed.length === 0 ? undefined : this.#consumed,
    };
  }
}
