import {
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListGrantsCommand,
  ListKeyPoliciesCommand,
  ListKeyRotationsCommand,
  ListResourceTagsCommand,
  ListRetirableGrantsCommand,
  PutKeyPolicyCommand,
  paginateListGrants,
  paginateListKeyRotations,
  RetireGrantCommand,
  RevokeGrantCommand,
  RotateKeyOnDemandCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account, newKey, refusal, Site, ways } from './way.ts';

const dayMs = 86_400_000;
const GranteePrincipal = `arn:aws:iam::${account}:role/reader`;
const dryRun = 'DryRunOperationException: The request would have succeeded, but the DryRun option is set.';
const root = { AWS: `arn:aws:iam::${account}:root` };
const policyOf = (Principal: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }],
  });

for (const way of ways) {
  describe(`managing keys, ${way}`, () => {
    let site: Site;
    beforeAll(async () => {
      site = await Site.open(way);
    });
    afterAll(() => site.end());

    test('a policy is put, shown and listed, and still there after a restart; a lock-out is not', async () => {
      const { keys } = site.clients();
      const KeyId = await newKey(site.clients());
      const Policy = policyOf(root);
      await keys.send(new PutKeyPolicyCommand({ KeyId, Policy }));
      const lockOut = { KeyId, Policy: policyOf({ AWS: '444455556666' }) };
      expect(await refusal(keys.send(new PutKeyPolicyCommand(lockOut)))).toBe(
        'MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.',
      );
      expect(await refusal(keys.send(new CreateKeyCommand({ Policy: lockOut.Policy })))).toMatch(
        /^Malformed/,
      );
      await site.restart();
      const again = site.clients().keys;
      const shown = await again.send(new GetKeyPolicyCommand({ KeyId }));
      expect(JSON.parse(shown.Policy ?? '')).toEqual(JSON.parse(Policy));
      expect(shown.PolicyName).toBe('default');
      expect(await refusal(again.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'mine' })))).toBe(
        'NotFoundException: No such policy exists',
      );
      expect((await again.send(new ListKeyPoliciesCommand({ KeyId }))).PolicyNames).toEqual(['default']);
      expect(await refusal(again.send(new ListKeyPoliciesCommand({ KeyId: 'alias/x' })))).toBe(
        "NotFoundException: Invalid keyId 'alias/x'",
      );
      await again.send(new PutKeyPolicyCommand({ ...lockOut, BypassPolicyLockoutSafetyCheck: true }));
    });

    test('grants are made once a name, listed, retired and revoked, and outlive a restart', async () => {
      const KeyId = await newKey(site.clients());
      const { keys } = site.clients();
      const input = {
        KeyId,
        GranteePrincipal,
        RetiringPrincipal: GranteePrincipal,
        Operations: ['Decrypt' as const, 'DescribeKey' as const],
        Constraints: { EncryptionContextSubset: { table: 'Books' } },
        Name: 'books',
      };
      expect(await refusal(keys.send(new CreateGrantCommand({ ...input, DryRun: true })))).toBe(dryRun);
      const made = await keys.send(new CreateGrantCommand(input));
      const again = await keys.send(new CreateGrantCommand(input));
      expect(again.GrantId).toBe(made.GrantId);
      expect(again.GrantToken).not.toBe(made.GrantToken);
      site.clock.advance(1_000);
      const other = await keys.send(new CreateGrantCommand({ ...input, Name: 'others' }));
      await site.restart();
      const { keys: later } = site.clients();
      const ids = [];
      for await (const { Grants = [] } of paginateListGrants({ client: later, pageSize: 1 }, { KeyId })) {
        ids.push(...Grants.map(({ GrantId }) => GrantId));
      }
      expect(new Set(ids)).toEqual(new Set([made.GrantId, other.GrantId]));
      const retirable = await later.send(
        new ListRetirableGrantsCommand({ RetiringPrincipal: GranteePrincipal }),
      );
      expect(retirable.Grants).toHaveLength(2);
      expect(retirable.Grants?.[0]).toMatchObject({ KeyId, Name: 'books', CreationDate: expect.any(Date) });
      const GrantTokens = made.GrantToken === undefined ? [] : [made.GrantToken];
      const { KeyMetadata } = await later.send(new DescribeKeyCommand({ KeyId, GrantTokens }));
      expect(KeyMetadata?.Arn).toBe(KeyId);

      const byToken = { GrantToken: made.GrantToken };
      expect(await refusal(later.send(new RetireGrantCommand({ ...byToken, DryRun: true })))).toBe(dryRun);
      await later.send(new RetireGrantCommand(byToken));
      expect(await refusal(later.send(new RetireGrantCommand(byToken)))).toMatch(
        /^InvalidGrantTokenException/,
      );
      expect(await refusal(later.send(new DescribeKeyCommand({ KeyId, GrantTokens })))).toMatch(
        /^InvalidGrantTokenException/,
      );
      const byId = { KeyId, GrantId: other.GrantId };
      expect(await refusal(later.send(new RevokeGrantCommand({ ...byId, DryRun: true })))).toBe(dryRun);
      await later.send(new RevokeGrantCommand(byId));
      expect(await refusal(later.send(new RevokeGrantCommand(byId)))).toBe(
        `NotFoundException: Grant ID ${other.GrantId} not found`,
      );
      expect((await later.send(new ListGrantsCommand({ KeyId }))).Grants).toEqual([]);
    });

    test('keys are rotated by themselves and on demand, also over a restart, and open what they sealed', async () => {
      const KeyId = await newKey(site.clients());
      const { keys } = site.clients();
      const seal = async () =>
        (await keys.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }))).CiphertextBlob;
      const first = await seal();
      await keys.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
      expect(
        await refusal(keys.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 89 }))),
      ).toMatch(/^ValidationException: .*'rotationPeriodInDays'.* greater than or equal to 90$/);
      await keys.send(new RotateKeyOnDemandCommand({ KeyId }));
      await site.stop();
      site.clock.advance(90 * dayMs);
      await site.start();
      // Signatures carry the time of the machine: over HTTP the clock has to come back to it.
      site.clock.jump(-90 * dayMs);
      const { keys: later } = site.clients();
      const status = await later.send(new GetKeyRotationStatusCommand({ KeyId }));
      expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
      const types = [];
      const pages = paginateListKeyRotations({ client: later, pageSize: 1 }, { KeyId });
      for await (const { Rotations = [] } of pages)
        types.push(...Rotations.map(({ RotationType }) => RotationType));
      expect(types).toEqual(['ON_DEMAND', 'AUTOMATIC']);
      expect(
        (await later.send(new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })))
          .Rotations,
      ).toHaveLength(3);
      const { Plaintext, KeyMaterialId } = await later.send(new DecryptCommand({ CiphertextBlob: first }));
      expect(Buffer.from(Plaintext ?? []).toString()).toBe('x');
      const { KeyMetadata } = await later.send(new DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata?.CurrentKeyMaterialId).not.toBe(KeyMaterialId);
      await later.send(new DisableKeyRotationCommand({ KeyId }));
      expect(await later.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({
        KeyRotationEnabled: false,
      });
    });

    test('keys of other kinds are not rotated', async () => {
      const { keys } = site.clients();
      const { KeyMetadata } = await keys.send(
        new CreateKeyCommand({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
      );
      const KeyId = KeyMetadata?.KeyId;
      for (const call of [
        keys.send(new EnableKeyRotationCommand({ KeyId })),
        keys.send(new DisableKeyRotationCommand({ KeyId })),
        keys.send(new GetKeyRotationStatusCommand({ KeyId })),
        keys.send(new RotateKeyOnDemandCommand({ KeyId })),
        keys.send(new ListKeyRotationsCommand({ KeyId })),
      ].map(refusal)) {
        expect(await call).toMatch(/^UnsupportedOperationException/);
      }
      const grant = { KeyId, GranteePrincipal, Operations: ['Encrypt' as const] };
      expect(await refusal(keys.send(new CreateGrantCommand(grant)))).toMatch(/^ValidationException/);
    });

    test('tags and descriptions are set and taken away', async () => {
      const { keys } = site.clients();
      const KeyId = await newKey(site.clients());
      const tag = (TagKey: string, TagValue: string) => ({ TagKey, TagValue });
      await keys.send(new TagResourceCommand({ KeyId, Tags: [tag('a', '1'), tag('b', '2')] }));
      expect(
        await refusal(keys.send(new TagResourceCommand({ KeyId, Tags: [tag('c', '1'), tag('c', '2')] }))),
      ).toBe('TagException: Duplicate tag keys');
      await keys.send(new UntagResourceCommand({ KeyId, TagKeys: ['a', 'never there'] }));
      expect((await keys.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([tag('b', '2')]);
      await keys.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'for books' }));
      const { KeyMetadata } = await keys.send(new DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata?.Description).toBe('for books');
      const Description = 'x'.repeat(8193);
      expect(await refusal(keys.send(new UpdateKeyDescriptionCommand({ KeyId, Description })))).toMatch(
        /^ValidationException: .*'description'/,
      );
    });
  });
}
