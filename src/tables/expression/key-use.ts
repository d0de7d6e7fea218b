/** What expressions may not do with key attributes: the checks that need the table (spec 0.2 step 7, 1.8, 2.2). */
import { type IndexKeySchema, type KeySchema, keyAttributes } from '../key-schema.ts';
import type { CompiledExpressions, Condition } from './compile.ts';
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
  if (use === 'query') refuseKeyFilter(keys, filter);
  refuseNested(keys, filter.paths);
}

/** As checkExpressionKeys, for a read of an index: it is the index's own keys that a Query's filter may not name. */
export function checkIndexExpressionKeys(
  { filter, projection }: CompiledExpressions,
  { index: { hash, range }, table }: { readonly index: IndexKeySchema; readonly table: KeySchema },
  use: 'query' | 'other',
): void {
  const indexKeys = [...hash, ...range].map(({ name }) => name);
  const tableKeys = keyAttributes(table)
    .map(({ name }) => name)
    .filter((name) => !indexKeys.includes(name));
  const refuseAllNested = (paths: readonly Path[]) => {
    refuseNested(indexKeys, paths, 'IndexKey');
    refuseNested(tableKeys, paths);
  };
  if (projection !== undefined) refuseAllNested(projection.paths);
  if (filter === undefined) return;
  if (use === 'query') refuseKeyFilter(indexKeys, filter);
  refuseAllNested(filter.paths);
}

function refuseKeyFilter(keys: readonly string[], filter: Condition): void {
  const named = keys.find((name) => filter.paths.some(([head]) => head === name));
  if (named === undefined) return;
  const subject = filter.parameter ?? 'Filter Expression';
  refuse(`${subject} can only contain non-primary key attributes: Primary key attribute: ${named}`);
}

function refuseNested(
  keys: readonly string[],
  paths: readonly Path[],
  label: 'Key' | 'IndexKey' = 'Key',
): void {
  const key = keys.find((name) => paths.some(([head, ...rest]) => head === name && rest.length > 0));
  if (key === undefined) return;
  refuse(
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " +
      `${label}: ${key}`,
  );
}
