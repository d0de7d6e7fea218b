/** AssumeRole: credentials for a while that may do what the role may, for whom its trust policy lets have them. */
import { Refusal } from '../../base/errors.ts';
import { transitiveTags } from '../../iam/callers.ts';
import { denialMessage } from '../../iam/denial.ts';
import { arnOf, assumedRoleArn, type Role, type Tag } from '../../iam/entity.ts';
import { evaluate } from '../../iam/evaluate.ts';
import { policyDocument, unreadablePolicy } from '../../iam/policy-document.ts';
import { policyJson } from '../../iam/policy-json.ts';
import { mergedFacts, noFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../../kms/key-service.ts';
import { givenPolicy } from '../iam/given-policy.ts';
import { changedTags, type WireTag } from '../iam/tag-list.ts';
import { operation } from '../operation.ts';
import type { SessionContext } from './context.ts';
import { sessionCredentials } from './session-credentials.ts';

interface AssumeRoleInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly Policy?: string;
  readonly PolicyArns?: readonly { readonly arn?: string }[];
  readonly DurationSeconds?: number;
  readonly Tags?: readonly WireTag[];
  readonly TransitiveTagKeys?: readonly string[];
  readonly ExternalId?: string;
  readonly SourceIdentity?: string;
}

const secondsDefault = 3_600;
/** Of a session that is assumed with another one. */
const chainedSecondsMax = 3_600;
const policyLengthMax = 2_048;
const policyArnsMax = 10;

export const assumeRole = operation({
  name: 'AssumeRole',
  run: (context: SessionContext, input: AssumeRoleInput) => {
    const { caller } = context;
    requireRoleArn(input.RoleArn);
    const role = namedRole(context, input.RoleArn);
    if (role === undefined) throw denied(caller, input);
    const tags = changedTags([], input.Tags ?? []);
    const inherited = inheritedTags(caller, tags);
    requireRights(caller, role, input);
    const seconds = sessionSeconds(caller, role, input);
    const policyArns = (input.PolicyArns ?? []).flatMap(({ arn }) => arn ?? []);
    requireSessionPolicies(context, input, policyArns);
    const { account, name, id } = role;
    const { RoleSessionName, SourceIdentity, Policy } = input;
    const [sourceIdentity = SourceIdentity] = caller.identity?.facts.get('aws:sourceidentity') ?? [];
    const session = {
      account,
      of: { kind: 'role', name, id },
      name: RoleSessionName,
      tags: [...inherited, ...tags],
      transitive: [...inherited.map(({ key }) => key), ...(input.TransitiveTagKeys ?? [])],
      ...(Policy === undefined ? {} : { policies: [Policy] }),
      ...(policyArns.length === 0 ? {} : { policyArns }),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    } as const;
    return {
      Credentials: sessionCredentials(context, session, seconds),
      AssumedRoleUser: {
        AssumedRoleId: `${id}:${RoleSessionName}`,
        Arn: assumedRoleArn(role, RoleSessionName),
      },
      PackedPolicySize: packedPercent(Policy, session.tags),
      SourceIdentity: sourceIdentity,
    };
  },
});

/** Refuses Validation for what is no ARN, or one of something else. */
function requireRoleArn(arn: string): void {
  const [, service, resource] = /^arn:[a-z-]+:([a-z0-9-]*):[^:]*:\d{12}:(.+)$/.exec(arn) ?? [];
  if (service === undefined || resource === undefined) invalid(`${arn} is invalid`);
  if (service !== 'iam' || !/^role\/.+/.test(resource)) invalid('Request ARN is invalid');
}

function namedRole({ directory }: SessionContext, arn: string): Role | undefined {
  const [, owner = '', name = ''] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const found = directory.role(owner, name);
  // A path is part of the ARN.
  return found !== undefined && arnOf(found) === arn ? found : undefined;
}

/**
 * Refuses AccessDenied. Whoever is trusted without a signature may assume any role: authorization is off for him. Unlike
 * AWS's, an account's root may, where the trust policy names it: here it is the operator.
 */
