import { describe, expect, test } from 'vitest';
import { hiddenKeyRefusal, isVisible, KeyAccess, type KeyRequest } from '../../../src/kms/embedded/access.ts';
import type { GrantRecord } from '../../../src/kms/embedded/grant.ts';
import type { KeyOwner, KeyRecord } from '../../../src/kms/embedded/key.ts';
import { defaultPolicy, managedPolicy } from '../../../src/kms/embedded/key-policy.ts';
import type { Caller } from '../../../src/kms/key-service.ts';
import { allowing, boundCaller } from '../../support/bound-caller.ts';
import { account, region, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const policies: Record<KeyOwner, string> = {
  CUSTOMER: defaultPolicy(account),
  AWS: managedPolicy({ account, region }),
  OWNED: '',
};
const keyOf = (owner: KeyOwner, change: Partial<KeyRecord> = {}): KeyRecord => ({
  keyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  arn: `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
  account,
  region,
  owner,
  state: 'Enabled',
  origin: 'AWS_KMS',
  description: '',
  createdMs: 0,
  policy: policies[owner],
  tags: [],
  materials: [],
  ...change,
});
const access = new KeyAccess({
  ring: {
    grantsOf: () => [],
    aliasesOf: () => [{ name: 'alias/books', account, region, targetKeyId: '', createdMs: 0, updatedMs: 0 }],
  },
  clock: new VirtualClock(),
});
const stranger: Caller = { ...user, arn: 'arn:aws:iam::999988887777:root', account: '999988887777' };
const service: Caller = { ...tableService, arn: 'dynamodb.amazonaws.com' };
const using = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey'];
const changing = ['EnableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'TagResource', 'CreateAlias'];
const looking = ['DescribeKey', 'GetKeyPolicy', 'ListAliases', 'ListResourceTags'];
const ask = (caller: Caller, key: KeyRecord, action: string, request?: KeyRequest) =>
  refusalOf(() => access.require(caller, key, action, request));
const because = (caller: Caller, key: KeyRecord, action: string, why: string) =>
  `KeyAccessDenied: User: ${caller.arn} is not authorized to perform: kms:${action} on resource: ${key.arn} ${why}`;
const noResource = (action: string) => `because no resource-based policy allows the kms:${action} action`;
const hidden =
  'because the resource does not exist in this Region, no resource-based policies allow access, ' +
  'or a resource-based policy explicitly denies access';
const noIdentity = (action: string) => `because no identity-based policy allows the kms:${action} action`;

describe('access by owner of the key and caller, whom no policy of its own binds', () => {
  const rows: [KeyOwner, string, Caller, Record<string, boolean>][] = [
    ['CUSTOMER', 'a user', user, { use: true, change: true, look: true }],
    ['CUSTOMER', 'the service for a user', tableService, { use: true, change: true, look: true }],
    ['CUSTOMER', 'the service for itself', service, { use: false, change: false, look: false }],
    ['CUSTOMER', 'another account', stranger, { use: false, change: false, look: false }],
    ['AWS', 'a user', user, { use: false, change: false, look: true }],
    ['AWS', 'the service for a user', tableService, { use: true, change: false, look: true }],
    ['AWS', 'the service for itself', service, { use: false, change: false, look: true }],
    ['AWS', 'another account', stranger, { use: false, change: false, look: false }],
    ['OWNED', 'a user', user, { use: false, change: false, look: false }],
  ];
  for (const [owner, who, caller, allowed] of rows) {
    for (const [kind, actions] of Object.entries({ use: using, change: changing, look: looking })) {
      test(`${who} may ${allowed[kind] ? '' : 'not '}${kind} a key of owner ${owner}`, async () => {
        const key = keyOf(owner);
        for (const action of actions) {
          expect(await ask(caller, key, action)).toBe(
            allowed[kind]
              ? 'answered'
              : because(caller, key, action, caller === stranger ? hidden : noResource(action)),
          );
        }
      });
    }
  }

  test('the service uses its own keys and cannot even disable them', async () => {
    const key = keyOf('OWNED');
    for (const action of using) expect(await ask(tableService, key, action)).toBe('answered');
    for (const action of changing) expect(await ask(tableService, key, action)).toMatch(/^KeyAccessDenied/);
  });
});

const alice = `arn:aws:iam::${account}:user/alice`;
const bob = `arn:aws:iam::${account}:user/bob`;
const onKey = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: '*', ...statement }] });
const aliceOnly = onKey({ Principal: { AWS: alice }, Action: 'kms:*' });
const throughDynamo = onKey({
  Principal: { AWS: '*' },
  Action: 'kms:*',
  Condition: {
    StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `dynamodb.${region}.amazonaws.com` },
  },
});
const decryptAllowed = allowing('kms:Decrypt', keyOf('CUSTOMER').arn);
const denying = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' }],
});
const denyInKey = onKey({ Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt' });

/** aws-behaviour §4.5, row by row, and what stands beside it. */
describe('a key policy and the policies of a caller', () => {
  const through = (caller: Caller): Caller => ({ ...caller, service: 'dynamodb.amazonaws.com' });
  const rows: [string, string, Caller, string][] = [
    ['the default policy alone', defaultPolicy(account), boundCaller(alice, []), noIdentity('Decrypt')],
    ['the default policy, and her own', defaultPolicy(account), boundCaller(alice, [decryptAllowed]), 'ok'],
    [
      'a policy that names another, for all his own',
      aliceOnly,
      boundCaller(bob, [decryptAllowed]),
      noResource('Decrypt'),
    ],
    ['a policy that names her', aliceOnly, boundCaller(alice, []), 'ok'],
    [
      'a policy that names her, and her own that denies',
      aliceOnly,
      boundCaller(alice, [denying]),
      'with an explicit deny in an identity-based policy',
    ],
    [
      'a policy for everyone by way of the service, directly',
      throughDynamo,
      boundCaller(alice, [decryptAllowed]),
      noResource('Decrypt'),
    ],
    ['the same, by way of the service', throughDynamo, through(boundCaller(alice, [])), 'ok'],
    [
      'a policy that denies everyone, for root',
      denyInKey,
      user,
      'with an explicit deny in a resource-based policy',
    ],
    [
      'a boundary that leaves it out',
      aliceOnly,
      boundCaller(alice, [decryptAllowed], { boundary: allowing('dynamodb:*', '*') }),
      'because no permissions boundary allows the kms:Decrypt action',
    ],
    [
      'a session policy that leaves it out',
      aliceOnly,
      boundCaller(alice, [decryptAllowed], { session: [allowing('dynamodb:*', '*')] }),
      'because no session policy allows the kms:Decrypt action',
    ],
    [
      'a policy that can no more be read',
      '{',
      boundCaller(alice, [decryptAllowed]),
      'with an explicit deny in a resource-based policy',
    ],
    [
      'a statement without Resource',
      JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: '*' }] }),
      user,
      noResource('Decrypt'),
    ],
    [
      'her own policy on an alias of the key',
      defaultPolicy(account),
      boundCaller(alice, [allowing('kms:Decrypt', `arn:aws:kms:${region}:${account}:alias/books`)]),
      noIdentity('Decrypt'),
    ],
  ];
  for (const [what, policy, caller, why] of rows) {
    test(`${what}: ${why}`, async () => {
      const key = keyOf('CUSTOMER', { policy });
      const expected = why === 'ok' ? 'answered' : because(caller, key, 'Decrypt', why);
      expect(await ask(caller, key, 'Decrypt')).toBe(expected);
    });
  }

  test('the name of a pair is compared in any case, its value exactly', async () => {
    const policy = onKey({
      Principal: { AWS: alice },
      Action: 'kms:Decrypt',
      Condition: { StringEquals: { 'kms:EncryptionContext:aws:dynamodb:tableName': 'Books' } },
    });
    const key = keyOf('CUSTOMER', { policy });
    const outcomes = [];
    for (const [name, value] of [
      ['aws:dynamodb:tableName', 'Books'],
      ['AWS:DynamoDB:TableName', 'Books'],
      ['aws:dynamodb:tableName', 'books'],
    ] as const) {
      const context = new Map([[name, value]]);
      outcomes.push(await ask(boundCaller(alice, []), key, 'Decrypt', { context }));
    }
    outcomes.push(await ask(boundCaller(alice, []), key, 'Decrypt'));
    expect(outcomes.map((outcome) => outcome === 'answered')).toEqual([true, true, false, false]);
  });

  test('where two pairs differ by the case of their names alone, no value of them is enough', async () => {
    const policy = onKey({
      Principal: { AWS: alice },
      Action: 'kms:Decrypt',
      Condition: { StringEquals: { 'kms:EncryptionContext:table': 'Books' } },
    });
    const context = new Map([
      ['table', 'Books'],
      ['TABLE', 'Secrets'],
    ]);
    expect(await ask(boundCaller(alice, []), keyOf('CUSTOMER', { policy }), 'Decrypt', { context })).toMatch(
      /^KeyAccessDenied/,
    );
  });
});

describe('another account', () => {
  const eve = 'arn:aws:iam::999988887777:user/eve';
  const eveAllowed = allowing('kms:*', '*');
  const named = onKey({ Principal: { AWS: [eve, 'arn:aws:iam::999988887777:root'] }, Action: 'kms:*' });
  const rows: [string, string, string, Caller, string][] = [
    ['needs both sides', 'Decrypt', named, boundCaller(eve, []), noIdentity('Decrypt')],
    ['may, where both sides allow', 'Decrypt', named, boundCaller(eve, [eveAllowed]), 'ok'],
    [
      'has nothing from its own side alone',
      'Decrypt',
      defaultPolicy(account),
      boundCaller(eve, [eveAllowed]),
      hidden,
    ],
    ['may do as its root', 'Decrypt', named, stranger, 'ok'],
    [
      'cannot be given what is for the key’s account',
      'DisableKey',
      named,
      boundCaller(eve, [eveAllowed]),
      hidden,
    ],
  ];
  for (const [what, action, policy, caller, why] of rows) {
    test(what, async () => {
      const key = keyOf('CUSTOMER', { policy });
      const expected = why === 'ok' ? 'answered' : because(caller, key, action, why);
      expect(await ask(caller, key, action)).toBe(expected);
    });
  }
});

describe('a grant on a key', () => {
  const grantTo = (arn: string): GrantRecord => ({
    name: '',
    grantee: { kind: 'arn', name: arn },
    operations: ['Decrypt'],
    constraints: { subset: [['table', 'Books']] },
    grantId: 'f'.repeat(64),
    keyArn: keyOf('CUSTOMER').arn,
    issuingAccount: account,
    createdMs: 0,
  });
  const books = new Map([
    ['table', 'Books'],
    ['subscriber', 'x'],
  ]);
  const key = keyOf('CUSTOMER', { policy: onKey({ Principal: { AWS: bob }, Action: 'kms:*' }) });
  const rows: [string, Caller, KeyRequest, boolean][] = [
    ['what it names, within its constraint', boundCaller(alice, []), { context: books }, true],
    ['nothing in another context', boundCaller(alice, []), { context: new Map([['table', 'Films']]) }, false],
    ['nothing without context', boundCaller(alice, []), {}, false],
    ['nothing to her who is denied', boundCaller(alice, [denying]), { context: books }, false],
  ];
  for (const [what, caller, request, allowed] of rows) {
    test(`allows ${what}`, async () => {
      const outcome = await ask(caller, key, 'Decrypt', { grants: [grantTo(alice)], ...request });
      expect(outcome === 'answered').toBe(allowed);
    });
  }
  test('to an account lets those who may by their own policies', async () => {
    const grants = [grantTo(`arn:aws:iam::${account}:root`)];
    const outcomes = [];
    for (const policies of [[], [decryptAllowed]]) {
      outcomes.push(await ask(boundCaller(alice, policies), key, 'Decrypt', { grants, context: books }));
    }
    expect(outcomes).toEqual([
      because(boundCaller(alice, []), key, 'Decrypt', noIdentity('Decrypt')),
      'answered',
    ]);
  });
  test('lets someone of another account, whose own account need not say so', async () => {
    const eve = boundCaller('arn:aws:iam::999988887777:user/eve', []);
    expect(await ask(eve, key, 'Decrypt', { grants: [grantTo(eve.arn)], context: books })).toBe('answered');
  });
  test('never opens the service’s own keys', async () => {
    const request = { grants: [grantTo(alice)], context: books };
    expect(await ask(boundCaller(alice, []), keyOf('OWNED'), 'Decrypt', request)).toMatch(/^KeyAccessDenied/);
  });
});

test('what is asked of no key is for the caller’s own policies', async () => {
  const own = (caller: Caller) => refusalOf(() => access.requireOwn(caller, 'ListKeys'));
  expect(await own(user)).toBe('answered');
  expect(await own(boundCaller(alice, [allowing('kms:ListKeys', '*')]))).toBe('answered');
  expect(await own(boundCaller(alice, []))).toBe(
    `KeyAccessDenied: User: ${alice} is not authorized to perform: kms:ListKeys on resource: * ${noIdentity('ListKeys')}`,
  );
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
