/** Select: what of its items a Query or Scan gives back, and which choices contradict it (spec 7.2). */
import { refuse } from '../../base/errors.ts';

export type Select = 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES' | 'SPECIFIC_ATTRIBUTES' | 'COUNT';

const chosen = {
  ALL_ATTRIBUTES: 'ALL_ATTRIBUTES',
  ALL_PROJECTED_ATTRIBUTES: 'ALL_PROJECTED_ATTRIBUTES',
  COUNT: 'only the Count',
} as const;

interface SelectInput {
  readonly Select?: Select;
  readonly IndexName?: string;
  readonly ProjectionExpression?: string | undefined;
  readonly AttributesToGet?: readonly string[] | undefined;
}

/** What the sentences of each operation open with (spec 7.2). */
const openings = { Query: '1 validation error detected: ', Scan: '' } as const;

/** Refuses a choice that does not go with the projection, or that only an index can answer. */
export function checkSelect(operation: keyof typeof openings, input: SelectInput): void {
  const { Select } = input;
  if (Select === undefined) return;
  const opening = openings[operation];
  const projection = (['ProjectionExpression', 'AttributesToGet'] as const).find(
    (name) => input[name] !== undefined,
  );
  if (Select === 'SPECIFIC_ATTRIBUTES') {
    if (projection !== undefined) return;
    refuse(
      `${opening}Must specify the AttributesToGet or ProjectionExpression ` +
        'when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && input.IndexName === undefined) {
    refuse(`${opening}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName`);
  }
  if (projection === undefined) return;
  refuse(`${opening}Cannot specify the ${projection} when choosing to get ${chosen[Select]}`);
}
