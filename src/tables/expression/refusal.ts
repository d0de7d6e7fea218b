/** How expressions refuse: each sentence passes here, so that a prefix AWS may add has one place. */
import { Refusal } from '../../base/errors.ts';

export type ExpressionName =
  | 'UpdateExpression'
  | 'ConditionExpression'
  | 'KeyConditionExpression'
  | 'FilterExpression'
  | 'ProjectionExpression';

/** AWS has begun to open some of these with "1 validation error detected: "; the older form is ours (spec 0.1). */
const prefix = '';

/** Refuses the request with a whole sentence. */
export function refuse(sentence: string): never {
  throw new Refusal('Validation', { message: prefix + sentence });
}

/** Refuses one expression, by name. */
export function refuseExpression(name: ExpressionName, sentence: string): never {
  refuse(`Invalid ${name}: ${sentence}`);
}
