/** The one decision on access: the policies of a caller and of a resource, asked whether they let a request pass. */
import { holds } from './condition.ts';
import { withinEffort } from './effort.ts';
import type { PolicyDocument, PolicyPart, PolicyStatement } from './policy-document.ts';
import { type PolicyText, patternFor } from './policy-text.ts';
import { isExempt, type Naming, namingOf, type PolicyPrincipals, type Principal } from './principal.ts';
import type { RequestFacts } from './request-facts.ts';
import { matches, matchesArn } from './wildcard.ts';

export interface NamedPolicy {
  /** For people. */
  readonly name: string;
  readonly document: PolicyDocument;
}

/** What the caller's own account says of the caller. */
export interface IdentityPolicies {
  readonly policies: readonly NamedPolicy[];
  /** Allows nothing by itself; what it does not allow is denied. */
  readonly boundary?: NamedPolicy | undefined;
  /** As the boundary, where there are any: one of them has to allow. */
  readonly session?: readonly NamedPolicy[] | undefined;
}

/** Whoever asks, as a request brings it to where decisions are made. */
export interface CallerIdentity extends IdentityPolicies {
  readonly principal: Principal;
  /** Of the principal, and of the request as far as its caller is concerned. */
  readonly facts: RequestFacts;
}

export interface AccessRequest {
  readonly principal: Principal;
  /** With its service before a colon. */
  readonly action: string;
  /** An ARN, or `*` for an action that is of no resource. */
  readonly resource: string;
  readonly resourceAccount: string;
  readonly facts: RequestFacts;
}

export interface PoliciesInForce {
  /** Undefined: the account's root, or someone trusted like it. To a service it is of no meaning. */
  readonly identity?: IdentityPolicies | undefined;
  readonly resource?: NamedPolicy | undefined;
  /** Within one account too, nothing is allowed that the resource's policy or a grant does not allow. */
  readonly resourceRequired?: boolean | undefined;
  /** How a grant names the caller that lets the request pass. No grant outweighs a statement that denies. */
  readonly grant?: Naming;
}

export type PolicySource = 'identity' | 'boundary' | 'session' | 'resource';

export interface DecidingStatement {
  readonly source: PolicySource;
  readonly policy: string;
  readonly statement: PolicyStatement;
}

export type Decision =
  | { readonly allowed: true; readonly statements: readonly DecidingStatement[] }
  | {
      readonly allowed: false;
      /** A statement denies it. Else nothing allows it. */
      readonly explicit: boolean;
      /** The kind of policy that denies, or that lacks what would allow. */
      readonly source: PolicySource;
      readonly statements: readonly DecidingStatement[];
    };

/** Part of a statement that does not fit the request. */
export type Mismatch = 'principal' | 'action' | 'resource' | 'condition';

interface Sourced extends NamedPolicy {
  readonly source: PolicySource;
}

/** Policies that would take too long to judge a request by may deny it: nothing is allowed then. */
const undecided: Decision = { allowed: false, explicit: true, source: 'identity', statements: [] };

export function evaluate(request: AccessRequest, inForce: PoliciesInForce): Decision {
  return withinEffort(() => decide(request, inForce), undecided);
}

function decide(request: AccessRequest, inForce: PoliciesInForce): Decision {
  const own = ownPolicies(request.principal, inForce.identity);
  const resource =
    inForce.resource === undefined ? [] : [{ source: 'resource', ...inForce.resource } as const];
  for (const policy of [...own.policies, ...own.boundary, ...own.session, ...resource]) {
    const [denying] = applying(policy, 'Deny', request);
    if (denying === undefined) continue;
    return { allowed: false, explicit: true, source: policy.source, statements: [denying] };
  }
  const limits: DecidingStatement[] = [];
  for (const limit of [own.boundary, own.session]) {
    const [first] = limit;
    const allowing = limit.flatMap((policy) => applying(policy, 'Allow', request));
    if (first !== undefined && allowing.length === 0) return lacking(first.source);
    limits.push(...allowing);
  }
  const byResource = resource.flatMap((policy) => applying(policy, 'Allow', request));
  const byIdentity = own.policies.flatMap((policy) => applying(policy, 'Allow', request));
  const hasIdentity = own.isTrusted || byIdentity.length > 0;
  const missing = missingSource(request, inForce, { naming: namingIn(byResource, request), hasIdentity });
  if (missing !== undefined) return lacking(missing);
  return { allowed: true, statements: [...byIdentity, ...limits, ...byResource] };
}

