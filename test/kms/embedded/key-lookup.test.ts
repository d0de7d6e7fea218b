import { describe, expect, test } from 'vitest';
import { account, openKms, region, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const unknown = '1234abcd-12ab-34cd-56ef-1234567890ab';
const keyArn = (id: string, of = region, owner = account) => `arn:aws:kms:${of}:${owner}:key/${id}`;
const aliasArn = (name: string, of = region, owner = account) => `arn:aws:kms:${of}:${owner}:alias/${name}`;

describe('a key is found', () => {
  test('by id, ARN, alias and ARN of an alias, where aliases are taken', async () => {
    const { kms } = await openKms();
    const { keyId, arn } = await kms.keys.create(user, {});
    await kms.aliases.create(user, 'alias/a/b', keyId);
    for (const given of [keyId, arn, 'alias/a/b', aliasArn('a/b')]) {
      expect((await kms.describeKey(user, given)).arn).toBe(arn);
    }
    for (const given of [keyId, arn]) expect((await kms.keys.disable(user, given)).arn).toBe(arn);
  });

  const refused: [string, string][] = [
    [unknown, `KeyNotFound: Key '${keyArn(unknown)}' does not exist`],
    [keyArn(unknown), `KeyNotFound: Key '${keyArn(unknown)}' does not exist`],
    [
      'mrk-1234abcd12ab34cd56ef1234567890ab',
      `KeyNotFound: Key '${keyArn('mrk-1234abcd12ab34cd56ef1234567890ab')}' does not exist`,
    ],
    [keyArn(unknown, 'eu-west-1'), 'InvalidArnRegion: Invalid arn eu-west-1'],
    [aliasArn('a', 'eu-west-1'), 'InvalidArnRegion: Invalid arn eu-west-1'],
    ['alias/none', `AliasNotFound: Alias ${aliasArn('none')} is not found.`],
    [aliasArn('none'), `AliasNotFound: Alias ${aliasArn('none')} is not found.`],
    ['fake-key-id', "InvalidKeyId: Invalid keyId 'fake-key-id'"],
    ['', "InvalidKeyId: Invalid keyId ''"],
    ['ALIAS/x', "InvalidKeyId: Invalid keyId 'ALIAS/x'"],
    [unknown.toUpperCase(), `InvalidKeyId: Invalid keyId '${unknown.toUpperCase()}'`],
    ['arn:aws:kms:us-east-1:1:key/x', "InvalidKeyId: Invalid keyId 'arn:aws:kms:us-east-1:1:key/x'"],
    ['arn:aws:s3:::bucket', "InvalidKeyId: Invalid keyId 'arn:aws:s3:::bucket'"],
    ['__proto__', "InvalidKeyId: Invalid keyId '__proto__'"],
    ['x'.repeat(2048), `InvalidKeyId: Invalid keyId '${'x'.repeat(2048)}'`],
  ];
  for (const [given, refusal] of refused) {
    test(`and not by ${given.slice(0, 60) || 'nothing'}`, async () => {
      const { kms } = await openKms();
      expect(await refusalOf(() => kms.describeKey(user, given))).toBe(refusal);
    });
  }

  test('by no alias for what changes a key', async () => {
    const { kms } = await openKms();
    const { keyId } = await kms.keys.create(user, {});
    await kms.aliases.create(user, 'alias/x', keyId);
    for (const given of ['alias/x', aliasArn('x')]) {
      expect(await refusalOf(() => kms.keys.disable(user, given))).toBe(
        `InvalidKeyId: Invalid keyId '${given}'`,
      );
    }
  });

  test('in its own region alone, and by another account neither by id nor by ARN', async () => {
    const { kms } = await openKms();
    const { keyId, arn } = await kms.keys.create(user, {});
    const there = { ...user, region: 'eu-west-1' };
    const stranger = { ...user, account: '999988887777' };
    const elsewhere = keyArn(keyId, 'eu-west-1');
    expect(await refusalOf(() => kms.describeKey(there, keyId))).toBe(
      `KeyNotFound: Key '${elsewhere}' does not exist`,
    );
    expect(await refusalOf(() => kms.describeKey(there, elsewhere))).toBe(
      `KeyNotFound: Key '${elsewhere}' does not exist`,
    );
    const theirs = keyArn(keyId, region, stranger.account);
    expect(await refusalOf(() => kms.describeKey(stranger, keyId))).toBe(
      `KeyNotFound: Key '${theirs}' does not exist`,
    );
    expect(await refusalOf(() => kms.describeKey(stranger, arn))).toMatch(
      /^KeyAccessDenied: .*kms:DescribeKey/,
    );
  });

  test('of another account, one that is not there and one that is not shared are refused alike', async () => {
    const { kms } = await openKms();
    const { arn } = await kms.keys.create(user, {});
    const stranger = { ...user, account: '999988887777', arn: 'arn:aws:iam::999988887777:root' };
    const context = new Map();
    for (const [action, call] of [
      ['DescribeKey', (keyId: string) => kms.describeKey(stranger, keyId)],
      ['DisableKey', (keyId: string) => kms.keys.disable(stranger, keyId)],
      ['ListAliases', (keyId: string) => kms.aliases.list(stranger, keyId)],
      ['ListGrants', (keyId: string) => kms.grants.list(stranger, keyId, {})],
      ['Encrypt', (keyId: string) => kms.use.encrypt(stranger, { keyId, context, plaintext: Buffer.of(1) })],
    ] as const) {
      for (const keyId of [arn, keyArn(unknown)]) {
        expect(await refusalOf(async () => call(keyId))).toBe(
          `KeyAccessDenied: User: ${stranger.arn} is not authorized to perform: kms:${action} on resource: ` +
            `${keyId} because the resource does not exist in this Region, no resource-based policies allow ` +
            'access, or a resource-based policy explicitly denies access',
        );
      }
    }
  });

  test('the service itself is told that a key is not there, whosever it was', async () => {
    const { kms } = await openKms();
    const theirs = keyArn(unknown, region, '999988887777');
    const service = { ...user, arn: 'dynamodb.amazonaws.com', service: 'dynamodb.amazonaws.com' };
    expect(await refusalOf(() => kms.describeKey(service, theirs))).toBe(
      `KeyNotFound: Key '${theirs}' does not exist`,
    );
  });
});
