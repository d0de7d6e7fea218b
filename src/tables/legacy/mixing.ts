/** Expressions and the parameters before them do not go together in one request (spec 4.1). */
import type { ExpressionParameters } from '../expression/compile.ts';
import { type ExpressionName, refuse } from '../expression/refusal.ts';
import type { LegacyParameters } from './parameters.ts';

interface Styles {
  readonly legacy: readonly (keyof LegacyParameters)[];
  readonly expressions: readonly ExpressionName[];
}

const read: Styles = { legacy: ['AttributesToGet'], expressions: ['ProjectionExpression'] };
const write: Styles = { legacy: ['Expected', 'ConditionalOperator'], expressions: ['ConditionExpression'] };

/** In the order in which AWS lists them. */
const stylesOf = {
  GetItem: read,
  BatchGetItem: read,
  PutItem: write,
  DeleteItem: write,
  UpdateItem: {
    legacy: ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
    expressions: ['UpdateExpression', 'ConditionExpression'],
  },
  Query: {
    legacy: ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'],
    expressions: ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
  },
  Scan: {
    legacy: ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
    expressions: ['ProjectionExpression', 'FilterExpression'],
  },
} as const satisfies Record<string, Styles>;

/** A parameter that is there counts, be it empty. Old key conditions may stand beside new filters and projections. */
export function refuseMixedStyles(
  operation: keyof typeof stylesOf,
  input: LegacyParameters & ExpressionParameters,
): void {
  const { legacy, expressions }: Styles = stylesOf[operation];
  const keysAlone = input.KeyConditionExpression === undefined;
  const old = legacy.filter((name) => input[name] !== undefined && !(name === 'KeyConditions' && keysAlone));
  if (old.length === 0) return;
  const used = expressions.filter((name) => input[name] !== undefined);
  if (used.length === 0) return;
  refuse(
    'Can not use both expression and non-expression parameters in the same request: ' +
      `Non-expression parameters: {${old.join(', ')}} Expression parameters: {${used.join(', ')}}`,
  );
}
