/** What expressions may not do with key attributes: the checks that need the table (spec 0.2 step 7, 1.8, 2.2). */
import {
  type IndexKey,
  type IndexKeySchema,
  type KeyAttribute,
  type KeySchema,
  keyAttributes,
} from '../key-schema.ts';
import type { Update } from './apply-update.ts';
import type { CompiledExpressions, Condition } from './compile.ts';
import type { Path } from './path.ts';
import { refuse } from './refusal.ts';

type Use = 'query' | 'other';
/** What is asked of a table's keys: see OpenTable. */
interface KeyedTable {
  readonly keySchema: KeySchema;
  readonly indexKeys: readonly IndexKey[];
}

type NestedLabel = 'Key' | 'IndexKey';

const invalidParameter = 'One or more parameter values were invalid: ';

/**
 * Refuses updates of key attributes and to what no index key can be, paths into keys of the table or of its indexes, and
 * on a Query filters that name the keys that it queries. A write's condition may use them freely.
 */
export function checkExpressionKeys(
  expressions: CompiledExpressions,
  { keySchema, indexKeys }: KeyedTable,
  use: Use,
): void {
  const keys = keyAttributes(keySchema);
  const refuseAllNested = nestedRefusal(keys, indexKeys);
  const { update } = expressions;
  if (update !== undefined) {
    refuseKeyUpdate(keys, update);
    refuseIndexKeyUpdate(indexKeys, update);
    refuseAllNested([...update.targets, ...update.sources]);
  }
  checkReadKeys(expressions, refuseAllNested, use === 'query' ? keys : []);
}

/** As checkExpressionKeys, for a read of an index: it is the index's own keys that a Query's filter may not name. */
export function checkIndexExpressionKeys(
  expressions: CompiledExpressions,
  { keySchema: { hash, range } }: { readonly keySchema: IndexKeySchema },
  { keySchema, indexKeys }: KeyedTable,
  use: Use,
): void {
  const queried = [...hash, ...range];
  const refuseAllNested = nestedRefusal(keyAttributes(keySchema), [...queried, ...indexKeys]);
  checkReadKeys(expressions, refuseAllNested, use === 'query' ? queried : []);
}

function checkReadKeys(
  { projection, filter }: CompiledExpressions,
  refuseAllNested: (paths: readonly Path[]) => void,
  queried: readonly KeyAttribute[],
): void {
  if (projection !== undefined) refuseAllNested(projection.paths);
  if (filter === undefined) return;
  refuseKeyFilter(queried, filter);
  refuseAllNested(filter.paths);
}

function refuseKeyUpdate(keys: readonly KeyAttribute[], { targets }: Update): void {
  const key = keys.find(({ name }) => targets.some(([head]) => head === name));
  if (key === undefined) return;
  refuse(`${invalidParameter}Cannot update attribute ${key.name}. This attribute is part of the key`);
}

function refuseIndexKeyUpdate(indexKeys: readonly IndexKey[], update: Update): void {
  if (indexKeys.length === 0) return;
  const types = update.knownTypes();
  for (const { name, type, index } of indexKeys) {
    const actual = types.get(name);
    if (actual === undefined || actual === type) continue;
    refuse(
      `${invalidParameter}Type mismatch for Index Key ${name} ` +
        `Expected: ${type} Actual: ${actual} IndexName: ${index}`,
    );
  }
}

function refuseKeyFilter(keys: readonly KeyAttribute[], filter: Condition): void {
  const named = keys.find(({ name }) => filter.paths.some(([head]) => head === name));
  if (named === undefined) return;
  const subject = filter.parameter ?? 'Filter Expression';
  refuse(`${subject} can only contain non-primary key attributes: Primary key attribute: ${named.name}`);
}

/** Told of the table's own keys first. */
function nestedRefusal(
  keys: readonly KeyAttribute[],
  indexKeys: readonly KeyAttribute[],
): (paths: readonly Path[]) => void {
  return (paths) => {
    const nested = paths.filter((path) => path.length > 1);
    if (nested.length === 0) return;
    refuseNested(keys, nested, 'Key');
    refuseNested(indexKeys, nested, 'IndexKey');
  };
}

function refuseNested(keys: readonly KeyAttribute[], nested: readonly Path[], label: NestedLabel): void {
  const key = keys.find(({ name }) => nested.some(([head]) => head === name));
  if (key === undefined) return;
  refuse(
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " +
      `${label}: ${key.name}`,
  );
}
