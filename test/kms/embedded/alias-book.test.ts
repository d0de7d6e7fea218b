import { describe, expect, test } from 'vitest';
import { aliasesPerKeyMax } from '../../../src/kms/embedded/alias.ts';
import type { Caller } from '../../../src/kms/key-service.ts';
import { allowing, boundCaller } from '../../support/bound-caller.ts';
import { account, openKms, region, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

/** No table stands behind these data keys, so that the service has no grant for them. */
const alone = { byCallerAlone: true };

const context = new Map<string, string>();
const arnOf = (name: string) => `arn:aws:kms:${region}:${account}:${name}`;

async function twoKeys() {
  const opened = await openKms();
  const [a, b] = [await opened.kms.keys.create(user, {}), await opened.kms.keys.create(user, {})];
  return { ...opened, a, b };
}

describe('an alias', () => {
  test('names its key, by name and ARN, also after a restart, until it is moved or deleted', async () => {
    const { kms, a, b, reopen } = await twoKeys();
    await kms.aliases.create(user, 'alias/x', a.keyId);
    expect((await kms.describeKey(user, 'alias/x')).arn).toBe(a.arn);
    await kms.aliases.update(user, 'alias/x', b.arn);
    const later = await reopen();
    expect((await later.describeKey(user, arnOf('alias/x'))).arn).toBe(b.arn);
    await later.aliases.delete(user, 'alias/x');
    const missing = `AliasNotFound: Alias ${arnOf('alias/x')} is not found.`;
    expect(await refusalOf(() => later.describeKey(user, 'alias/x'))).toBe(missing);
    expect(await refusalOf(() => later.aliases.delete(user, 'alias/x'))).toBe(missing);
    expect(await refusalOf(() => later.aliases.update(user, 'alias/x', a.keyId))).toBe(missing);
  });

  test('exists once in a region, and again in another', async () => {
    const { kms, a, b } = await twoKeys();
    await kms.aliases.create(user, 'alias/x', a.keyId);
    const exists = `AliasExists: An alias with the name ${arnOf('alias/x')} already exists`;
    expect(await refusalOf(() => kms.aliases.create(user, 'alias/x', b.keyId))).toBe(exists);
    const elsewhere = { ...user, region: 'eu-west-1' };
    const c = await kms.keys.create(elsewhere, {});
    await kms.aliases.create(elsewhere, 'alias/x', c.keyId);
    expect((await kms.describeKey(elsewhere, 'alias/x')).arn).toBe(c.arn);
    expect((await kms.describeKey(user, 'alias/x')).arn).toBe(a.arn);
  });

  test('of the same name asked for twice at once is made once', async () => {
    const { kms, a, b } = await twoKeys();
    const both = [a, b].map(({ keyId }) => refusalOf(() => kms.aliases.create(user, 'alias/x', keyId)));
    expect((await Promise.all(both)).filter((outcome) => outcome === 'answered')).toHaveLength(1);
  });

  test('names a key, never another alias, nor the managed key, nor one that is not there', async () => {
    const { kms, a } = await twoKeys();
    await kms.aliases.create(user, 'alias/x', a.keyId);
    const managed = await kms.describeKey(user, 'alias/aws/dynamodb');
    const create = (target: string) => refusalOf(() => kms.aliases.create(user, 'alias/y', target));
    for (const alias of ['alias/x', arnOf('alias/x'), 'alias/nobody']) {
      expect(await create(alias)).toBe('Validation: Aliases must refer to keys. Not aliases');
    }
    expect(await create(managed.keyId)).toMatch(/^KeyAccessDenied: .*kms:CreateAlias on resource/);
    const unknown = '00000000-0000-0000-0000-000000000000';
    expect(await create(unknown)).toBe(`KeyNotFound: Key '${arnOf(`key/${unknown}`)}' does not exist`);
  });

  test(`is one of ${aliasesPerKeyMax} of its key at most`, async () => {
    const { kms, a, b } = await twoKeys();
    for (let i = 0; i < aliasesPerKeyMax; i++) await kms.aliases.create(user, `alias/${i}`, a.keyId);
    await kms.aliases.create(user, 'alias/b', b.keyId);
    expect(await refusalOf(() => kms.aliases.create(user, 'alias/one-more', a.keyId))).toMatch(
      /^KeyLimitExceeded/,
    );
    expect(await refusalOf(() => kms.aliases.update(user, 'alias/b', a.keyId))).toMatch(/^KeyLimitExceeded/);
    await kms.aliases.update(user, 'alias/7', a.keyId);
  });

  test('that moves changes what is encrypted next, not what is decrypted', async () => {
    const { kms, a, b } = await twoKeys();
    await kms.aliases.create(user, 'alias/x', a.keyId);
    const before = await kms.generateDataKey(tableService, 'alias/x', context);
    await kms.aliases.update(user, 'alias/x', b.keyId);
    expect((await kms.generateDataKey(tableService, 'alias/x', context)).keyArn).toBe(b.arn);
    expect((await kms.decryptDataKey(tableService, before.ciphertext, context, alone)).keyArn).toBe(a.arn);
  });

  test('may leave a key that waits for deletion, and not move to it', async () => {
    const { kms, a, b } = await twoKeys();
    await kms.aliases.create(user, 'alias/x', a.keyId);
    await kms.keys.scheduleDeletion(user, a.keyId, 7);
    await kms.aliases.update(user, 'alias/x', b.keyId);
    expect(await refusalOf(() => kms.aliases.update(user, 'alias/x', a.keyId))).toBe(
      `KeyInvalidState: ${a.arn} is pending deletion.`,
    );
  });
});

describe('the list of aliases', () => {
  test('shows the predefined one before and after its key is made', async () => {
    const { kms } = await openKms();
    expect(kms.aliases.list(user)).toEqual([{ name: 'alias/aws/dynamodb', account, region }]);
    const { keyId } = await kms.describeKey(user, 'alias/aws/dynamodb');
    expect(kms.aliases.list(user)).toMatchObject([{ name: 'alias/aws/dynamodb', targetKeyId: keyId }]);
  });

  test('of one key shows its own alone', async () => {
    const { kms, a, b } = await twoKeys();
    await kms.aliases.create(user, 'alias/x', a.keyId);
    await kms.aliases.create(user, 'alias/y', b.keyId);
    expect(kms.aliases.list(user, a.arn).map(({ name }) => name)).toEqual(['alias/x']);
  });

  test('is shown whom its own policies let see it, whatever the policy of the key says', async () => {
    const { kms } = await openKms();
    const { arn } = await kms.keys.create(user, {
      policy: JSON.stringify({
        Statement: [{ Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'kms:*', Resource: '*' }],
      }),
    });
    await kms.aliases.create(user, 'alias/x', arn);
    const ada = `arn:aws:iam::${account}:user/ada`;
    const list = (caller: Caller) => refusalOf(() => kms.aliases.list(caller, arn));
    expect(await list(boundCaller(ada, [allowing('kms:ListAliases', '*')]))).toBe('answered');
    expect(await list(boundCaller(ada, []))).toBe(
      `KeyAccessDenied: User: ${ada} is not authorized to perform: kms:ListAliases on resource: * ` +
        'because no identity-based policy allows the kms:ListAliases action',
    );
    const eve = 'arn:aws:iam::999988887777:user/eve';
    expect(await list(boundCaller(eve, [allowing('kms:ListAliases', '*')]))).toMatch(
      /kms:ListAliases on resource: arn:.* because the resource does not exist in this Region/,
    );
  });
});

test('an alias moves to no key of another type or usage', async () => {
  const { kms } = await openKms();
  const symmetric = await kms.keys.create(user, {});
  const hmac = await kms.keys.create(user, { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' });
  const other = await kms.keys.create(user, {});
  await kms.aliases.create(user, 'alias/x', symmetric.keyId);
  expect(await refusalOf(() => kms.aliases.update(user, 'alias/x', hmac.keyId))).toBe(
    `Validation: ${hmac.arn} is of another type, or for another usage, than ${symmetric.arn}.`,
  );
  await kms.aliases.update(user, 'alias/x', other.keyId);
  expect(kms.aliases.list(user, other.keyId).map(({ name }) => name)).toEqual(['alias/x']);
});
