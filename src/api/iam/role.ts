/** CreateRole, GetRole, ListRoles, UpdateRole, UpdateAssumeRolePolicy, DeleteRole. */
import { Refusal } from '../../base/errors.ts';
import type { Role } from '../../iam/entity.ts';
import { newIdentifier } from '../../iam/identifier.ts';
import { knownIn, unknownPrincipal } from '../../iam/named-principal.ts';
import { invalidTrust } from '../../iam/policy-document.ts';
import { operation } from '../operation.ts';
import { attachable } from './attached-policy.ts';
import type { IdentityContext } from './context.ts';
import { entityPage, isUnder, type PageInput } from './entity-page.ts';
import { givenPolicy } from './given-policy.ts';
import { listed, requireRole, roleAnswer } from './holder.ts';
import { policySize, requireQuota } from './quota.ts';
import { changedTags, type WireTag } from './tag-list.ts';

interface CreateRoleInput {
  readonly RoleName: string;
  readonly AssumeRolePolicyDocument: string;
  readonly Path?: string;
  readonly Description?: string;
  readonly MaxSessionDuration?: number;
  readonly PermissionsBoundary?: string;
  readonly Tags?: readonly WireTag[];
}

const sessionSecondsDefault = 3_600;

const createRole = operation({
  name: 'CreateRole',
  run: (context: IdentityContext, { RoleName: name, Path = '/', ...input }: CreateRoleInput) => {
    const { directory, caller, clock } = context;
    const { account } = caller;
    return directory.change(() => {
      if (directory.role(account, name) !== undefined) {
        throw new Refusal('EntityExists', { message: `Role with name ${name} already exists.` });
      }
      requireQuota('RolesPerAccount', directory.roles(account).length + 1);
      const boundary = input.PermissionsBoundary;
      const role: Role = {
        kind: 'role',
        account,
        name,
        path: Path,
        id: newIdentifier('role'),
        createdMs: clock.nowMs(),
        tags: changedTags([], input.Tags ?? []),
        policies: [],
        attached: [],
        description: input.Description ?? '',
        trust: checkedTrust(directory, input.AssumeRolePolicyDocument),
        sessionSecondsMax: input.MaxSessionDuration ?? sessionSecondsDefault,
        ...(boundary === undefined ? {} : { boundary: attachable(context, boundary) }),
      };
      // What the caller did not choose is not said yet.
      const { MaxSessionDuration } = input;
      return { puts: [role], answer: { Role: { ...roleAnswer(role), MaxSessionDuration } } };
    });
  },
});

const getRole = operation({
  name: 'GetRole',
  run: (context: IdentityContext, { RoleName }: { readonly RoleName: string }) => ({
    // When a role was last assumed is not kept: AWS shows this of one that never was.
    Role: { ...roleAnswer(requireRole(context, RoleName)), RoleLastUsed: {} },
  }),
});

const listRoles = operation({
  name: 'ListRoles',
  run: ({ directory, caller }: IdentityContext, input: PageInput) => {
    const found = directory.roles(caller.account).filter((role) => isUnder(role, input));
    const { items, frame } = entityPage(found, ({ name }) => name, input);
    return { Roles: items.map((role) => roleAnswer(listed(role))), ...frame };
  },
});

interface UpdateRoleInput {
  readonly RoleName: string;
  readonly Description?: string;
  readonly MaxSessionDuration?: number;
}

const updateRole = operation({
  name: 'UpdateRole',
  run: (context: IdentityContext, { RoleName, Description, MaxSessionDuration }: UpdateRoleInput) =>
    context.directory.change(() => {
      const before = requireRole(context, RoleName);
      const description = Description ?? before.description;
      const sessionSecondsMax = MaxSessionDuration ?? before.sessionSecondsMax;
      return { puts: [{ ...before, description, sessionSecondsMax }], answer: {} };
    }),
});

interface UpdateTrustInput {
  readonly RoleName: string;
  readonly PolicyDocument: string;
}

const updateAssumeRolePolicy = operation({
  name: 'UpdateAssumeRolePolicy',
  run: (context: IdentityContext, { RoleName, PolicyDocument }: UpdateTrustInput) =>
    context.directory.change(() => {
      const before = requireRole(context, RoleName);
      const trust = checkedTrust(context.directory, PolicyDocument);
      return { puts: [{ ...before, trust }], answer: {} };
    }),
});

const deleteRole = operation({
  name: 'DeleteRole',
  run: (context: IdentityContext, { RoleName }: { readonly RoleName: string }) =>
    context.directory.change(() => {
      const role = requireRole(context, RoleName);
      if (role.policies.length > 0) inUse('delete policies');
      if (role.attached.length > 0) inUse('detach all policies');
      return { deletes: [role], answer: {} };
    }),
});

export const roleOperations = [
  createRole,
  getRole,
  listRoles,
  updateRole,
  updateAssumeRolePolicy,
  deleteRole,
];

/** Refuses MalformedPolicy, also for one that trusts somebody whom there is not. */
function checkedTrust(directory: IdentityContext['directory'], text: string): string {
  requireQuota('ACLSizePerRole', policySize(text));
  const unknown = unknownPrincipal(givenPolicy(text, 'trust'), knownIn(directory));
  if (unknown !== undefined) throw new Refusal('MalformedPolicy', { message: invalidTrust('AWS', unknown) });
  return text;
}

function inUse(what: string): never {
  throw new Refusal('EntityInUse', { message: `Cannot delete entity, must ${what} first.` });
}
