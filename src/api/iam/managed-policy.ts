/** CreatePolicy, GetPolicy, GetPolicyVersion, ListPolicies, ListPolicyVersions, DeletePolicy. A policy has one version. */
import { Refusal } from '../../base/errors.ts';
import { arnOf, awsAccount, type ManagedPolicy } from '../../iam/entity.ts';
import { newIdentifier } from '../../iam/identifier.ts';
import { operation } from '../operation.ts';
import type { IdentityContext } from './context.ts';
import { entityPage, isUnder, type PageInput } from './entity-page.ts';
import { givenPolicy } from './given-policy.ts';
import { tagsAnswer } from './holder.ts';
import { isoTime } from './iso-time.ts';
import { requirePolicyArn } from './policy-arn.ts';
import { policySize, requireQuota } from './quota.ts';
import { changedTags, type WireTag } from './tag-list.ts';

interface CreatePolicyInput {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
  readonly Path?: string;
  readonly Description?: string;
  readonly Tags?: readonly WireTag[];
}

const onlyVersion = 'v1';

const createPolicy = operation({
  name: 'CreatePolicy',
  run: (context: IdentityContext, input: CreatePolicyInput) => {
    const { directory, caller, clock } = context;
    const { account } = caller;
    const { PolicyName: name, PolicyDocument: text, Path = '/', Description = '' } = input;
    return directory.change(() => {
      const own = directory.policies(account).filter((policy) => policy.account === account);
      if (own.some((policy) => policy.name.toLowerCase() === name.toLowerCase())) {
        const message = `A policy called ${name} already exists. Duplicate names are not allowed.`;
        throw new Refusal('EntityExists', { message });
      }
      requireQuota('PoliciesPerAccount', own.length + 1);
      requireQuota('PolicySize', policySize(text));
      givenPolicy(text, 'identity');
      const policy: ManagedPolicy = {
        kind: 'policy',
        account,
        name,
        path: Path,
        id: newIdentifier('policy'),
        createdMs: clock.nowMs(),
        tags: changedTags([], input.Tags ?? []),
        description: Description,
        text,
      };
      return {
        puts: [policy],
        answer: { Policy: { ...policyAnswer(context, policy), Tags: tagsAnswer(policy.tags) } },
      };
    });
  },
});

interface PolicyInput {
  readonly PolicyArn: string;
}

const getPolicy = operation({
  name: 'GetPolicy',
  run: (context: IdentityContext, { PolicyArn }: PolicyInput) => {
    const policy = requirePolicy(context, PolicyArn);
    const answer = policyAnswer(context, policy);
    return {
      Policy: { ...answer, Description: policy.description || undefined, Tags: tagsAnswer(policy.tags) },
    };
  },
});

const getPolicyVersion = operation({
  name: 'GetPolicyVersion',
  run: (context: IdentityContext, { PolicyArn, VersionId }: PolicyInput & { readonly VersionId: string }) => {
    const policy = requirePolicy(context, PolicyArn);
    if (VersionId !== onlyVersion) {
      const message = `Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`;
      throw new Refusal('EntityNotFound', { message });
    }
    return { PolicyVersion: { Document: encodeURIComponent(policy.text), ...versionAnswer(policy) } };
  },
});

const listPolicyVersions = operation({
  name: 'ListPolicyVersions',
  run: (context: IdentityContext, { PolicyArn }: PolicyInput) => ({
    Versions: [versionAnswer(requirePolicy(context, PolicyArn))],
    IsTruncated: false,
  }),
});

interface ListPoliciesInput extends PageInput {
  readonly Scope?: 'All' | 'AWS' | 'Local';
  readonly OnlyAttached?: boolean;
}

const listPolicies = operation({
  name: 'ListPolicies',
  run: (context: IdentityContext, { Scope = 'All', OnlyAttached = false, ...input }: ListPoliciesInput) => {
    const { directory, caller } = context;
    const found = directory
      .policies(caller.account)
      .filter(({ account }) => Scope === 'All' || (account === awsAccount) === (Scope === 'AWS'))
      .filter((policy) => isUnder(policy, input))
      .filter((policy) => !OnlyAttached || attachedTo(context, policy).length > 0);
    const { items, frame } = entityPage(found, arnOf, input);
    return { Policies: items.map((policy) => policyAnswer(context, policy)), ...frame };
  },
});

const deletePolicy = operation({
  name: 'DeletePolicy',
  run: (context: IdentityContext, { PolicyArn }: PolicyInput) =>
    context.directory.change(() => {
      const policy = requirePolicy(context, PolicyArn);
      if (context.directory.holdersOf(PolicyArn).length > 0) {
        throw new Refusal('EntityInUse', { message: 'Cannot delete a policy attached to entities.' });
      }
      return { deletes: [policy], answer: {} };
    }),
});

export const managedPolicyOperations = [
  createPolicy,
  getPolicy,
  getPolicyVersion,
  listPolicyVersions,
  listPolicies,
  deletePolicy,
];

/** The account's own, or one of AWS. */
function requirePolicy({ directory, caller }: IdentityContext, arn: string): ManagedPolicy {
  requirePolicyArn(arn);
  const found = directory.policy(arn);
  if (found !== undefined && (found.account === caller.account || found.account === awsAccount)) return found;
  throw new Refusal('EntityNotFound', { message: `Policy ${arn} was not found.` });
}

function policyAnswer(context: IdentityContext, policy: ManagedPolicy): object {
  const arn = arnOf(policy);
  const bounded = holdersHere(context, policy).filter(({ boundary }) => boundary === arn);
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arn,
    Path: policy.path,
    DefaultVersionId: onlyVersion,
    AttachmentCount: attachedTo(context, policy).length,
    PermissionsBoundaryUsageCount: bounded.length,
    IsAttachable: true,
    CreateDate: isoTime(policy.createdMs),
    UpdateDate: isoTime(policy.createdMs),
  };
}

function versionAnswer({ createdMs }: ManagedPolicy): object {
  return { VersionId: onlyVersion, IsDefaultVersion: true, CreateDate: isoTime(createdMs) };
}

function attachedTo(context: IdentityContext, policy: ManagedPolicy) {
  const arn = arnOf(policy);
  return holdersHere(context, policy).filter(({ attached }) => attached.includes(arn));
}

function holdersHere({ directory, caller }: IdentityContext, policy: ManagedPolicy) {
  return directory.holdersOf(arnOf(policy)).filter(({ account }) => account === caller.account);
}
