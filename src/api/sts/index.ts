/** Every operation of the STS API that is here. */
import type { Operation } from '../operation.ts';
import { assumeRole } from './assume-role.ts';
import type { SessionContext } from './context.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getSessionToken } from './get-session-token.ts';

export const stsOperations: readonly Operation<SessionContext>[] = [
  assumeRole,
  getCallerIdentity,
  getSessionToken,
];
