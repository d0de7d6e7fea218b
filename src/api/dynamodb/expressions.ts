/** What a request conditions, updates and projects, in expressions or the parameters before them; most gets and puts pay nothing. */
import {
  type CompiledExpressions,
  compileExpressions,
  type ExpressionParameters,
} from '../../tables/expression/compile.ts';
import { compileLegacy } from '../../tables/legacy/compile.ts';
import type { LegacyParameters } from '../../tables/legacy/parameters.ts';

/**
 * To be called behind refuseMixedStyles, so that the two do not overlap, and checkExpressionUse, which refuses names and
 * values without an expression.
 */
export function compiledExpressions(input: ExpressionParameters & LegacyParameters): CompiledExpressions {
  return withExpressions(compileLegacy(input), input);
}

/** As compiledExpressions, where something else is checked between the two. */
export function withExpressions(
  legacy: CompiledExpressions,
  input: ExpressionParameters,
): CompiledExpressions {
  if (
    input.UpdateExpression === undefined &&
    input.ConditionExpression === undefined &&
    input.KeyConditionExpression === undefined &&
    input.FilterExpression === undefined &&
    input.ProjectionExpression === undefined
  ) {
    return legacy;
  }
  return { ...legacy, ...compileExpressions(input) };
}
