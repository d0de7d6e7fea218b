/** BatchExecuteStatement: up to 25 PartiQL statements, all reads or all writes, each standing or failing alone. */
import { Refusal } from '../../base/errors.ts';
import type { Item } from '../../tables/attribute.ts';
import type { RawAttributeValue } from '../../tables/attribute-check.ts';
import { type CapacityMode, type Consumption, consumedCapacity, readUnits } from '../../tables/capacity.ts';
import { refuse } from '../../tables/expression/refusal.ts';
import {
  type BoundSelect,
  type BoundStatement,
  bindStatement,
  tableOf,
} from '../../tables/partiql/bound-statement.ts';
import { parsedStatement } from '../../tables/partiql/parsed-statement.ts';
import { operation } from '../operation.ts';
import { wireFault } from '../wire-errors.ts';
import type { DynamoContext } from './context.ts';
import { existsOnlyInTransactions } from './execute-statement.ts';
import { checkSelectKeys, requireTreeKey, rowOf } from './statement-read.ts';
import { statementWrite, type Written } from './statement-write.ts';

interface BatchStatement {
  readonly Statement: string;
  readonly Parameters?: readonly RawAttributeValue[];
  readonly ConsistentRead?: boolean;
  readonly ReturnValuesOnConditionCheckFailure?: 'NONE' | 'ALL_OLD';
}

interface BatchExecuteStatementInput {
  readonly Statements: readonly BatchStatement[];
  readonly ReturnConsumedCapacity?: CapacityMode;
}

/** A statement of the batch: what it says, or why it says nothing. */
type Asked = { readonly request: BatchStatement } & (
  | { readonly bound: BoundStatement }
  | { readonly refusal: Refusal }
);

interface Response {
  readonly TableName?: string | undefined;
  readonly Item?: Item | undefined;
  readonly Error?: object;
}

export const batchExecuteStatement = operation({
  name: 'BatchExecuteStatement',
  run: async (context: DynamoContext, input: BatchExecuteStatementInput) => {
    const asked = input.Statements.map(understood);
    refuseMixture(asked);
    // Side by side, so that writes share a commit; they are decided in this order.
    const outcomes = await Promise.all(asked.map((each) => outcomeOf(context, each)));
    const { ReturnConsumedCapacity: mode } = input;
    // One for each statement, in their order, and not one for each table as other batches have it.
    const consumed = outcomes.flatMap(({ response: { TableName = '' }, used }) =>
      used === undefined ? [] : (consumedCapacity(mode, TableName, used()) ?? []),
    );
    return {
      Responses: outcomes.map(({ response }) => response),
      ConsumedCapacity: consumed.length === 0 ? undefined : consumed,
    };
  },
});

interface Outcome {
  readonly response: Response;
  /** Undefined for a statement that failed. */
  readonly used?: () => Consumption;
}

async function outcomeOf(context: DynamoContext, asked: Asked): Promise<Outcome> {
  const TableName = 'bound' in asked ? tableOf(asked.bound) : undefined;
  try {
    const { row, used } = await carriedOut(context, asked);
    return { response: { TableName, Item: row }, used };
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    return { response: failure(fault, TableName) };
  }
}

function understood(request: BatchStatement): Asked {
  try {
    const bound = bindStatement(parsedStatement(request.Statement), request.Parameters);
    return { request, bound };
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    return { request, refusal: fault };
  }
}

function refuseMixture(asked: readonly Asked[]): void {
  const understood = asked.flatMap((each) => ('bound' in each ? each.bound : []));
  const reads = understood.filter(({ kind }) => kind === 'select').length;
  if (reads === 0 || reads === understood.length) return;
  refuse('BatchExecuteStatement cannot mix reads and writes');
}

async function carriedOut(context: DynamoContext, asked: Asked): Promise<Written> {
  if ('refusal' in asked) throw asked.refusal;
  const { request, bound } = asked;
  if (bound.kind === 'exists') refuse(existsOnlyInTransactions);
  const { tables, caller, connection } = context;
  if (bound.kind === 'select') return read(context, bound, request);
  const table = await tables.open(caller, connection, bound.table);
  const { key, decide } = statementWrite(bound, table, request);
  return table.write(key, decide);
}

async function read(
  { tables, caller, connection }: DynamoContext,
  select: BoundSelect,
  { ConsistentRead = false }: BatchStatement,
): Promise<Written> {
  const table = await tables.open(caller, connection, select.from.table);
  const treeKey = requireTreeKey(select, table, 'BatchExecuteStatement');
  checkSelectKeys(select, table);
  const stored = await table.get(treeKey);
  return {
    row: rowOf(select, stored),
    used: () => ({ table: readUnits(stored?.itemBytes ?? 0, ConsistentRead) }),
  };
}

/** Where a batch does not just drop the end of the exception's name. */
const codes: Readonly<Record<string, string>> = {
  ValidationException: 'ValidationError',
  ThrottlingException: 'ThrottlingError',
};

function failure(refusal: Refusal, table: string | undefined): Response {
  const { body } = wireFault(refusal, 'dynamodb');
  const name = String(body.get('__type')).replace(/^.*#/, '');
  return {
    Error: {
      Code: codes[name] ?? name.replace(/Exception$/, ''),
      Message: refusal.message,
      Item: body.get('Item'),
    },
    TableName: refusal.code === 'TableNotFound' ? undefined : table,
  };
}
