/** The expressions of a request; one that has none, as most gets and puts, pays nothing for them. */
import {
  type CompiledExpressions,
  compileExpressions,
  type ExpressionParameters,
} from '../../tables/expression/compile.ts';

const none: CompiledExpressions = {};

/** To be called behind checkExpressionUse, which refuses names and values without an expression. */
export function compiledExpressions(input: ExpressionParameters): CompiledExpressions {
  if (
    input.UpdateExpression === undefined &&
    input.ConditionExpression === undefined &&
    input.KeyConditionExpression === undefined &&
    input.FilterExpression === undefined &&
    input.ProjectionExpression === undefined
  ) {
    return none;
  }
  return compileExpressions(input);
}
