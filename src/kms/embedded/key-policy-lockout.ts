/** The safety check of PutKeyPolicy: whoever sets a policy must be able to set the next one. */
import { Refusal } from '../../base/errors.ts';
import { evaluate } from '../../iam/evaluate.ts';
import type { PolicyDocument } from '../../iam/policy-document.ts';
import { mergedFacts, principalFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import { principalIn } from './key-facts.ts';

/**
 * Refuses MalformedPolicy where the document would not let the caller put another policy. The account stands for its
 * principals, whose own policies decide further; of the next request nothing is known but who makes it.
 */
export function requireNoLockout(document: PolicyDocument, caller: Caller, keyArn: string): void {
  const principal = principalIn(caller);
  const request = {
    principal,
    action: 'kms:PutKeyPolicy',
    resource: keyArn,
    resourceAccount: caller.account,
    facts: mergedFacts(
      caller.identity?.facts ?? principalFacts(principal),
      requestFacts([['kms:CallerAccount', caller.account]]),
    ),
  };
  const resource = { name: 'key policy', document };
  if (evaluate(request, { resource, resourceRequired: true }).allowed) return;
  const message = 'The new key policy will not allow you to update the key policy in the future.';
  throw new Refusal('MalformedPolicy', { message });
}