/** Undefined where the statement applies to the request. */
export function mismatchOf(statement: PolicyStatement, request: AccessRequest): Mismatch | undefined {
  const { effect, principals, actions, resources, conditions } = statement;
  const { facts } = request;
  const action = request.action.toLowerCase();
  if (!applies(actions, (text) => fits(text, facts, (pattern) => matches(pattern, action)))) return 'action';
  if (principals !== undefined && !concerns(principals, effect, request.principal)) return 'principal';
  const isResource = (text: PolicyText) =>
    fits(text, facts, (pattern) => matchesArn(pattern, request.resource));
  if (resources === undefined || !applies(resources, isResource)) return 'resource';
  if (effect === 'Allow' && !isResolved(statement, facts)) return 'condition';
  return conditions.every((condition) => holds(condition, facts, effect)) ? undefined : 'condition';
}

interface Own {
  readonly policies: readonly Sourced[];
  readonly boundary: readonly Sourced[];
  readonly session: readonly Sourced[];
  /** Whatever the account could let it do, it may. */
  readonly isTrusted: boolean;
}

function ownPolicies({ kind }: Principal, identity: IdentityPolicies | undefined): Own {
  if (kind === 'service') return { policies: [], boundary: [], session: [], isTrusted: false };
  if (identity === undefined) return { policies: [], boundary: [], session: [], isTrusted: true };
  const { policies, boundary, session = [] } = identity;
  const isTrusted = kind === 'root';
  return {
    // No policy of its account binds the root, but what a session of it was made with does.
    policies: isTrusted ? [] : sourced(policies, 'identity'),
    boundary: isTrusted || boundary === undefined ? [] : sourced([boundary], 'boundary'),
    session: sourced(session, 'session'),
    isTrusted,
  };
}

function sourced(policies: readonly NamedPolicy[], source: PolicySource): readonly Sourced[] {
  return policies.map((policy) => ({ ...policy, source }));
}

/** The kind of policy that would have to allow the request and does not. */
function missingSource(
  { principal, resourceAccount }: AccessRequest,
  { resourceRequired = false, grant }: PoliciesInForce,
  { naming, hasIdentity }: { naming: Naming; hasIdentity: boolean },
): PolicySource | undefined {
  const granted = naming === 'self' || grant === 'self' ? 'self' : (naming ?? grant);
  if (principal.kind === 'service') return granted === 'self' ? undefined : 'resource';
  if (principal.account === resourceAccount) {
    if (granted === 'self') return undefined;
    if (granted === undefined && resourceRequired) return 'resource';
    return hasIdentity ? undefined : 'identity';
  }
  if (granted === undefined) return 'resource';
  // A grant to a principal of another account is given to that principal alone, and to no account that could pass it on.
  return hasIdentity || grant === 'self' ? undefined : 'identity';
}

function namingIn(allowing: readonly DecidingStatement[], { principal }: AccessRequest): Naming {
  let best: Naming;
  for (const { statement } of allowing) {
    const { principals } = statement;
    // Whoever is not left out is meant as they are.
    if (principals === undefined || principals.except) return 'self';
    const naming = namingOf(principals.names, principal);
    if (naming === 'self') return naming;
    best ??= naming;
  }
  return best;
}

function applying(
  policy: Sourced,
  effect: PolicyStatement['effect'],
  request: AccessRequest,
): readonly DecidingStatement[] {
  return policy.document.statements
    .filter((statement) => statement.effect === effect && mismatchOf(statement, request) === undefined)
    .map((statement) => ({ source: policy.source, policy: policy.name, statement }));
}

function concerns(
  { except, names }: PolicyPart<PolicyPrincipals>,
  effect: PolicyStatement['effect'],
  principal: Principal,
): boolean {
  if (!except) return namingOf(names, principal) !== undefined;
  // Whoever is left out in part is not allowed, and is denied.
  return effect === 'Deny' ? !isExempt(names, principal) : namingOf(names, principal) === undefined;
}

function applies(
  { except, names }: PolicyPart<readonly PolicyText[]>,
  isNamed: (name: PolicyText) => boolean,
): boolean {
  return names.some(isNamed) !== except;
}

function fits(
  text: PolicyText,
  facts: RequestFacts,
  isMatched: (pattern: readonly number[]) => boolean,
): boolean {
  const pattern = patternFor(text, facts);
  return pattern !== undefined && isMatched(pattern);
}

/** What is said with a variable that stands for nothing allows nothing, also where it is said of all others. */
function isResolved({ resources, conditions }: PolicyStatement, facts: RequestFacts): boolean {
  const texts = [...(resources?.names ?? []), ...conditions.flatMap(({ values }) => values)];
  return texts.every((text) => patternFor(text, facts) !== undefined);
}

function lacking(source: PolicySource): Decision {
  return { allowed: false, explicit: false, source, statements: [] };
}
