import { expect, test } from 'vitest';
import { policyDocument } from '../../../src/iam/policy-document.ts';
import { principalOf } from '../../../src/iam/principal.ts';
import { noFacts } from '../../../src/iam/request-facts.ts';
import { identityJudge } from '../../../src/server/access/identity-access.ts';
import { openConnection } from '../../../src/server/connection.ts';
import { account, allowing, identities, userNamed } from '../../support/identities.ts';
import { refusalOf } from '../../support/refusal.ts';

const arn = `arn:aws:iam::${account}:user/team/ada`;
const { directory } = identities([
  userNamed('ada', { path: '/team/', tags: [{ key: 'team', value: 'x' }] }),
  userNamed('ben'),
]);

function ask(operation: string, input: object, policy = allowing('none:Nothing')) {
  const document = policyDocument(policy, 'identity');
  const identity = {
    principal: principalOf(arn, account),
    facts: noFacts,
    policies: [{ name: 'p', document }],
  };
  const caller = { arn, account, region: 'us-east-1', identity };
  const asked = { caller, connection: openConnection().connection, host: undefined };
  return refusalOf(() => identityJudge(directory)(asked, operation, input));
}

const iam = (resource: string) => `arn:aws:iam::${account}:${resource}`;
test.each<[string, object, string]>([
  ['CreateUser', { UserName: 'new', Path: '/p/' }, iam('user/p/new')],
  ['GetUser', { UserName: 'ben' }, 'user ben'],
  ['GetUser', { UserName: 'ADA' }, 'user ADA'],
  ['GetUser', {}, 'user ada'],
  ['CreateAccessKey', {}, 'user ada'],
  ['ListUsers', {}, iam('user/')],
  ['ListRoles', { PathPrefix: '/x/' }, iam('role/x/')],
  ['CreateRole', { RoleName: 'r' }, iam('role/r')],
  ['PutRolePolicy', { RoleName: 'r', PolicyName: 'p' }, 'role r'],
  ['CreateUser', { UserName: 'ben' }, iam('user/ben')],
  ['AttachUserPolicy', { UserName: 'ben', PolicyArn: iam('policy/P') }, 'user ben'],
  ['CreatePolicy', { PolicyName: 'P', Path: '/x/' }, 'policy P'],
  ['GetPolicy', { PolicyArn: iam('policy/P') }, `policy ${iam('policy/P')}`],
  ['ListPolicies', {}, 'policy path /'],
  ['SimulatePrincipalPolicy', { PolicySourceArn: iam('user/ben') }, iam('user/ben')],
])('%s %j is about %s', async (operation, input, resource) => {
  expect(await ask(operation, input)).toBe(
    `AccessDenied: User: ${arn} is not authorized to perform: iam:${operation} on resource: ${resource} ` +
      `because no identity-based policy allows the iam:${operation} action`,
  );
});

test('conditions may ask for tags of the subject and of the request, and for the policy that is attached', async () => {
  const when = (key: string, value: string) =>
    allowing('iam:*', { Condition: { StringEquals: { [key]: value } } });
  const attach = { UserName: 'ben', PolicyArn: iam('policy/P') };
  const cases = [
    ['GetUser', { UserName: 'ada' }, 'aws:ResourceTag/team', 'x'],
    ['AttachUserPolicy', attach, 'iam:PolicyARN', iam('policy/P')],
    ['CreateUser', { UserName: 'n', PermissionsBoundary: 'b' }, 'iam:PermissionsBoundary', 'b'],
    ['CreateUser', { UserName: 'n', Tags: [{ Key: 'k', Value: 'v' }] }, 'aws:RequestTag/k', 'v'],
  ] as const;
  for (const [operation, input, key, value] of cases) {
    expect(await ask(operation, input, when(key, value))).toBe('answered');
    expect(await ask(operation, input, when(key, `not ${value}`))).toMatch(/^AccessDenied/);
  }
});
