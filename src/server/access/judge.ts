/** Decides on what a request would do, one access after another, by the policies of its caller and of what it is about. */
import { Refusal } from '../../base/errors.ts';
import { denialMessage } from '../../iam/denial.ts';
import { type CallerIdentity, evaluate, type NamedPolicy } from '../../iam/evaluate.ts';
import { mergedFacts, type RequestFacts } from '../../iam/request-facts.ts';

/** One thing that the caller has to have a right to. */
export interface Access {
  /** With its service before a colon. */
  readonly action: string;
  readonly resource: string;
  /** What a refusal calls it, where that is not its ARN. */
  readonly shown?: string | undefined;
  readonly resourceAccount: string;
  /** Beside those of the caller. */
  readonly facts?: RequestFacts | undefined;
  /** The policy of the resource. */
  readonly policy?: NamedPolicy | undefined;
}

/** Refuses AccessDenied for the first access that is not allowed. */
export function requireAccess(identity: CallerIdentity, accesses: Iterable<Access>): void {
  for (const { action, resource, shown = resource, resourceAccount, facts, policy } of accesses) {
    const { principal } = identity;
    const request = {
      principal,
      action,
      resource,
      resourceAccount,
      facts: facts === undefined ? identity.facts : mergedFacts(identity.facts, facts),
    };
    const decision = evaluate(request, { identity, resource: policy });
    if (decision.allowed) continue;
    const message = denialMessage({ principal, action, resource: shown }, decision);
    throw new Refusal('AccessDenied', { message });
  }
}
