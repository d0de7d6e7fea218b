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
    const { resource, shown, tags } = subjectOf(directory, caller, { operation, input });
    const { PolicyArn, PermissionsBoundary, Tags = [] } = input;
    const facts = requestFacts([
      ['iam:PolicyARN', PolicyArn],
      ['iam:PermissionsBoundary', PermissionsBoundary],
      ['aws:TagKeys', input.TagKeys ?? Tags.map(({ Key }) => Key)],
      ...Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value] as const),
      ...tags.map(({ key, value }) => [`aws:ResourceTag/${key}`, value] as const),
      ...tags.map(({ key, value }) => [`iam:ResourceTag/${key}`, value] as const),
    ]);
    const action = `iam:${operation}`;
    requireAccess(identity, [{ action, resource, shown, resourceAccount: account, facts }]);
    return asked;
  };
}

interface Subject {
  readonly resource: string;
  /** What AWS's refusals call it: users, roles and policies not by their ARN, but for those that are to be made or listed. */
  readonly shown?: string;
  readonly tags: readonly Tag[];
}

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
  if (operation === 'CreatePolicy') {
    return { ...named(`policy${Path}${PolicyName}`), shown: `policy ${PolicyName}` };
  }
  const isNew = operation === 'CreateUser' || operation === 'CreateRole';
  if (RoleName !== undefined) {
    const role = directory.role(account, RoleName);
    const found =
      role === undefined ? named(`role${Path}${RoleName}`) : { resource: arnOf(role), tags: role.tags };
    return isNew ? found : { ...found, shown: `role ${RoleName}` };
  }
  const user = UserName ?? /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  if (PolicyArn !== undefined && UserName === undefined) {
    const tags = directory.policy(PolicyArn)?.tags ?? [];
    return { resource: PolicyArn, shown: `policy ${PolicyArn}`, tags };
  }
  if (user === undefined) return { resource: arn, tags: [] };
  const found = directory.user(account, user);
  const subject =
    found === undefined ? named(`user${Path}${user}`) : { resource: arnOf(found), tags: found.tags };
  return isNew ? subject : { ...subject, shown: `user ${user}` };
}
