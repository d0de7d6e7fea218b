/** The safety check of PutKeyPolicy: whoever sets a policy must be able to set the next one. */
import { Refusal } from '../../base/errors.ts';
import type { Caller } from '../key-service.ts';
import { isMatchedBy } from './grant-principal.ts';
import type { PolicyCondition } from './key-policy-condition.ts';
import type { PolicyPart, PolicyPrincipals, PolicyStatement } from './key-policy-document.ts';
import { matchesWildcard } from './wildcard.ts';

const action = 'kms:putkeypolicy';

/** Refuses MalformedPolicy where the statements would not let the caller put another policy. */
export function requireNoLockout(
  statements: readonly PolicyStatement[],
  caller: Caller,
  keyArn: string,
): void {
  const concerning = statements.filter((statement) => concerns(statement, caller, keyArn));
  const allowed = concerning.some(({ effect }) => effect === 'Allow');
  const denied = concerning.some(({ effect }) => effect === 'Deny');
  if (allowed && !denied) return;
  const message = 'The new key policy will not allow you to update the key policy in the future.';
  throw new Refusal('MalformedPolicy', { message });
}

/** A statement whose conditions may or may not hold next time neither allows nor denies for certain. */
function concerns(
  { principals, actions, resources, conditions }: PolicyStatement,
  caller: Caller,
  keyArn: string,
): boolean {
  if (resources === undefined || !applies(resources, (resource) => matchesWildcard(resource, keyArn)))
    return false;
  if (!applies(actions, (pattern) => matchesWildcard(pattern.toLowerCase(), action))) return false;
  if (!namesCaller(principals, caller)) return false;
  return conditions.every((condition) => holdsAlways(condition, caller));
}

function applies({ except, names }: PolicyPart<readonly string[]>, fits: (name: string) => boolean): boolean {
  return names.some(fits) !== except;
}

/** The account stands for its principals: their own policies decide further. */
function namesCaller({ except, names }: PolicyPart<PolicyPrincipals>, caller: Caller): boolean {
  const { accounts, services } = names;
  const named =
    services.some((service) => service === caller.service) ||
    accounts.some((name) => {
      if (name === '*' || name === caller.account) return true;
      return isMatchedBy({ kind: 'arn', name }, caller);
    });
  return named !== except;
}

/** True for a condition on who calls, as this caller always does. */
function holdsAlways({ operator, key, values }: PolicyCondition, caller: Caller): boolean {
  const facts = new Map([
    ['kms:calleraccount', caller.account],
    ['aws:principalaccount', caller.account],
    ['aws:principalarn', caller.arn],
  ]);
  const fact = facts.get(key.toLowerCase());
  if (fact === undefined) return false;
  if (operator === 'StringEquals') return values.includes(fact);
  const like = operator === 'StringLike' || operator === 'ArnLike' || operator === 'ArnEquals';
  return like && values.some((pattern) => matchesWildcard(pattern, fact));
}
