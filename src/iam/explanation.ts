/** A decision with its reasons: which statement allowed or denied, and what keeps each of the others from applying. */
import { withinEffort } from './effort.ts';
import {
  type AccessRequest,
  type Decision,
  evaluate,
  type Mismatch,
  mismatchOf,
  type PoliciesInForce,
  type PolicySource,
} from './evaluate.ts';
import type { PolicyStatement } from './policy-document.ts';

export interface ExplainedStatement {
  readonly source: PolicySource;
  readonly policy: string;
  readonly statement: PolicyStatement;
  /** Undefined: the statement applies. */
  readonly mismatch: Mismatch | undefined;
}

export interface Explanation {
  readonly decision: Decision;
  /** All there are, in the order they are asked. */
  readonly statements: readonly ExplainedStatement[];
  /** Condition keys that statements ask for which fit otherwise, and that the request says nothing of. */
  readonly missingContext: readonly string[];
}

export function explain(request: AccessRequest, inForce: PoliciesInForce): Explanation {
  const statements = policiesOf(inForce).flatMap(({ source, name, document }) =>
    document.statements.map((statement) => ({
      source,
      policy: name,
      statement,
      // As for a decision, which would not be made.
      mismatch: withinEffort(() => mismatchOf(statement, request), 'condition'),
    })),
  );
  const missing = new Set(
    statements
      .filter(({ mismatch }) => mismatch === 'condition')
      .flatMap(({ statement }) => statement.conditions.map(({ key }) => key))
      .filter((key) => !request.facts.has(key.toLowerCase())),
  );
  return { decision: evaluate(request, inForce), statements, missingContext: [...missing].sort() };
}

function policiesOf({ identity, resource }: PoliciesInForce) {
  const named = (source: PolicySource) => (policy: NonNullable<typeof resource>) => ({ source, ...policy });
  return [
    ...(identity?.policies ?? []).map(named('identity')),
    ...(identity?.boundary === undefined ? [] : [named('boundary')(identity.boundary)]),
    ...(identity?.session ?? []).map(named('session')),
    ...(resource === undefined ? [] : [named('resource')(resource)]),
  ];
}
