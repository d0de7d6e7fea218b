/** What may be kept as a policy of a table or stream: a document in form, not too long, that locks nobody out by mistake. */
import { utf8Bytes } from '../../base/bytes.ts';
import { isRefusal, Refusal } from '../../base/errors.ts';
import { evaluate } from '../../iam/evaluate.ts';
import { type PolicyDocument, policyDocument } from '../../iam/policy-document.ts';
import { principalOf } from '../../iam/principal.ts';
import { principalFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../../kms/key-service.ts';

/** Blanks count. */
export const policyBytesMax = 20 * 1024;

/** Refuses Validation for what is no policy. */
export function checkedPolicy(text: string): PolicyDocument {
  if (utf8Bytes(text) > policyBytesMax) refuse(`The policy is longer than ${policyBytesMax} bytes`);
  try {
    return policyDocument(text, 'table');
  } catch (fault) {
    if (isRefusal(fault, 'MalformedPolicy')) refuse(fault.details.message);
    throw fault;
  }
}

/** True where a statement forbids this caller to change the policy of the resource ever again. */
export function locksOut(
  document: PolicyDocument,
  { caller, resource }: { caller: Caller; resource: string },
): boolean {
  const { identity, arn, account } = caller;
  const principal = identity?.principal ?? principalOf(arn, account);
  const decision = evaluate(
    {
      principal,
      action: 'dynamodb:PutResourcePolicy',
      resource,
      resourceAccount: account,
      facts: identity?.facts ?? principalFacts(principal),
    },
    { resource: { name: 'resource policy', document } },
  );
  return !decision.allowed && decision.explicit;
}

function refuse(why: string): never {
  throw new Refusal('Validation', { message: `Invalid policy document: ${why}` });
}
