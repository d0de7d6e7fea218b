/** ExecuteStatement: one PartiQL statement. */
import { checkedAttribute, type RawAttributeValue } from '../../tables/attribute-check.ts';
import { type CapacityMode, consumedCapacity } from '../../tables/capacity.ts';
import { refuse } from '../../tables/expression/refusal.ts';
import { type BoundSelect, bindStatement } from '../../tables/partiql/bound-statement.ts';
import type { TokenScope } from '../../tables/partiql/next-token.ts';
import { parsedStatement } from '../../tables/partiql/parsed-statement.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { when } from './maybe-promise.ts';
import { selectPage } from './statement-read.ts';
import { type BoundWrite, statementWrite } from './statement-write.ts';

interface ExecuteStatementInput {
  readonly Statement: string;
  readonly Parameters?: readonly RawAttributeValue[];
  readonly ConsistentRead?: boolean;
  readonly NextToken?: string;
  readonly Limit?: number;
  readonly ReturnConsumedCapacity?: CapacityMode;
  readonly ReturnValuesOnConditionCheckFailure?: 'NONE' | 'ALL_OLD';
}

export const existsOnlyInTransactions = 'EXISTS is only supported in the statements of ExecuteTransaction';

export const executeStatement = operation({
  name: 'ExecuteStatement',
  run: (context: DynamoContext, input: ExecuteStatementInput) => {
    const bound = bindStatement(parsedStatement(input.Statement), input.Parameters);
    switch (bound.kind) {
      case 'select':
        return select(context, bound, input);
      case 'exists':
        return refuse(existsOnlyInTransactions);
      default:
        return write(context, bound, input);
    }
  },
});

function select(
  { tables, nextTokens, caller, connection }: DynamoContext,
  bound: BoundSelect,
  { Statement: statement, Parameters = [], NextToken, ...input }: ExecuteStatementInput,
) {
  return when(tables.open(caller, connection, bound.from.table), (table) => {
    const scope = (): TokenScope => ({
      tableArn: table.arn,
      statement,
      parameters: Parameters.map(checkedAttribute),
    });
    const startKey = NextToken === undefined ? undefined : nextTokens.open(NextToken, scope());
    return when(selectPage(bound, table, { ...input, startKey }), (page) => ({
      ...page,
      NextToken: page.LastEvaluatedKey && nextTokens.seal(page.LastEvaluatedKey, scope()),
    }));
  });
}

function write(
  { tables, caller, connection }: DynamoContext,
  bound: BoundWrite,
  input: ExecuteStatementInput,
) {
  return when(tables.open(caller, connection, bound.table), async (table) => {
    const { key, decide } = statementWrite(bound, table, input);
    const { row, used } = await table.write(key, decide);
    return {
      Items: row === undefined ? [] : [row],
      ConsumedCapacity:
        input.ReturnConsumedCapacity === undefined
          ? undefined
          : consumedCapacity(input.ReturnConsumedCapacity, bound.table, used()),
    };
  });
}
