/** The parameters before expressions of one request, as the structures that expressions compile to. */
import { type CompiledExpressions, conditionOf } from '../expression/compile.ts';
import { type Projection, projectionOf } from '../expression/projection.ts';
import { refuse } from '../expression/refusal.ts';
import { legacyUpdate } from './attribute-updates.ts';
import { invalidParameter } from './comparison.ts';
import { expectedParts, filterParts, joined, legacyKeyCondition } from './conditions.ts';
import type { LegacyParameters } from './parameters.ts';

const nothing: CompiledExpressions = {};

/** Refuses the first fault; what is left to check needs the table. A request without any of them pays nothing. */
export function compileLegacy(input: LegacyParameters): CompiledExpressions {
  const { AttributesToGet, AttributeUpdates, Expected, KeyConditions, ConditionalOperator } = input;
  const asked = input.QueryFilter ?? input.ScanFilter;
  if (
    (AttributesToGet ?? AttributeUpdates ?? Expected ?? KeyConditions ?? asked ?? ConditionalOperator) ===
    undefined
  ) {
    return nothing;
  }
  const joins = (entries: { readonly size: number } | undefined) => (entries?.size ?? 0) > 0;
  if (ConditionalOperator !== undefined && !joins(Expected) && !joins(asked)) {
    refuse('ConditionalOperator cannot be used without Filter or Expected');
  }
  const update = AttributeUpdates && legacyUpdate(AttributeUpdates);
  const condition = Expected && joined(expectedParts(Expected), ConditionalOperator);
  // A Scan looks at the names before its filter, a Query after it.
  const names = input.ScanFilter && AttributesToGet && attributesProjection(AttributesToGet);
  const filter = asked && joined(filterParts(asked), ConditionalOperator);
  const projection = names ?? (AttributesToGet && attributesProjection(AttributesToGet));
  const keyCondition = KeyConditions && legacyKeyCondition(KeyConditions);
  return {
    ...(update && { update }),
    ...(condition && { condition: conditionOf(condition) }),
    ...(keyCondition && { keyCondition }),
    ...(filter && { filter: { ...conditionOf(filter), parameter: 'QueryFilter' } }),
    ...(projection && { projection }),
  };
}

/** Whole attributes: a dot in a name is a dot. */
function attributesProjection(names: readonly string[]): Projection {
  const known = new Set<string>();
  for (const name of names) {
    if (known.has(name)) refuse(`${invalidParameter}Duplicate value in attribute name: ${name}`);
    known.add(name);
  }
  return projectionOf(names.map((name) => [name]));
}
