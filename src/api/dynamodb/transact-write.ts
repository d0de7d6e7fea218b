/** One entry of TransactWriteItems: checked as far as that needs no table, and then made a write of its table. */
import { refuse } from '../../base/errors.ts';
import type { Item } from '../../tables/attribute.ts';
import { checkedItem, type RawItem } from '../../tables/attribute-check.ts';
import { type Consumption, writeUnits } from '../../tables/capacity.ts';
import { noUpdate } from '../../tables/expression/apply-update.ts';
import {
  type CompiledExpressions,
  checkExpressionUse,
  type ExpressionParameters,
} from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import type { ExpressionName } from '../../tables/expression/refusal.ts';
import { checkItemBytes } from '../../tables/item-size.ts';
import { checkItemKey, checkKey } from '../../tables/key-schema.ts';
import type { OpenTable, StoredItem, WriteDecision } from '../../tables/table.ts';
import type { TransactionWrite } from '../../tables/transaction-writes.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { requireCondition } from './conditional-write.ts';
import { compiledExpressions } from './expressions.ts';
import type { BoundPart, TransactionPart } from './transaction-parts.ts';

interface WriteParameters extends ExpressionParameters {
  readonly TableName: string;
  readonly ReturnValuesOnConditionCheckFailure?: 'NONE' | 'ALL_OLD';
}

interface PutEntry extends WriteParameters {
  readonly Item: RawItem;
}

interface KeyedEntry extends WriteParameters {
  readonly Key: RawItem;
}

/** Exactly one of them. */
export interface TransactWriteEntry {
  readonly ConditionCheck?: KeyedEntry;
  readonly Put?: PutEntry;
  readonly Delete?: KeyedEntry;
  readonly Update?: KeyedEntry;
}

/** What a write costs by the rules for single ones; most callers do not want to know. */
export type Cost = () => Consumption;

export interface BoundWrite extends TransactionWrite<Cost>, BoundPart {
  /** The item or its key; undefined for a check, which writes nothing. */
  readonly written: Item | undefined;
}

const conditionOnly: readonly ExpressionName[] = ['ConditionExpression'];

/** Refuses an entry that asks for nothing or for several writes, and what the single write of its kind refuses. */
export function writePart(entry: TransactWriteEntry): TransactionPart<BoundWrite> {
  const { ConditionCheck, Put, Delete, Update } = entry;
  const count = [ConditionCheck, Put, Delete, Update].filter((each) => each !== undefined).length;
  if (count > 1) refuse('TransactItems can only contain one of Check, Put, Update or Delete');
  if (Put !== undefined) return putPart(Put);
  if (Update !== undefined) return keyedPart(Update, decideUpdate, ['UpdateExpression', ...conditionOnly]);
  if (Delete !== undefined) return keyedPart(Delete, decideDelete, conditionOnly);
  if (ConditionCheck !== undefined) return keyedPart(ConditionCheck, decideCheck, conditionOnly);
  refuse('Invalid Request: TransactWriteRequest should contain Delete or Put or Update request');
}

function putPart(entry: PutEntry): TransactionPart<BoundWrite> {
  checkExpressionUse(entry, conditionOnly);
  const item = checkedItem(entry.Item);
  const itemBytes = checkItemBytes(item);
  const { condition } = compiledExpressions(entry);
  const { TableName: tableName } = entry;
  return {
    tableName,
    bind: (table) => {
      checkItemKey(table.keySchema, item);
      table.checkPut({ item, itemBytes });
      return {
        table,
        tableName,
        key: encodeKey(table.keySchema, item),
        written: item,
        decide: (old) => {
          requireCondition(condition, old, entry);
          const result = () => table.consumption(old, { item, itemBytes });
          return { next: item, nextBytes: itemBytes, result };
        },
      };
    },
  };
}

interface KeyedWrite {
  readonly table: OpenTable;
  readonly key: Item;
  readonly expressions: CompiledExpressions;
}

type Decide = (write: KeyedWrite, old: StoredItem | undefined) => WriteDecision<Cost>;

function keyedPart(
  entry: KeyedEntry,
  decide: Decide,
  valueTaking: readonly ExpressionName[],
): TransactionPart<BoundWrite> {
  checkExpressionUse(entry, valueTaking);
  const key = checkedItem(entry.Key);
  const expressions = compiledExpressions(entry);
  const { TableName: tableName } = entry;
  return {
    tableName,
    bind: (table) => {
      checkKey(table.keySchema, key);
      checkExpressionKeys(expressions, table, 'other');
      const write = { table, key, expressions };
      return {
        table,
        tableName,
        key: encodeKey(table.keySchema, key),
        written: decide === decideCheck ? undefined : key,
        decide: (old) => {
          requireCondition(expressions.condition, old, entry);
          return decide(write, old);
        },
      };
    },
  };
}

function decideUpdate(
  { table, key, expressions: { update = noUpdate } }: KeyedWrite,
  old: StoredItem | undefined,
): WriteDecision<Cost> {
  const next = update.apply(old?.item, key);
  const result = () => table.consumption(old, next && { item: next });
  return next === old?.item ? { unchanged: true, result } : { next, isUpdate: true, result };
}

function decideDelete({ table }: KeyedWrite, old: StoredItem | undefined): WriteDecision<Cost> {
  const result = () => table.consumption(old, undefined);
  return old === undefined ? { unchanged: true, result } : { next: undefined, result };
}

/** Costs what a write of the item would, but touches no index. */
function decideCheck(_: KeyedWrite, old: StoredItem | undefined): WriteDecision<Cost> {
  return { unchanged: true, result: () => ({ table: writeUnits(old?.itemBytes, undefined) }) };
}
