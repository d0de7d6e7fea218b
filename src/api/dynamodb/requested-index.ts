/** The index that a Query or Scan names, and what it may not be asked for (spec 7.2, 7.5). */
import { refuse } from '../../base/errors.ts';
import type { CompiledExpressions } from '../../tables/expression/compile.ts';
import type { OpenIndex, OpenTable } from '../../tables/table.ts';
import type { PageInput } from './item-page.ts';

/** The index that the request names, if any. Refuses one that cannot be read, or not in this way. */
export function requestedIndex(table: OpenTable, input: PageInput): OpenIndex | undefined {
  if (input.IndexName === undefined) return undefined;
  const index = table.index(input.IndexName);
  if (index.kind === 'global' && input.ConsistentRead === true) {
    refuse('Consistent reads are not supported on global secondary indexes');
  }
  return index;
}

/** Refuses what a global index does not hold: nobody fetches it from the table. */
export function checkGlobalReads(index: OpenIndex, input: PageInput, expressions: CompiledExpressions): void {
  const { name, kind, projected } = index;
  if (kind === 'local' || projected === undefined) return;
  if (input.Select === 'ALL_ATTRIBUTES') {
    refuse(
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global ' +
        `secondary index ${name} because its projection type is not ALL`,
    );
  }
  const paths = expressions.projection?.paths ?? [];
  const lacking = [...new Set(paths.map(([head]) => String(head)))].filter((head) => !projected.has(head));
  if (lacking.length === 0) return;
  refuse(
    'One or more parameter values were invalid: ' +
      `Global secondary index ${name} does not project [${lacking.join(', ')}]`,
  );
}
