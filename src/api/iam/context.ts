/** What every operation on identities is handed: who asks, and the directory. */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { Callers } from '../../iam/callers.ts';
import type { Directory } from '../../iam/directory.ts';
import type { Caller } from '../../kms/key-service.ts';

export interface IdentityContext {
  readonly directory: Directory;
  readonly callers: Callers;
  readonly caller: Caller;
  readonly clock: Clock;
}

/** The user that is named, or the one that asks; undefined for an account's root. */
export function namedUser({ arn }: Caller, UserName: string | undefined): string | undefined {
  return UserName ?? /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
}

/** As namedUser, for what no root has. Refuses EntityInput. */
export function requiredUser(caller: Caller, UserName: string | undefined): string {
  const name = namedUser(caller, UserName);
  if (name !== undefined) return name;
  throw new Refusal('EntityInput', {
    message: 'Must specify userName when calling with non-User credentials',
  });
}
