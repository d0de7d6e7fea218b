/** A call that concerns two accounts is told to both, as CloudTrail does (aws-behaviour §6.2). */
import { randomUUID } from 'node:crypto';
import type { AuditEvent } from './event.ts';
import type { UserIdentity } from './user-identity.ts';

/**
 * The event as the caller's account has it, and after it as it goes to each other account whose key, table or role the call
 * was about, or that it was made in. What was refused is told to the caller's own alone: a stranger fills nobody's history.
 */
export function sharedEvents(event: AuditEvent): readonly [AuditEvent, ...AuditEvent[]] {
  const { userIdentity, recipientAccountId, resources = [], errorCode } = event;
  const home = userIdentity.accountId ?? recipientAccountId;
  const concerned = new Set([recipientAccountId, ...resources.map(({ accountId }) => accountId)]);
  concerned.delete(home);
  if (concerned.size === 0 || errorCode !== undefined) return [{ ...event, recipientAccountId: home }];
  const { eventCategory, ...rest } = event;
  const sharedEventID = event.sharedEventID ?? randomUUID();
  const of = (account: string) => ({ recipientAccountId: account, sharedEventID, eventCategory });
  const copies = [...concerned].map((account) => ({
    ...rest,
    userIdentity: identityAcross(userIdentity),
    eventID: randomUUID(),
    ...of(account),
  }));
  return [{ ...rest, ...of(home) }, ...copies];
}

/** What one account is told of those of another one: whose they are, and an id that is always the same. */
function identityAcross({ type, principalId, accountId, invokedBy }: UserIdentity): UserIdentity {
  if (type === 'AWSService') return { type, ...(invokedBy === undefined ? {} : { invokedBy }) };
  return {
    type: 'AWSAccount',
    ...(principalId === undefined ? {} : { principalId }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(invokedBy === undefined ? {} : { invokedBy }),
  };
}
