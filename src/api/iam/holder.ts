/** Users and roles as operations name them, and as their answers show them. */
import { Refusal } from '../../base/errors.ts';
import { arnOf, type Principal, type Role, type Tag, type User } from '../../iam/entity.ts';
import type { IdentityContext } from './context.ts';
import { isoTime } from './iso-time.ts';

export type HolderKind = 'user' | 'role';

/** How operations and members of a kind are named. */
export const nouns = { user: 'User', role: 'Role' } as const;

export interface HolderInput {
  readonly UserName?: string;
  readonly RoleName?: string;
}

export function holderName(kind: HolderKind, { UserName = '', RoleName = '' }: HolderInput): string {
  return kind === 'user' ? UserName : RoleName;
}

/** Refuses EntityNotFound. */
export function requireHolder(
  { directory, caller: { account } }: IdentityContext,
  kind: HolderKind,
  name: string,
): Principal {
  const found = kind === 'user' ? directory.user(account, name) : directory.role(account, name);
  if (found !== undefined) return found;
  throw new Refusal('EntityNotFound', { message: `The ${kind} with name ${name} cannot be found.` });
}

/** Refuses EntityNotFound. */
export function requireUser({ directory, caller }: IdentityContext, name: string): User {
  const found = directory.user(caller.account, name);
  if (found !== undefined) return found;
  throw new Refusal('EntityNotFound', { message: `The user with name ${name} cannot be found.` });
}

/** Refuses EntityNotFound. */
export function requireRole({ directory, caller }: IdentityContext, name: string): Role {
  const found = directory.role(caller.account, name);
  if (found !== undefined) return found;
  throw new Refusal('EntityNotFound', { message: `The role with name ${name} cannot be found.` });
}

export function userAnswer(user: User): object {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: arnOf(user),
    CreateDate: isoTime(user.createdMs),
    ...boundaryAnswer(user),
    Tags: tagsAnswer(user.tags),
  };
}

export function roleAnswer(role: Role): object {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: arnOf(role),
    CreateDate: isoTime(role.createdMs),
    AssumeRolePolicyDocument: encodeURIComponent(role.trust),
    Description: role.description === '' ? undefined : role.description,
    MaxSessionDuration: role.sessionSecondsMax,
    ...boundaryAnswer(role),
    Tags: tagsAnswer(role.tags),
  };
}

/** As lists show one: without its tags and its boundary. */
export function listed<Holder extends Principal>(holder: Holder): Holder {
  return { ...holder, tags: [], boundary: undefined };
}

export function tagsAnswer(tags: readonly Tag[]): readonly object[] | undefined {
  return tags.length === 0 ? undefined : tags.map(({ key: Key, value: Value }) => ({ Key, Value }));
}

function boundaryAnswer({ boundary }: Principal): object {
  if (boundary === undefined) return {};
  const type = { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary };
  return { PermissionsBoundary: type };
}
