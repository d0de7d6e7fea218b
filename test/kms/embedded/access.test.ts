import { describe, expect, test } from 'vitest';
import {
  deniedRefusal,
  type GrantsAtHand,
  hiddenKeyRefusal,
  isGranted,
  isVisible,
  requireAccess,
} from '../../../src/kms/embedded/access.ts';
import type { GrantRecord } from '../../../src/kms/embedded/grant.ts';
import type { KeyOwner, KeyRecord } from '../../../src/kms/embedded/key.ts';
import { account, region, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const keyOf = (owner: KeyOwner): KeyRecord => ({
  keyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  arn: `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
  account,
  region,
  owner,
  state: 'Enabled',
  origin: 'AWS_KMS',
  description: '',
  createdMs: 0,
  policy: '',
  tags: [],
  materials: [],
});
const stranger = { ...user, account: '999988887777' };
const using = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey'];
const changing = [
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
  'TagResource',
  'CreateAlias',
];
const looking = ['DescribeKey', 'GetKeyPolicy', 'ListAliases', 'ListResourceTags'];

describe('access by owner of the key and caller', () => {
  const rows: [KeyOwner, string, typeof user, Record<string, boolean>][] = [
    ['CUSTOMER', 'a user', user, { use: true, change: true, look: true }],
    ['CUSTOMER', 'the service', tableService, { use: true, change: true, look: true }],
    ['CUSTOMER', 'another account', stranger, { use: false, change: false, look: false }],
    ['AWS', 'a user', user, { use: false, change: false, look: true }],
    ['AWS', 'the service', tableService, { use: true, change: false, look: true }],
    ['AWS', 'another account', stranger, { use: false, change: false, look: false }],
    ['OWNED', 'a user', user, { use: false, change: false, look: false }],
  ];
  for (const [owner, who, caller, allowed] of rows) {
    for (const [kind, actions] of Object.entries({ use: using, change: changing, look: looking })) {
      test(`${who} may ${allowed[kind] ? '' : 'not '}${kind} a key of owner ${owner}`, async () => {
        const key = keyOf(owner);
        for (const action of actions) {
          const refusal = await refusalOf(() => requireAccess(caller, key, action));
          const denied =
            `KeyAccessDenied: User: ${caller.arn} is not authorized to perform: kms:${action} ` +
            `on resource: ${key.arn} because no resource-based policy allows the kms:${action} action`;
          expect(refusal).toBe(allowed[kind] ? 'answered' : denied);
        }
      });
    }
  }

  test('the service uses its own keys and cannot even disable them', async () => {
    const key = keyOf('OWNED');
    for (const action of using) requireAccess(tableService, key, action);
    for (const action of changing) {
      expect(await refusalOf(() => requireAccess(tableService, key, action))).toMatch(/^KeyAccessDenied/);
    }
  });
});

describe('a grant on a key', () => {
  const key = keyOf('CUSTOMER');
  const grant: GrantRecord = {
    name: '',
    grantee: { kind: 'arn', name: stranger.arn },
    operations: ['Decrypt'],
    constraints: { subset: [['table', 'Books']] },
    grantId: 'f'.repeat(64),
    keyArn: key.arn,
    issuingAccount: account,
    createdMs: 0,
  };
  const context = new Map([['table', 'Books']]);
  test('lets another account do what it names, within its constraint', async () => {
    const decrypt = (atHand: GrantsAtHand) =>
      refusalOf(() => requireAccess(stranger, key, 'Decrypt', atHand));
    expect(await decrypt({ grants: [grant], context })).toBe('answered');
    expect(await decrypt({ grants: [grant] })).toMatch(/^KeyAccessDenied/);
    expect(await decrypt({ context })).toMatch(/^KeyAccessDenied/);
    expect(isGranted(stranger, key, 'Encrypt', { grants: [grant], context })).toBe(false);
    expect(isGranted(user, key, 'Decrypt', { grants: [grant], context })).toBe(true);
  });
  test('never opens keys of the service', () => {
    for (const owner of ['AWS', 'OWNED'] as const) {
      expect(isGranted(stranger, keyOf(owner), 'Decrypt', { grants: [grant], context })).toBe(false);
    }
  });
});

test('only the service sees its own keys', () => {
  expect([isVisible(user, keyOf('OWNED')), isVisible(tableService, keyOf('OWNED'))]).toEqual([false, true]);
  expect([isVisible(user, keyOf('AWS')), isVisible(user, keyOf('CUSTOMER'))]).toEqual([true, true]);
});

test('the refusal of an action names who, what and which key', () => {
  const key = keyOf('CUSTOMER');
  expect(deniedRefusal(user, key, 'RetireGrant').message).toBe(
    `User: ${user.arn} is not authorized to perform: kms:RetireGrant on resource: ${key.arn} ` +
      'because no resource-based policy allows the kms:RetireGrant action',
  );
});

test('the refusal of a hidden key names no key', () => {
  expect(hiddenKeyRefusal().message).toBe(
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, ' +
      'or you are not allowed to access.',
  );
});
