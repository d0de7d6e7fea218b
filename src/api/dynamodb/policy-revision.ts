/** The revision of a policy that a request expects to find. */
import { Refusal } from '../../base/errors.ts';
import type { ResourcePolicy } from '../../tables/resource-policy.ts';

/** What stands for the revision of a policy that is not there. */
export const noPolicy = 'NO_POLICY';

/** Refuses PolicyNotFound where another revision is there, or none. */
export function checkRevision(found: ResourcePolicy | undefined, expected: string | undefined): void {
  if (expected === undefined || expected === (found?.revisionId ?? noPolicy)) return;
  throw new Refusal('PolicyNotFound', {
    message: `Resource-based policy not found for the provided RevisionId: ${expected}`,
  });
}

export function policyNotFound(arn: string): Refusal {
  const message = `Resource-based policy not found for the provided ResourceArn: ${arn}`;
  return new Refusal('PolicyNotFound', { message });
}
