/** ExecuteTransaction: up to 100 PartiQL statements, all reads or all writes, in one commit or at one moment. */
import type { Transaction } from '../../pages/transaction.ts';
import type { RawAttributeValue } from '../../tables/attribute-check.ts';
import { type CapacityMode, readUnits } from '../../tables/capacity.ts';
import { refuse } from '../../tables/expression/refusal.ts';
import {
  type BoundExists,
  type BoundSelect,
  bindStatement,
  tableOf,
} from '../../tables/partiql/bound-statement.ts';
import { parsedStatement } from '../../tables/partiql/parsed-statement.ts';
import type { StoredItem } from '../../tables/table.ts';
import { checkTransactionBytes, type TransactionWrite, writeAll } from '../../tables/transaction-writes.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { requestHash } from './request-hash.ts';
import { checkSelectKeys, requireTreeKey, rowOf } from './statement-read.ts';
import {
  type BoundWrite,
  existenceCheck,
  statementWrite,
  type WriteOptions,
  type Written,
} from './statement-write.ts';
import { type PartCost, transactionCapacity, type UnitKind } from './transaction-capacity.ts';
import { type BoundPart, bindParts, type TransactionPart } from './transaction-parts.ts';

interface TransactStatement {
  readonly Statement: string;
  readonly Parameters?: readonly RawAttributeValue[];
  readonly ReturnValuesOnConditionCheckFailure?: 'NONE' | 'ALL_OLD';
}

interface ExecuteTransactionInput {
  readonly TransactStatements: readonly TransactStatement[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

interface Outcome {
  readonly kind: UnitKind;
  readonly responses: readonly object[];
  readonly costs: readonly PartCost[];
}

const name = 'ExecuteTransaction';

export const executeTransaction = operation({
  name,
  run: async (context: DynamoContext, input: ExecuteTransactionInput) => {
    const bound = input.TransactStatements.map(({ Statement, Parameters }) =>
      bindStatement(parsedStatement(Statement), Parameters),
    );
    const selects = bound.flatMap((each) => (each.kind === 'select' ? each : []));
    const writes = bound.flatMap((each) => (each.kind === 'select' ? [] : each));
    if (selects.length > 0 && writes.length > 0) refuse('ExecuteTransaction cannot mix reads and writes');
    const { kind, responses, costs } =
      writes.length === 0 ? await read(context, selects) : await write(context, input, writes);
    return {
      Responses: responses,
      ConsumedCapacity: transactionCapacity(input.ReturnConsumedCapacity ?? 'NONE', kind, costs),
    };
  },
});

interface BoundRead extends BoundPart {
  readonly select: BoundSelect;
}

async function read(context: DynamoContext, selects: readonly BoundSelect[]): Promise<Outcome> {
  const parts = await bindParts(context, selects.map(readPart));
  const found = await context.tables.transact(async (tx) => {
    const items: (StoredItem | undefined)[] = [];
    for (const { table, key } of parts) items.push(await table.getIn(tx, key));
    return items;
  });
  checkTransactionBytes(found.reduce((sum, stored) => sum + (stored?.itemBytes ?? 0), 0));
  return {
    kind: 'ReadCapacityUnits',
    responses: parts.map(({ select }, index) => ({ Item: rowOf(select, found[index]) })),
    costs: parts.map((part, index) => ({
      ...part,
      used: { table: readUnits(found[index]?.itemBytes ?? 0, true) },
    })),
  };
}

function readPart(select: BoundSelect): TransactionPart<BoundRead> {
  const tableName = select.from.table;
  return {
    tableName,
    bind: (table) => {
      const key = requireTreeKey(select, table, name);
      checkSelectKeys(select, table);
      return { table, tableName, key, select };
    },
  };
}

type WriteStatement = BoundWrite | BoundExists;

async function write(
  context: DynamoContext,
  { TransactStatements, ClientRequestToken: token }: ExecuteTransactionInput,
  asked: readonly WriteStatement[],
): Promise<Outcome> {
  const parts = await bindParts(
    context,
    asked.map((statement, index) => writePart(statement, TransactStatements[index] ?? {})),
  );
  const make = async (tx: Transaction): Promise<Outcome> => {
    const written = await writeAll(tx, parts);
    return {
      kind: 'WriteCapacityUnits',
      responses: responsesOf(written),
      costs: parts.map((part, index) => ({ ...part, used: written[index]?.used() ?? { table: 0 } })),
    };
  };
  if (token === undefined) return context.tables.transact(make);
  const look = async (tx: Transaction): Promise<Outcome> => {
    const costs: PartCost[] = [];
    for (const part of parts) {
      const stored = await part.table.getIn(tx, part.key);
      costs.push({ ...part, used: { table: readUnits(stored?.itemBytes ?? 0, true) } });
    }
    return { kind: 'ReadCapacityUnits', responses: [], costs };
  };
  const { account, region } = context.caller;
  const use = { account, region, token, request: requestHash(name, TransactStatements) };
  return context.tables.transactOnce(use, make, look);
}

function writePart(
  statement: WriteStatement,
  options: WriteOptions,
): TransactionPart<TransactionWrite<Written> & BoundPart> {
  const tableName = tableOf(statement);
  return {
    tableName,
    bind: (table) => ({
      table,
      tableName,
      ...(statement.kind === 'exists'
        ? existenceCheck(statement, table, options)
        : statementWrite(statement, table, options)),
    }),
  };
}

/** Nothing, but where RETURNING asks for something. */
function responsesOf(written: readonly Written[]): readonly object[] {
  if (written.every(({ row }) => row === undefined)) return [];
  return written.map(({ row }) => ({ Item: row }));
}
