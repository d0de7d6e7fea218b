/** A policy as an operation on identities is given it: held to what AWS asks of it, and refused in AWS's words. */
import { isRefusal, Refusal } from '../../base/errors.ts';
import { type PolicyDocument, policyDocument } from '../../iam/policy-document.ts';

/** Whatever has no sentence of its own. */
const syntaxErrors = 'Syntax errors in policy.';
const sameSid = 'Statement IDs (SID) in a single policy must be unique.';

/**
 * Refuses MalformedPolicy. Of a trust policy AWS says what is wrong with it; where its words are not known, ours are told,
 * which name the place.
 */
export function givenPolicy(text: string, kind: 'identity' | 'trust'): PolicyDocument {
  const document = readable(text, kind);
  const sids = document.statements.flatMap(({ sid }) => sid ?? []);
  if (kind === 'identity' && new Set(sids).size < sids.length) throw malformed(sameSid);
  return document;
}

function readable(text: string, kind: 'identity' | 'trust'): PolicyDocument {
  try {
    return policyDocument(text, kind);
  } catch (fault) {
    if (!isRefusal(fault, 'MalformedPolicy')) throw fault;
    const { message, theirs } = fault.details;
    throw malformed(theirs?.[kind] ?? (kind === 'identity' ? syntaxErrors : message));
  }
}

function malformed(message: string): Refusal<'MalformedPolicy'> {
  return new Refusal('MalformedPolicy', { message });
}
