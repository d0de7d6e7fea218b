import { expect, test } from 'vitest';
import { joinRequest } from '../../src/lifecycle/replica-join.ts';
import { away, home, openReplication } from '../support/open-replication.ts';

const globalIndex = {
  kind: 'global',
  name: 'ByPages',
  keySchema: [{ AttributeName: 'pages', KeyType: 'HASH' }],
  projection: { ProjectionType: 'KEYS_ONLY' },
} as const;

test('a region is asked for the table as it is, without what is of each region alone', async () => {
  const lab = await openReplication();
  await lab.create(home, {
    attributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'pages', AttributeType: 'N' },
    ],
    indexes: [globalIndex],
    tags: [{ Key: 'team', Value: 'red' }],
    deletionProtection: true,
    tableClass: 'STANDARD_INFREQUENT_ACCESS',
  });
  await lab.update({ create: { region: away } });
  const replica = lab.find(home);
  const member = lab.member(home, away);
  if (replica === undefined || member === undefined) throw new Error('there is no replica');
  const asked = joinRequest(replica, { ...member, encryption: 'customer', keyArn: 'k', askedBy: 'ada' });
  expect(asked).toMatchObject({
    account: replica.identity.account,
    groupId: replica.replication.groupId,
    definition: { name: 'T', deletionProtection: false, tags: [], tableClass: 'STANDARD_INFREQUENT_ACCESS' },
    stream: 'NEW_AND_OLD_IMAGES',
    encryption: { kind: 'customer', keyId: 'k' },
    caller: { arn: 'ada', account: replica.identity.account },
  });
  expect(asked.indexes).toEqual([globalIndex]);
  expect(asked).not.toHaveProperty('timeToLive');
  // Whoever waits for it asks with his own rights.
  const caller = { arn: 'eve', account: '999999999999' };
  expect(joinRequest(replica, member, caller).caller).toEqual(caller);
  const { askedBy: _, ...nobody } = member;
  expect(joinRequest(replica, nobody).caller.arn).toBe(`arn:aws:iam::${replica.identity.account}:root`);
  await lab.stop();
});
