/** CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser. */
import { Refusal } from '../../base/errors.ts';
import { keyOf, type User } from '../../iam/entity.ts';
import { newIdentifier } from '../../iam/identifier.ts';
import { operation } from '../operation.ts';
import { attachable } from './attached-policy.ts';
import { type IdentityContext, requiredUser } from './context.ts';
import { entityPage, isUnder, type PageInput } from './entity-page.ts';
import { listed, requireUser, userAnswer } from './holder.ts';
import { isoTime } from './iso-time.ts';
import { requireQuota } from './quota.ts';
import { changedTags, type WireTag } from './tag-list.ts';

interface CreateUserInput {
  readonly UserName: string;
  readonly Path?: string;
  readonly PermissionsBoundary?: string;
  readonly Tags?: readonly WireTag[];
}

const createUser = operation({
  name: 'CreateUser',
  run: (context: IdentityContext, { UserName: name, Path = '/', ...input }: CreateUserInput) => {
    const { directory, caller, clock } = context;
    const { account } = caller;
    return directory.change(() => {
      requireNewName(context, name);
      requireQuota('UsersPerAccount', directory.users(account).length + 1);
      const boundary = input.PermissionsBoundary;
      const user: User = {
        kind: 'user',
        account,
        name,
        path: Path,
        id: newIdentifier('user'),
        createdMs: clock.nowMs(),
        tags: changedTags([], input.Tags ?? []),
        policies: [],
        attached: [],
        ...(boundary === undefined ? {} : { boundary: attachable(context, boundary) }),
      };
      return { puts: [user], answer: { User: userAnswer(user) } };
    });
  },
});

const getUser = operation({
  name: 'GetUser',
  run: (context: IdentityContext, { UserName }: { readonly UserName?: string }) => {
    const { caller, clock } = context;
    // Without a name, root asks for itself.
    if (UserName === undefined && caller.arn.endsWith(':root')) {
      const { arn: Arn, account: UserId } = caller;
      return { User: { Path: '/', UserName: 'root', UserId, Arn, CreateDate: isoTime(clock.nowMs()) } };
    }
    return { User: userAnswer(requireUser(context, requiredUser(caller, UserName))) };
  },
});

const listUsers = operation({
  name: 'ListUsers',
  run: ({ directory, caller }: IdentityContext, input: PageInput) => {
    const found = directory.users(caller.account).filter((user) => isUnder(user, input));
    const { items, frame } = entityPage(found, ({ name }) => name, input);
    return { Users: items.map((user) => userAnswer(listed(user))), ...frame };
  },
});

interface UpdateUserInput {
  readonly UserName: string;
  readonly NewUserName?: string;
  readonly NewPath?: string;
}

const updateUser = operation({
  name: 'UpdateUser',
  run: (context: IdentityContext, { UserName, NewUserName, NewPath }: UpdateUserInput) => {
    const { directory } = context;
    return directory.change(() => {
      const before = requireUser(context, UserName);
      const after = { ...before, name: NewUserName ?? before.name, path: NewPath ?? before.path };
      const isSame = keyOf(after) === keyOf(before);
      if (!isSame) requireNewName(context, after.name);
      const keys = directory.accessKeys(before.account, before.name);
      return {
        puts: [after, ...keys.map((key) => ({ ...key, user: after.name }))],
        deletes: isSame ? [] : [before],
        answer: {},
      };
    });
  },
});

const deleteUser = operation({
  name: 'DeleteUser',
  run: (context: IdentityContext, { UserName }: { readonly UserName: string }) => {
    const { directory } = context;
    return directory.change(() => {
      const user = requireUser(context, UserName);
      if (directory.accessKeys(user.account, user.name).length > 0) inUse('delete access keys');
      if (user.policies.length > 0) inUse('delete policies');
      if (user.attached.length > 0) inUse('detach all policies');
      return { deletes: [user], answer: {} };
    });
  },
});

export const userOperations = [createUser, getUser, listUsers, updateUser, deleteUser];

function requireNewName({ directory, caller }: IdentityContext, name: string): void {
  if (directory.user(caller.account, name) === undefined) return;
  throw new Refusal('EntityExists', { message: `User with name ${name} already exists.` });
}

function inUse(what: string): never {
  throw new Refusal('EntityInUse', { message: `Cannot delete entity, must ${what} first.` });
}
