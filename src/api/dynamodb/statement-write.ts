/** INSERT, UPDATE and DELETE as writes of one item. */
import { Refusal } from '../../base/errors.ts';
import type { Item } from '../../tables/attribute.ts';
import { type Consumption, writeUnits } from '../../tables/capacity.ts';
import type { Condition } from '../../tables/expression/compile.ts';
import { checkExpressionKeys } from '../../tables/expression/key-use.ts';
import { refuse } from '../../tables/expression/refusal.ts';
import { checkItemKey } from '../../tables/key-schema.ts';
import type {
  BoundChange,
  BoundExists,
  BoundInsert,
  BoundWhere,
} from '../../tables/partiql/bound-statement.ts';
import { asksBesideKey, selectedKey } from '../../tables/partiql/key-selection.ts';
import type { Returning } from '../../tables/partiql/statement.ts';
import type { OpenTable, StoredItem, WriteDecision } from '../../tables/table.ts';
import { encodeKey } from '../../tables/tree-key.ts';
import { requireCondition } from './conditional-write.ts';

export type BoundWrite = BoundInsert | BoundChange;

/** What a statement used, and the row that it gives: what RETURNING wants to see of a write. */
export interface Written {
  readonly row: Item | undefined;
  /** Most callers do not want to know. */
  readonly used: () => Consumption;
}

/** To be given to OpenTable.write or writeIn. */
export interface StatementWrite {
  readonly key: Uint8Array;
  readonly decide: (old: StoredItem | undefined) => WriteDecision<Written>;
}

export interface WriteOptions {
  readonly ReturnValuesOnConditionCheckFailure?: 'NONE' | 'ALL_OLD';
}

/** Refuses a statement that does not say the whole key of one item, and what the native write refuses. */
export function statementWrite(write: BoundWrite, table: OpenTable, options: WriteOptions): StatementWrite {
  return write.kind === 'insert' ? insertion(write, table) : change(write, table, options);
}

function insertion({ item, itemBytes }: BoundInsert, table: OpenTable): StatementWrite {
  checkItemKey(table.keySchema, item);
  table.checkPut({ item, itemBytes });
  return {
    key: encodeKey(table.keySchema, item),
    decide: (old) => {
      if (old !== undefined) throw new Refusal('DuplicateItem', {});
      return {
        next: item,
        nextBytes: itemBytes,
        result: { row: undefined, used: () => table.consumption(undefined, { item, itemBytes }) },
      };
    },
  };
}

/** EXISTS as a write that changes nothing. Refuses one that asks for no more than the key. */
export function existenceCheck(
  { select: { from, where } }: BoundExists,
  { keySchema }: OpenTable,
  options: WriteOptions,
): StatementWrite {
  const key = from.index === undefined ? selectedKey(where?.tree, keySchema) : undefined;
  if (key === undefined || where === undefined || !asksBesideKey(where.tree, keySchema)) {
    refuse('EXISTS must specify the primary key and another condition in the where clause');
  }
  return {
    key: encodeKey(keySchema, key),
    decide: (old) => {
      requireCondition(onlyIfThere(where), old, { TableName: from.table, ...options });
      return {
        unchanged: true,
        result: { row: undefined, used: () => ({ table: writeUnits(old?.itemBytes, undefined) }) },
      };
    },
  };
}

/** No absent item meets it: what is missing is not missing of anything. */
function onlyIfThere(where: BoundWhere): Condition {
  return { paths: where.paths, holds: (item) => item !== undefined && where.holds(item) };
}

interface Images {
  readonly old: StoredItem;
  readonly next: Item | undefined;
}

const returned = {
  ALL_OLD: (_, { old }) => old.item,
  ALL_NEW: (_, { next }) => next,
  UPDATED_OLD: ({ update }, { old }) => update?.touched(old.item),
  UPDATED_NEW: ({ update }, { next }) => update?.touched(next),
} as const satisfies Record<Returning, (write: BoundChange, images: Images) => Item | undefined>;

function change(write: BoundChange, table: OpenTable, options: WriteOptions): StatementWrite {
  const { kind, where, update, returning } = write;
  const { keySchema } = table;
  const key = selectedKey(where?.tree, keySchema);
  if (key === undefined) refuse('Where clause does not contain a mandatory equality on all key attributes');
  if (update !== undefined) checkExpressionKeys({ update }, table, 'other');
  return {
    key: encodeKey(keySchema, key),
    decide: (old) => {
      // To delete what is not there is no fault; an UPDATE makes no item.
      if (old === undefined && kind === 'delete') {
        return {
          unchanged: true,
          result: { row: undefined, used: () => table.consumption(undefined, undefined) },
        };
      }
      requireCondition(where && onlyIfThere(where), old, { TableName: write.table, ...options });
      const next = update?.apply(old?.item, key);
      const result = {
        row: old && returning && returned[returning](write, { old, next }),
        used: () => table.consumption(old, next && { item: next }),
      };
      if (next === old?.item) return { unchanged: true, result };
      return update === undefined ? { next: undefined, result } : { next, isUpdate: true, result };
    },
  };
}
