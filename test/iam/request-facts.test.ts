import { expect, test } from 'vitest';
import { principalOf } from '../../src/iam/principal.ts';
import { mergedFacts, principalFacts, requestFacts, timeFacts } from '../../src/iam/request-facts.ts';

const account = '111122223333';

test('facts have their names in lower case, and their values as texts', () => {
  const facts = requestFacts([
    ['aws:SecureTransport', true],
    ['aws:MultiFactorAuthAge', 7],
    ['aws:TagKeys', ['A', 'b']],
    ['aws:SourceIp', undefined],
  ]);
  expect([...facts]).toEqual([
    ['aws:securetransport', ['true']],
    ['aws:multifactorauthage', ['7']],
    ['aws:tagkeys', ['A', 'b']],
  ]);
  expect(
    mergedFacts(facts, requestFacts([['AWS:SecureTransport', false]])).get('aws:securetransport'),
  ).toEqual(['false']);
});

test('a session stands there as its role, a user with name and tags', () => {
  const session = principalOf(
    `arn:aws:sts::${account}:assumed-role/r/s`,
    account,
    `arn:aws:iam::${account}:role/p/r`,
  );
  expect(principalFacts(session).get('aws:principalarn')).toEqual([`arn:aws:iam::${account}:role/p/r`]);
  expect(principalFacts(session).get('aws:principaltype')).toEqual(['AssumedRole']);
  const ada = principalOf(`arn:aws:iam::${account}:user/ada`, account);
  const facts = principalFacts(ada, { tags: new Map([['Team', 'red']]), userName: 'ada', userId: 'AIDA1' });
  expect(facts.get('aws:principaltag/team')).toEqual(['red']);
  expect([facts.get('aws:username'), facts.get('aws:userid')]).toEqual([['ada'], ['AIDA1']]);
  expect(facts.get('aws:principalisawsservice')).toEqual(['false']);
});

test('a service has a name and no account', () => {
  const facts = principalFacts(principalOf('dynamodb.amazonaws.com', account));
  expect(facts.get('aws:principalservicename')).toEqual(['dynamodb.amazonaws.com']);
  expect([facts.has('aws:principalarn'), facts.has('aws:principalaccount')]).toEqual([false, false]);
});

test('the time is there twice', () => {
  expect([...timeFacts(1_767_225_600_999)]).toEqual([
    ['aws:currenttime', ['2026-01-01T00:00:00Z']],
    ['aws:epochtime', ['1767225600']],
  ]);
});
