import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../src/audit/event.ts';
import { sharedEvents } from '../../src/audit/shared-event.ts';
import type { UserIdentity } from '../../src/audit/user-identity.ts';
import { account, entryOf, keyArn, region } from './support.ts';

const [lab, bank] = ['444455556666', '777788889999'];
const key = (accountId: string) => ({
  ...{ accountId, type: 'AWS::KMS::Key' as const },
  ARN: keyArn.replace(account, accountId),
});
const eve: UserIdentity = {
  type: 'IAMUser',
  ...{ principalId: 'AIDAEVE', arn: `arn:aws:iam::${lab}:user/eve`, accountId: lab },
  ...{ accessKeyId: 'AKIDEVE', userName: 'eve' },
};
const eventOf = (changes: Partial<AuditEvent>) =>
  entryOf(1, 0, { userIdentity: eve, recipientAccountId: lab, ...changes }).event;

describe('a call with the key of another account', () => {
  test('is told to both, under one shared id: to the other without more than an id of who it was', () => {
    const event = eventOf({ resources: [key(account)] });
    const [own, copy, ...more] = sharedEvents(event);
    expect(more).toEqual([]);
    expect(own).toEqual({ ...event, sharedEventID: own.sharedEventID });
    expect(copy).toEqual({
      ...event,
      userIdentity: { type: 'AWSAccount', principalId: 'AIDAEVE', accountId: lab },
      recipientAccountId: account,
      eventID: copy?.eventID,
      sharedEventID: own.sharedEventID,
    });
    expect(own.sharedEventID).toMatch(/^[0-9a-f-]{36}$/);
    expect(copy?.eventID).not.toBe(own.eventID);
    const order = Object.keys(own);
    expect(order.slice(-3)).toEqual(['recipientAccountId', 'sharedEventID', 'eventCategory']);
    for (const secret of ['AKIDEVE', 'user/eve']) expect(JSON.stringify(copy)).not.toContain(secret);
  });

  test('is told to each account whose keys it was about, once', () => {
    const events = sharedEvents(eventOf({ resources: [key(account), key(bank), key(account), key(lab)] }));
    expect(events.map(({ recipientAccountId }) => recipientAccountId)).toEqual([lab, account, bank]);
    expect(new Set(events.map(({ sharedEventID }) => sharedEventID)).size).toBe(1);
    expect(new Set(events.map(({ eventID }) => eventID)).size).toBe(3);
  });

  test('is told to its own account alone where it was refused', () => {
    const event = eventOf({ resources: [key(account)], errorCode: 'AccessDenied' });
    expect(sharedEvents(event)).toEqual([event]);
    expect(sharedEvents({ ...event, recipientAccountId: account })).toEqual([event]);
  });

  test('that a service made for a person keeps the name of the service', () => {
    const userIdentity = { ...eve, invokedBy: 'dynamodb.amazonaws.com' };
    // For a table of the key's account: asked in that account's name, by someone of another.
    const event = eventOf({ userIdentity, recipientAccountId: account, resources: [key(account)] });
    const [own, copy] = sharedEvents(event);
    expect([own.recipientAccountId, own.userIdentity]).toEqual([lab, userIdentity]);
    expect([copy?.recipientAccountId, copy?.userIdentity]).toEqual([
      account,
      {
        ...{ type: 'AWSAccount', principalId: 'AIDAEVE', accountId: lab },
        invokedBy: 'dynamodb.amazonaws.com',
      },
    ]);
  });

  test('that a service made for itself shares the id it has', () => {
    const userIdentity = { type: 'AWSService', invokedBy: 'dynamodb.amazonaws.com' } as const;
    const event = eventOf({ userIdentity, sharedEventID: 'shared', resources: [key(account)] });
    const [own, copy] = sharedEvents(event);
    expect([own.sharedEventID, own.recipientAccountId]).toEqual(['shared', lab]);
    expect([copy?.sharedEventID, copy?.userIdentity]).toEqual(['shared', userIdentity]);
  });
});

test('a call within one account is one event, and shares no id', () => {
  for (const resources of [[], [key(lab)]]) {
    const event = eventOf({ resources, awsRegion: region });
    expect(sharedEvents(event)).toEqual([event]);
  }
});
