import { expect, test } from 'vitest';
import { policyDocument } from '../../../src/iam/policy-document.ts';
import { principalOf } from '../../../src/iam/principal.ts';
import { noFacts } from '../../../src/iam/request-facts.ts';
import { historyJudge } from '../../../src/server/access/history-access.ts';
import { openConnection } from '../../../src/server/connection.ts';
import { account, allowing } from '../../support/identities.ts';
import { refusalOf } from '../../support/refusal.ts';

const arn = `arn:aws:iam::${account}:user/ada`;
const caller = { arn, account, region: 'us-east-1' };
const asked = { caller, connection: openConnection().connection, host: undefined };

function askedBy(policy: string) {
  const policies = [{ name: 'p', document: policyDocument(policy, 'identity') }];
  const identity = { principal: principalOf(arn, account), facts: noFacts, policies };
  return { ...asked, caller: { ...caller, identity } };
}

test('a user needs a right to look into the history', async () => {
  expect(await refusalOf(() => historyJudge(askedBy(allowing('dynamodb:*')), 'LookupEvents', {}))).toBe(
    `AccessDenied: User: ${arn} is not authorized to perform: cloudtrail:LookupEvents on resource: * ` +
      'because no identity-based policy allows the cloudtrail:LookupEvents action',
  );
  const allowed = askedBy(allowing('cloudtrail:LookupEvents'));
  expect(historyJudge(allowed, 'LookupEvents', {})).toBe(allowed);
});

test('a trusted caller needs none', () => {
  expect(historyJudge(asked, 'LookupEvents', {})).toBe(asked);
});
