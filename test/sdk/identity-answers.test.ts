import {
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account, refusal, Site, ways } from './way.ts';

const allow = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const trusting = (AWS: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
  });

for (const way of ways) {
  describe(`answers on identities, ${way}`, () => {
    let site: Site;
    let iam: IAMClient;
    let sts: STSClient;
    beforeAll(async () => {
      site = await Site.open(way);
      iam = new IAMClient(site.settings());
      sts = new STSClient(site.settings());
    });
    afterAll(() => site.end());

    test('what is shown of a role and a policy depends on who asks for what, as in IAM', async () => {
      const PolicyDocument = allow('iam:GetUser');
      const Tags = [{ Key: 'team', Value: 'a' }];
      const { Policy } = await iam.send(
        new CreatePolicyCommand({ PolicyName: 'Edge', PolicyDocument, Tags }),
      );
      expect(Policy?.Tags).toEqual(Tags);
      const PermissionsBoundary = Policy?.Arn ?? '';
      const RoleName = 'Shown';
      const AssumeRolePolicyDocument = trusting(account);
      const made = await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, PermissionsBoundary, Tags }),
      );
      expect(made.Role).toMatchObject({ Tags, PermissionsBoundary: { PermissionsBoundaryType: 'Policy' } });
      expect(made.Role).not.toHaveProperty('MaxSessionDuration');
      const longer = { RoleName: 'Longer', AssumeRolePolicyDocument, MaxSessionDuration: 7_200 };
      expect((await iam.send(new CreateRoleCommand(longer))).Role?.MaxSessionDuration).toBe(7_200);
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      expect(Role).toMatchObject({ RoleLastUsed: {}, MaxSessionDuration: 3_600, Tags });
      const { Roles } = await iam.send(new ListRolesCommand({}));
      const listed = Roles?.find((role) => role.RoleName === RoleName);
      expect(listed?.MaxSessionDuration).toBe(3_600);
      for (const member of ['Tags', 'PermissionsBoundary', 'RoleLastUsed']) {
        expect(listed).not.toHaveProperty(member);
      }
      await iam.send(new CreateUserCommand({ UserName: 'bounded', PermissionsBoundary }));
      const { Users } = await iam.send(new ListUsersCommand({}));
      expect(Users?.find(({ UserName }) => UserName === 'bounded')).not.toHaveProperty('PermissionsBoundary');
    });

    test('a role is named by its ARN, and a session gets a policy that is JSON', async () => {
      const RoleSessionName = 'one';
      for (const [RoleArn, said] of [
        ['a role of no account there is', 'ValidationError: a role of no account there is is invalid'],
        [`arn:aws:iam::${account}:user/ada`, 'ValidationError: Request ARN is invalid'],
        [`arn:aws:sts::${account}:assumed-role/a/b`, 'ValidationError: Request ARN is invalid'],
      ] as const) {
        expect(await refusal(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName })))).toBe(said);
      }
      await iam.send(
        new CreateRoleCommand({ RoleName: 'Narrowed', AssumeRolePolicyDocument: trusting(account) }),
      );
      const RoleArn = `arn:aws:iam::${account}:role/Narrowed`;
      expect(await refusal(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName, Policy: '{' })))).toBe(
        'MalformedPolicyDocumentException: The policy is not in the valid JSON format.',
      );
    });
  });
}
