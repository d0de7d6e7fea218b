/** What expressions may not do with key attributes: the checks that need the table (spec 0.2 step 7, 1.8, 2.2). */
import { type KeySchema, keyAttributes } from '../key-schema.ts';
import type { CompiledExpressions } from './compile.ts';
import type { Path } from './path.ts';
import { refuse } from './refusal.ts';

/**
 * Refuses updates of key attributes, paths into them, and on a Query filters that name them. A write's condition may
 * use them freely.
 */
export function checkExpressionKeys(
  { update, filter, projection }: CompiledExpressions,
  schema: KeySchema,
  use: 'query' | 'other',
): void {
  const keys = keyAttributes(schema).map(({ name }) => name);
  if (update !== undefined) {
    const key = keys.find((name) => update.targets.some(([head]) => head === name));
    if (key !== undefined) {
      refuse(
        'One or more parameter values were invalid: ' +
          `Cannot update attribute ${key}. This attribute is part of the key`,
      );
    }
    refuseNested(keys, update.sources);
  }
  if (projection !== undefined) refuseNested(keys, projection.paths);
  if (filter === undefined) return;
  const named =
    use === 'query' ? keys.find((name) => filter.paths.some(([head]) => head === name)) : undefined;
  if (named !== undefined) {
    refuse(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${named}`);
  }
  refuseNested(keys, filter.paths);
}

function refuseNested(keys: readonly string[], paths: readonly Path[]): void {
  const key = keys.find((name) => paths.some(([head, ...rest]) => head === name && rest.length > 0));
  if (key === undefined) return;
  refuse(
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " +
      `Key: ${key}`,
  );
}
