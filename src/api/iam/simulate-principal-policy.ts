/** SimulatePrincipalPolicy: what a user or role might do, and which statements say so. Nothing is done. */
import { Refusal } from '../../base/errors.ts';
import type { CallerIdentity, DecidingStatement, NamedPolicy } from '../../iam/evaluate.ts';
import { type Explanation, explain } from '../../iam/explanation.ts';
import { policyDocument } from '../../iam/policy-document.ts';
import { mergedFacts, requestFacts, timeFacts } from '../../iam/request-facts.ts';
import { operation } from '../operation.ts';
import type { IdentityContext } from './context.ts';
import { entityPage, type PageInput } from './entity-page.ts';

interface ContextEntry {
  readonly ContextKeyName?: string;
  readonly ContextKeyValues?: readonly string[];
}

interface SimulateInput extends PageInput {
  readonly PolicySourceArn: string;
  readonly ActionNames: readonly string[];
  readonly ResourceArns?: readonly string[];
  /** Beside the policies that are there. */
  readonly PolicyInputList?: readonly string[];
  readonly PermissionsBoundaryPolicyInputList?: readonly string[];
  readonly ResourcePolicy?: string;
  /** The account's root: who owns the resource. */
  readonly ResourceOwner?: string;
  readonly CallerArn?: string;
  readonly ContextEntries?: readonly ContextEntry[];
}

/** Actions by resources: no more are tried in one request. */
const resultsMax = 1_000;

export const simulatePrincipalPolicy = operation({
  name: 'SimulatePrincipalPolicy',
  run: (context: IdentityContext, input: SimulateInput) => {
    if (input.CallerArn !== undefined && input.CallerArn !== input.PolicySourceArn) {
      throw new Refusal('EntityInput', { message: 'CallerArn is here always that of PolicySourceArn' });
    }
    const { ActionNames, ResourceArns = ['*'] } = input;
    if (ActionNames.length * ResourceArns.length > resultsMax) {
      throw new Refusal('EntityInput', { message: `No more than ${resultsMax} decisions in one request` });
    }
    const pairs = ActionNames.flatMap((action) => ResourceArns.map((resource) => ({ action, resource })));
    const named = pairs.map((pair, index) => ({ ...pair, name: String(index).padStart(6, '0') }));
    const { items, frame } = entityPage(named, ({ name }) => name, input);
    const identity = simulatedIdentity(context, input);
    const resource = resourcePolicyOf(input);
    const results = items.map(({ action, resource: arn }) => {
      const facts = mergedFacts(
        identity.facts,
        timeFacts(context.clock.nowMs()),
        requestFacts((input.ContextEntries ?? []).map(entryFact)),
      );
      const { principal } = identity;
      const resourceAccount = accountOf(arn, input) ?? principal.account;
      const request = { principal, action, resource: arn, resourceAccount, facts };
      return resultOf({ action, arn }, explain(request, { identity, ...(resource && { resource }) }));
    });
    return { EvaluationResults: results, ...frame };
  },
});

function simulatedIdentity({ callers, caller }: IdentityContext, input: SimulateInput): CallerIdentity {
  const identity = callers.identityOf(input.PolicySourceArn);
  if (identity.principal.account !== caller.account) {
    throw new Refusal('EntityNotFound', { message: `Invalid Entity Arn: ${input.PolicySourceArn}` });
  }
  const [boundary] = (input.PermissionsBoundaryPolicyInputList ?? []).map(
    inputPolicy('PermissionsBoundaryPolicyInputList'),
  );
  const added = (input.PolicyInputList ?? []).map(inputPolicy('PolicyInputList'));
  return {
    ...identity,
    policies: [...identity.policies, ...added],
    ...(boundary === undefined ? {} : { boundary }),
  };
}

function resourcePolicyOf({ ResourcePolicy }: SimulateInput): NamedPolicy | undefined {
  if (ResourcePolicy === undefined) return undefined;
  return { name: 'ResourcePolicy', document: policyDocument(ResourcePolicy, 'table') };
}

function inputPolicy(list: string): (text: string, index: number) => NamedPolicy {
  return (text, index) => ({
    name: `${list}.${index + 1}`,
    document: policyDocument(text, 'identity'),
  });
}

function entryFact({ ContextKeyName = '', ContextKeyValues = [] }: ContextEntry) {
  return [ContextKeyName, ContextKeyValues] as const;
}

function accountOf(arn: string, { ResourceOwner }: SimulateInput): string | undefined {
  const owner = ResourceOwner ?? arn;
  return /^arn:[^:]+:[^:]*:[^:]*:(\d{12}):/.exec(owner)?.[1];
}

function resultOf(
  { action, arn }: { readonly action: string; readonly arn: string },
  { decision, missingContext }: Explanation,
): object {
  const denied = !decision.allowed && decision.explicit ? 'explicitDeny' : 'implicitDeny';
  return {
    EvalActionName: action,
    EvalResourceName: arn,
    EvalDecision: decision.allowed ? 'allowed' : denied,
    MatchedStatements: decision.statements.map(matched),
    MissingContextValues: missingContext,
  };
}

const policyTypes = { identity: 'user', boundary: 'user', session: 'user', resource: 'resource' } as const;

function matched({ source, policy, statement }: DecidingStatement): object {
  const { sid = `Statement ${statement.index + 1}` } = statement;
  return { SourcePolicyId: `${policy} (${sid})`, SourcePolicyType: policyTypes[source] };
}
