/** All expressions of one request: parsed, bound and checked in DynamoDB's order (spec 0.2, steps 2 and 4 to 6). */
import type { Item } from '../attribute.ts';
import type { RawAttributeValue } from '../attribute-check.ts';
import { type Update, updateOf } from './apply-update.ts';
import { type BoundCondition, bindCondition, pathsOfCondition } from './bound-condition.ts';
import { bindUpdate } from './bound-update.ts';
import { parseCondition } from './condition.ts';
import { predicateOf } from './evaluate.ts';
import { type KeyCondition, keyConditionOf } from './key-condition.ts';
import { ParseCache } from './parse-cache.ts';
import type { Path } from './path.ts';
import { Placeholders } from './placeholders.ts';
import { bindProjection, type Projection, parseProjection } from './projection.ts';
import { type ExpressionName, refuse } from './refusal.ts';
import { parseUpdate } from './update.ts';

/** The members of a request that matter here; a request's checked input fits as it is. */
export type ExpressionParameters = {
  readonly [name in ExpressionName]?: string | undefined;
} & {
  readonly ExpressionAttributeNames?: ReadonlyMap<string, string> | undefined;
  readonly ExpressionAttributeValues?: ReadonlyMap<string, RawAttributeValue> | undefined;
};

export interface Condition {
  /** The parameter it came from, where that was one from before expressions and a refusal names it. */
  readonly parameter?: 'QueryFilter';
  readonly paths: readonly Path[];
  holds(item: Item | undefined): boolean;
}

/** Each is there where the request has its expression. */
export interface CompiledExpressions {
  readonly update?: Update;
  readonly condition?: Condition;
  readonly keyCondition?: KeyCondition;
  readonly filter?: Condition;
  readonly projection?: Projection;
}

const expressionNames: readonly ExpressionName[] = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
];

/** Refuses names without any expression, and values without one of those that take values. */
export function checkExpressionUse(
  input: ExpressionParameters,
  valueTaking: readonly ExpressionName[],
): void {
  if (
    input.ExpressionAttributeNames !== undefined &&
    expressionNames.every((name) => input[name] === undefined)
  ) {
    refuse('ExpressionAttributeNames can only be specified when using expressions');
  }
  if (input.ExpressionAttributeValues === undefined) return;
  if (valueTaking.some((name) => input[name] !== undefined)) return;
  const sentence = 'ExpressionAttributeValues can only be specified when using expressions';
  if (valueTaking.length === 0) refuse(sentence);
  refuse(`${sentence}: ${valueTaking.join(' and ')} ${valueTaking.length > 1 ? 'are' : 'is'} null`);
}

const conditions = new ParseCache(parseCondition);
const updates = new ParseCache(parseUpdate);
const projections = new ParseCache(parseProjection);

/** Refuses the first fault of the placeholders and expressions; what is left to check needs the table. */
export function compileExpressions(input: ExpressionParameters): CompiledExpressions {
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const bind = (name: ExpressionName): BoundCondition | undefined => {
    const text = input[name];
    return text === undefined ? undefined : bindCondition(name, conditions.parse(name, text), placeholders);
  };
  const update =
    input.UpdateExpression === undefined
      ? undefined
      : bindUpdate(updates.parse('UpdateExpression', input.UpdateExpression), placeholders);
  const condition = bind('ConditionExpression');
  const keyCondition = bind('KeyConditionExpression');
  const filter = bind('FilterExpression');
  const projection =
    input.ProjectionExpression === undefined
      ? undefined
      : bindProjection(projections.parse('ProjectionExpression', input.ProjectionExpression), placeholders);
  placeholders.refuseUnused();
  return {
    ...(update && { update: updateOf(update) }),
    ...(condition && { condition: conditionOf(condition) }),
    ...(keyCondition && { keyCondition: keyConditionOf(keyCondition) }),
    ...(filter && { filter: conditionOf(filter) }),
    ...(projection && { projection }),
  };
}

export function conditionOf(condition: BoundCondition): Condition {
  return { paths: pathsOfCondition(condition), holds: predicateOf(condition) };
}
