import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListPoliciesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagUserCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account, refusal, Site, ways } from './way.ts';

const allow = (Action: string | string[], Resource = '*', more: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource, ...more }] });
const trusting = (AWS: string, more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS }, Action: ['sts:AssumeRole', 'sts:TagSession'], ...more },
    ],
  });

for (const way of ways) {
  describe(`identities, ${way}`, () => {
    let site: Site;
    let iam: IAMClient;
    let sts: STSClient;
    beforeAll(async () => {
      site = await Site.open(way);
      iam = new IAMClient(site.settings());
      sts = new STSClient(site.settings());
    });
    afterAll(() => site.end());

    async function newUser(UserName: string, policy?: string) {
      await iam.send(new CreateUserCommand({ UserName }));
      if (policy !== undefined) {
        await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: policy }));
      }
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      if (AccessKey === undefined) throw new Error('CreateAccessKey made none');
      return {
        accessKeyId: AccessKey.AccessKeyId ?? '',
        secretAccessKey: AccessKey.SecretAccessKey ?? '',
      };
    }

    test('whoever opened the store is the root of its account', async () => {
      const { UserId, Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      expect([UserId, Account, Arn]).toEqual([account, account, `arn:aws:iam::${account}:root`]);
    });

    test('a user is made, shown, tagged, and told by its key who it is', async () => {
      const made = await iam.send(
        new CreateUserCommand({ UserName: 'ada', Path: '/team/', Tags: [{ Key: 'team', Value: 'a+b@c' }] }),
      );
      expect(made.User).toMatchObject({
        UserName: 'ada',
        Path: '/team/',
        Arn: `arn:aws:iam::${account}:user/team/ada`,
        Tags: [{ Key: 'team', Value: 'a+b@c' }],
      });
      expect(made.User?.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
      expect(made.User?.CreateDate?.getTime()).toBe(Math.floor(site.clock.nowMs() / 1000) * 1000);
      await iam.send(new TagUserCommand({ UserName: 'ada', Tags: [{ Key: 'Team', Value: 'b' }] }));
      const { User } = await iam.send(new GetUserCommand({ UserName: 'ADA' }));
      expect(User?.Tags).toEqual([{ Key: 'Team', Value: 'b' }]);
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
      expect(AccessKey?.AccessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
      expect(AccessKey?.SecretAccessKey).toHaveLength(40);
      const own = new STSClient(
        site.settingsOf({
          accessKeyId: AccessKey?.AccessKeyId ?? '',
          secretAccessKey: AccessKey?.SecretAccessKey ?? '',
        }),
      );
      const identity = await own.send(new GetCallerIdentityCommand({}));
      expect([identity.UserId, identity.Arn]).toEqual([
        made.User?.UserId,
        `arn:aws:iam::${account}:user/team/ada`,
      ]);
    });

    test('refusals have the codes and words of IAM', async () => {
      await newUser('bob');
      const cases: readonly (readonly [call: () => Promise<unknown>, said: string])[] = [
        [
          () => iam.send(new CreateUserCommand({ UserName: 'Bob' })),
          'EntityAlreadyExistsException: User with name Bob already exists.',
        ],
        [
          () => iam.send(new GetUserCommand({ UserName: 'nobody' })),
          'NoSuchEntityException: The user with name nobody cannot be found.',
        ],
        [
          () => iam.send(new DeleteUserCommand({ UserName: 'bob' })),
          'DeleteConflictException: Cannot delete entity, must delete access keys first.',
        ],
        [
          () => iam.send(new GetUserPolicyCommand({ UserName: 'bob', PolicyName: 'none' })),
          'NoSuchEntityException: The user policy with name none cannot be found.',
        ],
        [
          () =>
            iam.send(
              new AttachUserPolicyCommand({
                UserName: 'bob',
                PolicyArn: 'arn:aws:iam::aws:policy/NoSuchPolicy',
              }),
            ),
          'NoSuchEntityException: Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable.',
        ],
        [
          () => iam.send(new GetRoleCommand({ RoleName: 'none' })),
          'NoSuchEntityException: The role with name none cannot be found.',
        ],
      ];
      for (const [call, said] of cases) expect(await refusal(call())).toBe(said);
      await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
      expect(await refusal(iam.send(new CreateAccessKeyCommand({ UserName: 'bob' })))).toBe(
        'LimitExceededException: Cannot exceed quota for AccessKeysPerUser: 2',
      );
      const PolicyDocument = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}';
      expect(
        await refusal(
          iam.send(new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'p', PolicyDocument })),
        ),
      ).toBe('MalformedPolicyDocumentException: Policy statement must contain actions.');
      expect(await refusal(iam.send(new CreateUserCommand({ UserName: 'not ok' })))).toBe(
        'ValidationError: The specified value for userName is invalid. ' +
          'It must contain only alphanumeric characters and/or the following: +=,.@_-',
      );
    });

    test('policies are kept as they were written, inline and managed', async () => {
      await newUser('carl', allow('dynamodb:*'));
      const { PolicyNames } = await iam.send(new ListUserPoliciesCommand({ UserName: 'carl' }));
      expect(PolicyNames).toEqual(['own']);
      const { PolicyDocument = '' } = await iam.send(
        new GetUserPolicyCommand({ UserName: 'carl', PolicyName: 'own' }),
      );
      expect(decodeURIComponent(PolicyDocument)).toBe(allow('dynamodb:*'));
      const { Policy } = await iam.send(
        new CreatePolicyCommand({ PolicyName: 'Reading', PolicyDocument: allow('dynamodb:GetItem') }),
      );
      const PolicyArn = Policy?.Arn ?? '';
      expect(PolicyArn).toBe(`arn:aws:iam::${account}:policy/Reading`);
      await iam.send(new AttachUserPolicyCommand({ UserName: 'carl', PolicyArn }));
      expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn })))).toBe(
        'DeleteConflictException: Cannot delete a policy attached to entities.',
      );
      const attached = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'carl' }));
      expect(attached.AttachedPolicies).toEqual([{ PolicyName: 'Reading', PolicyArn }]);
      const local = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }));
      expect(local.Policies?.map(({ PolicyName, AttachmentCount }) => [PolicyName, AttachmentCount])).toEqual(
        [['Reading', 1]],
      );
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
      expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(allow('dynamodb:GetItem'));
      await iam.send(new DetachUserPolicyCommand({ UserName: 'carl', PolicyArn }));
      await iam.send(new DeletePolicyCommand({ PolicyArn }));
      await iam.send(new DeleteUserPolicyCommand({ UserName: 'carl', PolicyName: 'own' }));
      const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: 'carl' }));
      for (const { AccessKeyId } of AccessKeyMetadata) {
        await iam.send(new DeleteAccessKeyCommand({ UserName: 'carl', AccessKeyId }));
      }
      await iam.send(new DeleteUserCommand({ UserName: 'carl' }));
      expect(await refusal(iam.send(new GetUserCommand({ UserName: 'carl' })))).toMatch(/^NoSuchEntity/);
    });

    test('a list is told page by page', async () => {
      for (const UserName of ['list-1', 'list-2', 'list-3']) {
        await iam.send(new CreateUserCommand({ UserName, Path: '/list/' }));
      }
      const first = await iam.send(new ListUsersCommand({ PathPrefix: '/list/', MaxItems: 2 }));
      expect(first.Users?.map(({ UserName }) => UserName)).toEqual(['list-1', 'list-2']);
      expect(first.IsTruncated).toBe(true);
      const { Marker } = first;
      const second = await iam.send(new ListUsersCommand({ PathPrefix: '/list/', MaxItems: 2, Marker }));
      expect(second.Users?.map(({ UserName }) => UserName)).toEqual(['list-3']);
      expect(second.IsTruncated).toBe(false);
    });

    test('identities are themselves guarded: a user may do what its policies say, and no more', async () => {
      const dora = await newUser('dora', allow('iam:GetUser', `arn:aws:iam::${account}:user/dora`));
      const own = new IAMClient(site.settingsOf(dora));
      expect((await own.send(new GetUserCommand({}))).User?.UserName).toBe('dora');
      const arn = `arn:aws:iam::${account}:user/dora`;
      expect(await refusal(own.send(new CreateUserCommand({ UserName: 'eve' })))).toBe(
        `AccessDenied: User: ${arn} is not authorized to perform: iam:CreateUser on resource: ` +
          `arn:aws:iam::${account}:user/eve because no identity-based policy allows the iam:CreateUser action`,
      );
      expect(await refusal(iam.send(new GetUserCommand({ UserName: 'eve' })))).toMatch(/^NoSuchEntity/);
    });

    test('an inactive or deleted key lets nobody in', async () => {
      const fred = await newUser('fred');
      const own = new STSClient(site.settingsOf(fred));
      const AccessKeyId = fred.accessKeyId;
      await own.send(new GetCallerIdentityCommand({}));
      await iam.send(new UpdateAccessKeyCommand({ UserName: 'fred', AccessKeyId, Status: 'Inactive' }));
      expect(await refusal(own.send(new GetCallerIdentityCommand({})))).toBe(
        'InvalidClientTokenId: The security token included in the request is invalid.',
      );
      await iam.send(new UpdateAccessKeyCommand({ UserName: 'fred', AccessKeyId, Status: 'Active' }));
      await own.send(new GetCallerIdentityCommand({}));
      await iam.send(new DeleteAccessKeyCommand({ UserName: 'fred', AccessKeyId }));
      expect(await refusal(own.send(new GetCallerIdentityCommand({})))).toMatch(/^InvalidClientTokenId/);
      const wrong = new STSClient(site.settingsOf({ ...(await newUser('gus')), secretAccessKey: 'guessed' }));
      expect(await refusal(wrong.send(new GetCallerIdentityCommand({})))).toMatch(
        /^SignatureDoesNotMatch: The request signature we calculated does not match/,
      );
    });

    test('a role trusts nobody whom there is not (E7)', async () => {
      await newUser('trusted');
      const RoleName = 'Trusting';
      const own = `arn:aws:iam::${account}:`;
      const refused = (element: string, name: string) =>
        `MalformedPolicyDocumentException: Invalid principal in policy: "${element}":"${name}"`;
      const create = (AssumeRolePolicyDocument: string) =>
        iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
      for (const nobody of [`${own}user/nobody`, `${own}role/nobody`, `${own}role/${RoleName}`]) {
        expect(await refusal(create(trusting(nobody)))).toBe(refused('AWS', nobody));
      }
      const service = trusting(account).replace('"AWS"', '"Service"').replace(account, 'nobody');
      expect(await refusal(create(service))).toBe(refused('SERVICE', 'nobody'));
      await create(trusting(`${own}user/trusted`));
      const update = (PolicyDocument: string) =>
        iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      const nobody = `${own}user/nobody`;
      expect(await refusal(update(trusting(nobody)))).toBe(refused('AWS', nobody));
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trusting(`${own}user/trusted`));
      // Now it is there; and nobody can be asked about the users of another account.
      await update(trusting(`${own}role/${RoleName}`));
      await update(trusting('arn:aws:iam::444455556666:user/eve'));
    });

    test('a role is assumed by whom it trusts, with the right external id, and for a while', async () => {
      const hanna = await newUser('hanna', allow('sts:AssumeRole'));
      const trust = trusting(`arn:aws:iam::${account}:user/hanna`, {
        Condition: { StringEquals: { 'sts:ExternalId': 'seven' } },
      });
      const RoleName = 'Reader';
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: allow('iam:ListUsers') }),
      );
      const RoleArn = `arn:aws:iam::${account}:role/Reader`;
      const own = new STSClient(site.settingsOf(hanna));
      const assumed = { RoleArn, RoleSessionName: 'one', DurationSeconds: 900 };
      const said = `AccessDenied: User: arn:aws:iam::${account}:user/hanna is not authorized to perform: sts:AssumeRole on resource: `;
      expect(await refusal(own.send(new AssumeRoleCommand(assumed)))).toBe(said + RoleArn);
      const missing = `arn:aws:iam::${account}:role/Missing`;
      expect(await refusal(own.send(new AssumeRoleCommand({ ...assumed, RoleArn: missing })))).toBe(
        said + missing,
      );
      const { Credentials, AssumedRoleUser } = await own.send(
        new AssumeRoleCommand({ ...assumed, ExternalId: 'seven' }),
      );
      const arn = `arn:aws:sts::${account}:assumed-role/Reader/one`;
      expect(AssumedRoleUser?.Arn).toBe(arn);
      const session = {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      };
      expect(session.accessKeyId).toMatch(/^ASIA/);
      const asRole = new IAMClient(site.settingsOf(session));
      const stsAsRole = new STSClient(site.settingsOf(session));
      expect((await stsAsRole.send(new GetCallerIdentityCommand({}))).Arn).toBe(arn);
      expect((await asRole.send(new ListUsersCommand({}))).Users?.length).toBeGreaterThan(0);
      expect(await refusal(asRole.send(new GetUserCommand({ UserName: 'hanna' })))).toMatch(
        /^AccessDenied: User: arn:aws:sts::123456789012:assumed-role\/Reader\/one is not authorized to perform: iam:GetUser/,
      );
      const forged = new STSClient(
        site.settingsOf({ ...session, sessionToken: `A${session.sessionToken.slice(1)}` }),
      );
      expect(await refusal(forged.send(new GetCallerIdentityCommand({})))).toMatch(/^InvalidClientTokenId/);
      const tokenless = new STSClient(
        site.settingsOf({ accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey }),
      );
      expect(await refusal(tokenless.send(new GetCallerIdentityCommand({})))).toMatch(
        /^InvalidClientTokenId/,
      );
      await iam.send(
        new CreateRoleCommand({ RoleName: 'Gone', AssumeRolePolicyDocument: trusting(account) }),
      );
      const gone = await sts.send(
        new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/Gone`, RoleSessionName: 'two' }),
      );
      await iam.send(new DeleteRoleCommand({ RoleName: 'Gone' }));
      await iam.send(
        new CreateRoleCommand({ RoleName: 'Gone', AssumeRolePolicyDocument: trusting(account) }),
      );
      const asGone = new STSClient(
        site.settingsOf({
          accessKeyId: gone.Credentials?.AccessKeyId ?? '',
          secretAccessKey: gone.Credentials?.SecretAccessKey ?? '',
          sessionToken: gone.Credentials?.SessionToken ?? '',
        }),
      );
      expect(await refusal(asGone.send(new GetCallerIdentityCommand({})))).toMatch(/^InvalidClientTokenId/);
    });

    test('a decision is simulated, with the statement that made it', async () => {
      await newUser('ida', allow(['dynamodb:GetItem'], `arn:aws:dynamodb:us-east-1:${account}:table/A`));
      const { EvaluationResults } = await iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: `arn:aws:iam::${account}:user/ida`,
          ActionNames: ['dynamodb:GetItem', 'dynamodb:PutItem'],
          ResourceArns: [`arn:aws:dynamodb:us-east-1:${account}:table/A`],
        }),
      );
      expect(
        EvaluationResults?.map(({ EvalActionName, EvalDecision, MatchedStatements }) => [
          EvalActionName,
          EvalDecision,
          MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId),
        ]),
      ).toEqual([
        ['dynamodb:GetItem', 'allowed', ['own (Statement 1)']],
        ['dynamodb:PutItem', 'implicitDeny', []],
      ]);
    });

    test('too many decisions are refused before any is thought of (R-API-1)', async () => {
      const many = (name: string) => Array.from({ length: 2_400 }, (_, n) => `${name}${n}`);
      const startMs = performance.now();
      const asked = iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: `arn:aws:iam::${account}:user/ida`,
          ActionNames: many('a:b'),
          ResourceArns: many('arn:'),
        }),
      );
      expect(await refusal(asked)).toMatch(/No more than 1000 decisions in one request/);
      expect(performance.now() - startMs).toBeLessThan(1_000);
    });

    test('what operations made is there after a restart, sessions too', async () => {
      const jan = await newUser('jan');
      const temporary = await new STSClient(site.settingsOf(jan)).send(new GetSessionTokenCommand({}));
      await site.restart();
      iam = new IAMClient(site.settings());
      sts = new STSClient(site.settings());
      const arn = `arn:aws:iam::${account}:user/jan`;
      const again = new STSClient(site.settingsOf(jan));
      expect((await again.send(new GetCallerIdentityCommand({}))).Arn).toBe(arn);
      const session = new STSClient(
        site.settingsOf({
          accessKeyId: temporary.Credentials?.AccessKeyId ?? '',
          secretAccessKey: temporary.Credentials?.SecretAccessKey ?? '',
          sessionToken: temporary.Credentials?.SessionToken ?? '',
        }),
      );
      expect((await session.send(new GetCallerIdentityCommand({}))).Arn).toBe(arn);
    });
  });
}
