/** What right an operation on identities asks for: on which user, role or policy, and under which conditions. */
import type { Directory } from '../../iam/directory.ts';
import { arnOf, type Tag } from '../../iam/entity.ts';
import { requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { Judge } from '../service.ts';
import { requireAccess } from './judge.ts';

/** The members of inputs that say what a request is about. */
interface IdentityInput {
  readonly UserName?: string;
  readonly RoleName?: string;
  readonly PolicyName?: string;
  readonly PolicyArn?: string;
  readonly PolicySourceArn?: string;
  readonly PermissionsBoundary?: string;
  readonly Path?: string;
  readonly PathPrefix?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly TagKeys?: readonly string[];
}

export function identityJudge(directory: Directory): Judge {
  return (asked, operation, given) => {
    const { caller } = asked;
    const { identity, account } = caller;
    if (identity === undefined) return asked;
    const input: IdentityInput = given;
    const { resource, tags } = subjectOf(directory, caller, { operation, input });
    const { PolicyArn, PermissionsBoundary, Tags = [] } = input;
    const facts = requestFacts([
      ['iam:PolicyARN', PolicyArn],
      ['iam:PermissionsBoundary', PermissionsBoundary],
      ['aws:TagKeys', input.TagKeys ?? Tags.map(({ Key }) => Key)],
      ...Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value] as const),
      ...tags.map(({ key, value }) => [`aws:ResourceTag/${key}`, value] as const),
      ...tags.map(({ key, value }) => [`iam:ResourceTag/${key}`, value] as const),
    ]);
    requireAccess(identity, [{ action: `iam:${operation}`, resource, resourceAccount: account, facts }]);
    return asked;
  };
}

interface Subject {
  readonly resource: string;
  readonly tags: readonly Tag[];
}

/** Resources are named as AWS's refusals name them. */
function subjectOf(
  directory: Directory,
  { account, arn }: Caller,
  { operation, input }: { readonly operation: string; readonly input: IdentityInput },
): Subject {
  const { UserName, RoleName, PolicyName = '', PolicyArn, Path = '/', PathPrefix = '/' } = input;
  const named = (resource: string) => ({ resource: `arn:aws:iam::${account}:${resource}`, tags: [] });
  if (operation === 'SimulatePrincipalPolicy') return { resource: input.PolicySourceArn ?? '*', tags: [] };
  if (operation === 'ListUsers') return named(`user${PathPrefix}`);
  if (operation === 'ListRoles') return named(`role${PathPrefix}`);
  if (operation === 'ListPolicies') return { resource: `policy path ${PathPrefix}`, tags: [] };
  if (operation === 'CreatePolicy') return named(`policy${Path}${PolicyName}`);
  if (RoleName !== undefined) {
    const role = directory.role(account, RoleName);
    return role === undefined ? named(`role${Path}${RoleName}`) : { resource: arnOf(role), tags: role.tags };
  }
  const user = UserName ?? /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  if (PolicyArn !== undefined && UserName === undefined) {
    return { resource: PolicyArn, tags: directory.policy(PolicyArn)?.tags ?? [] };
  }
  if (user === undefined) return { resource: arn, tags: [] };
  const found = directory.user(account, user);
  return found === undefined ? named(`user${Path}${user}`) : { resource: arnOf(found), tags: found.tags };
}