function requireRights(caller: Caller, role: Role, input: AssumeRoleInput): void {
  const { identity } = caller;
  if (identity === undefined) return;
  const { Tags = [], TransitiveTagKeys = [], SourceIdentity } = input;
  const actions = [
    'sts:AssumeRole',
    ...(Tags.length + TransitiveTagKeys.length > 0 ? ['sts:TagSession'] : []),
    ...(SourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  const facts = mergedFacts(
    identity.facts,
    requestFacts([
      ['sts:ExternalId', input.ExternalId],
      ['sts:RoleSessionName', input.RoleSessionName],
      ['sts:SourceIdentity', SourceIdentity],
      ['sts:TransitiveTagKeys', TransitiveTagKeys],
      ['aws:TagKeys', Tags.map(({ Key }) => Key)],
      ...Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value] as const),
      ...role.tags.map(({ key, value }) => [`aws:ResourceTag/${key}`, value] as const),
      ...role.tags.map(({ key, value }) => [`iam:ResourceTag/${key}`, value] as const),
    ]),
  );
  const resource = { name: `trust policy of ${role.name}`, document: trustOf(role) };
  for (const action of actions) {
    const request = {
      principal: identity.principal,
      action,
      resource: input.RoleArn,
      resourceAccount: role.account,
      facts,
    };
    const decision = evaluate(request, { identity, resource, resourceRequired: true });
    if (decision.allowed) continue;
    if (!decision.explicit) throw denied(caller, input, action);
    throw new Refusal('AccessDenied', { message: denialMessage(request, decision) });
  }
}

function trustOf({ trust }: Role) {
  try {
    return policyDocument(trust, 'trust');
  } catch (fault) {
    if (fault instanceof Refusal) return unreadablePolicy;
    throw fault;
  }
}

/** AWS tells no more than this, so that nobody learns which roles there are. */
function denied({ arn }: Caller, { RoleArn }: AssumeRoleInput, action = 'sts:AssumeRole'): Refusal {
  const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${RoleArn}`;
  return new Refusal('AccessDenied', { message });
}

function sessionSeconds({ identity }: Caller, role: Role, input: AssumeRoleInput): number {
  const { DurationSeconds: seconds = secondsDefault } = input;
  if (identity?.principal.kind === 'assumed-role' && seconds > chainedSecondsMax) {
    invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (seconds > role.sessionSecondsMax) {
    invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return seconds;
}

/** Refuses MalformedPolicy, and Validation where there is too much of them. */
function requireSessionPolicies(
  { directory }: SessionContext,
  { Policy }: AssumeRoleInput,
  arns: readonly string[],
): void {
  if (Policy !== undefined) {
    if (Policy.length > policyLengthMax) {
      const demand = `Member must have length less than or equal to ${policyLengthMax}`;
      invalid(`1 validation error detected: Value at 'policy' failed to satisfy constraint: ${demand}`);
    }
    if (policyJson(Policy) === undefined) {
      throw new Refusal('MalformedPolicy', { message: 'The policy is not in the valid JSON format.' });
    }
    givenPolicy(Policy, 'identity');
  }
  if (arns.length > policyArnsMax) invalid(`A session has ${policyArnsMax} managed policies at most`);
  const unknown = arns.find((arn) => directory.policy(arn) === undefined);
  if (unknown !== undefined) invalid(`Policy ${unknown} does not exist or is not attachable.`);
}

/** Tags of the session that this one is assumed with, as far as they go on. Refuses one that is to be another's. */
function inheritedTags({ identity }: Caller, tags: readonly Tag[]): readonly Tag[] {
  const inherited = transitiveTags(identity?.facts ?? noFacts);
  const names = new Set(inherited.map(({ key }) => key.toLowerCase()));
  const clash = tags.find(({ key }) => names.has(key.toLowerCase()));
  if (clash !== undefined) {
    const message = `One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key`;
    throw new Refusal('EntityInput', { message: `${message} from the calling session: ${clash.key}` });
  }
  return inherited;
}

/** How full the room for policies and tags of a session is. */
function packedPercent(policy = '', tags: readonly Tag[]): number | undefined {
  const length = policy.length + tags.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  return length === 0 ? undefined : Math.min(100, Math.ceil((100 * length) / policyLengthMax));
}

function invalid(message: string): never {
  throw new Refusal('Validation', { message });
}
