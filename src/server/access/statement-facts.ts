/** What conditions may ask of a PartiQL statement: the partitions that it names, and the attributes. */
import type { AttributeValue } from '../../tables/attribute.ts';
import type { RawAttributeValue } from '../../tables/attribute-check.ts';
import type { BoundCondition } from '../../tables/expression/bound-condition.ts';
import type { Path } from '../../tables/expression/path.ts';
import type { JudgedTable } from '../../tables/judged-table.ts';
import {
  type BoundSelect,
  type BoundStatement,
  bindStatement,
} from '../../tables/partiql/bound-statement.ts';
import { selectedKey, selectedPartitions } from '../../tables/partiql/key-selection.ts';
import { parsedStatement } from '../../tables/partiql/parsed-statement.ts';

export interface StatementAsk {
  readonly Statement: string;
  readonly Parameters?: readonly RawAttributeValue[] | undefined;
}

export interface StatementFacts {
  readonly paths: readonly Path[];
  readonly leading: readonly AttributeValue[];
  readonly select: string | undefined;
  /** Of a SELECT: it names no partition. */
  readonly isFullScan: boolean | undefined;
}

export const statementActions = {
  select: 'PartiQLSelect',
  exists: 'PartiQLSelect',
  insert: 'PartiQLInsert',
  update: 'PartiQLUpdate',
  delete: 'PartiQLDelete',
} as const satisfies Record<BoundStatement['kind'], string>;

/** Refuses as the statement itself is refused. */
export function boundStatement({ Statement, Parameters }: StatementAsk): BoundStatement {
  return bindStatement(parsedStatement(Statement), Parameters);
}

export function compiledStatement(ask: StatementAsk, table: JudgedTable | undefined): StatementFacts {
  const bound = boundStatement(ask);
  if (bound.kind === 'insert') {
    const hash = table && bound.item.get(table.keySchema.hash.name);
    return {
      paths: [...bound.item.keys()].map((name) => [name]),
      leading: hash === undefined ? [] : [hash],
      select: undefined,
      isFullScan: undefined,
    };
  }
  if (bound.kind === 'select') return selectFacts(bound, table);
  if (bound.kind === 'exists') return selectFacts(bound.select, table);
  const { where, update } = bound;
  const named = partitionsIn(where?.tree, table, undefined);
  return {
    paths: [...(where?.paths ?? []), ...(update?.targets ?? []), ...(update?.sources ?? [])],
    leading: named ?? [],
    select: undefined,
    isFullScan: undefined,
  };
}

function selectFacts(
  { from, where, projection }: BoundSelect,
  table: JudgedTable | undefined,
): StatementFacts {
  const named = partitionsIn(where?.tree, table, from.index);
  const all = from.index === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
  return {
    paths: [...(where?.paths ?? []), ...(projection?.paths ?? [])],
    leading: named ?? [],
    select: projection === undefined ? all : 'SPECIFIC_ATTRIBUTES',
    isFullScan: named === undefined,
  };
}

/**
 * Every partition that the statement may look at: by the one key that its equalities fix, and by what it says of
 * partitions; the two can differ, where it says of a key that it is this and one of those.
 */
function partitionsIn(
  where: BoundCondition | undefined,
  table: JudgedTable | undefined,
  indexName: string | undefined,
): readonly AttributeValue[] | undefined {
  if (table === undefined) return undefined;
  const { hash } = table.keySchema;
  const schema = indexName === undefined ? { hash: [hash], range: [] } : table.index(indexName);
  if (schema === undefined) return undefined;
  const partitions = selectedPartitions(where, { ...schema, range: [] });
  const key = indexName === undefined ? selectedKey(where, table.keySchema)?.get(hash.name) : undefined;
  if (partitions === undefined) return key === undefined ? undefined : [key];
  const named = partitions.flatMap((partition) => partition.hash);
  return key === undefined ? named : [...named, key];
}
