import { describe, expect, test } from 'vitest';
import { hiddenKeyRefusal, isVisible, requireAccess } from '../../../src/kms/embedded/access.ts';
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

test('only the service sees its own keys', () => {
  expect([isVisible(user, keyOf('OWNED')), isVisible(tableService, keyOf('OWNED'))]).toEqual([false, true]);
  expect([isVisible(user, keyOf('AWS')), isVisible(user, keyOf('CUSTOMER'))]).toEqual([true, true]);
});

test('the refusal of a hidden key names no key', () => {
  expect(hiddenKeyRefusal().message).toBe(
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, ' +
      'or you are not allowed to access.',
  );
});
