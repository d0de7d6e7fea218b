/** CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey. A secret is shown once, when it is made. */
import { Refusal } from '../../base/errors.ts';
import type { AccessKey } from '../../iam/entity.ts';
import { newIdentifier, newSecret } from '../../iam/identifier.ts';
import { operation } from '../operation.ts';
import { type IdentityContext, namedUser } from './context.ts';
import { entityPage, type PageInput } from './entity-page.ts';
import { requireUser } from './holder.ts';
import { isoTime } from './iso-time.ts';
import { requireQuota } from './quota.ts';

interface UserInput {
  readonly UserName?: string;
}

const createAccessKey = operation({
  name: 'CreateAccessKey',
  run: (context: IdentityContext, { UserName }: UserInput) => {
    const { directory, caller, clock } = context;
    const { account } = caller;
    return directory.change(() => {
      const user = knownUser(context, UserName);
      requireQuota('AccessKeysPerUser', directory.accessKeys(account, user).length + 1);
      const key: AccessKey = {
        kind: 'access-key',
        id: newIdentifier('access-key'),
        secret: newSecret(),
        account,
        active: true,
        createdMs: clock.nowMs(),
        ...(user === undefined ? {} : { user }),
      };
      return { puts: [key], answer: { AccessKey: { ...keyAnswer(key), SecretAccessKey: key.secret } } };
    });
  },
});

const listAccessKeys = operation({
  name: 'ListAccessKeys',
  run: (context: IdentityContext, input: UserInput & PageInput) => {
    const { directory, caller } = context;
    const keys = directory.accessKeys(caller.account, knownUser(context, input.UserName));
    const { items, frame } = entityPage(keys, ({ id }) => id, input);
    return { AccessKeyMetadata: items.map(keyAnswer), ...frame };
  },
});

interface KeyInput extends UserInput {
  readonly AccessKeyId: string;
}

const updateAccessKey = operation({
  name: 'UpdateAccessKey',
  run: (context: IdentityContext, { Status, ...input }: KeyInput & { readonly Status: string }) =>
    context.directory.change(() => {
      if (Status === 'Expired') {
        throw new Refusal('EntityInput', { message: 'The status of an access key is Active or Inactive.' });
      }
      return { puts: [{ ...requireKey(context, input), active: Status === 'Active' }], answer: {} };
    }),
});

const deleteAccessKey = operation({
  name: 'DeleteAccessKey',
  run: (context: IdentityContext, input: KeyInput) =>
    context.directory.change(() => ({ deletes: [requireKey(context, input)], answer: {} })),
});

export const accessKeyOperations = [createAccessKey, listAccessKeys, updateAccessKey, deleteAccessKey];

function keyAnswer({ user, id, active, createdMs }: AccessKey): object {
  return {
    UserName: user,
    AccessKeyId: id,
    Status: active ? 'Active' : 'Inactive',
    CreateDate: isoTime(createdMs),
  };
}

/** The user's name as it is kept; undefined for root, who asks for himself. Refuses EntityNotFound. */
function knownUser(context: IdentityContext, UserName: string | undefined): string | undefined {
  const name = namedUser(context.caller, UserName);
  return name === undefined ? undefined : requireUser(context, name).name;
}

function requireKey(context: IdentityContext, { UserName, AccessKeyId }: KeyInput): AccessKey {
  const { directory, caller } = context;
  const user = knownUser(context, UserName);
  const found = directory.accessKey(AccessKeyId);
  const isTheirs = found?.account === caller.account && found.user?.toLowerCase() === user?.toLowerCase();
  if (found !== undefined && isTheirs) return found;
  const message = `The Access Key with id ${AccessKeyId} cannot be found.`;
  throw new Refusal('EntityNotFound', { message });
}
