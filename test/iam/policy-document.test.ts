import { describe, expect, test } from 'vitest';
import { type PolicyKind, policyDocument } from '../../src/iam/policy-document.ts';
import { defaultPolicy, managedPolicy } from '../../src/kms/embedded/key-policy.ts';
import { account, region } from '../support/embedded-kms.ts';
import { refusalOf } from '../support/refusal.ts';

const statementsOf = (text: string, kind: PolicyKind = 'key') => policyDocument(text, kind).statements;
const textsOf = (texts: readonly { readonly text: string }[]) => texts.map(({ text }) => text);

const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
const of = (change: object, rest: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', ...rest, Statement: [{ ...statement, ...change }] });

describe('a statement', () => {
  test('is read with what it names, one or several', () => {
    const ada = `arn:aws:iam::${account}:user/ada`;
    const [read] = statementsOf(
      of({
        Sid: 'with a blank',
        Principal: { AWS: [ada, account], Service: 'dynamodb.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:ReEncrypt*'],
        Condition: {
          Bool: { 'kms:GrantIsForAWSResource': true },
          StringEquals: { 'kms:ViaService': ['a', 'b'] },
        },
      }),
    );
    expect(read).toMatchObject({
      index: 0,
      sid: 'with a blank',
      effect: 'Allow',
      principals: {
        except: false,
        names: { accounts: [ada, account], services: ['dynamodb.amazonaws.com'] },
      },
      actions: { except: false },
      resources: { except: false },
    });
    expect(textsOf(read?.actions.names ?? [])).toEqual(['kms:decrypt', 'kms:reencrypt*']);
    expect(textsOf(read?.resources?.names ?? [])).toEqual(['*']);
    expect(read?.conditions.map(({ operator, key, values }) => [operator, key, ...textsOf(values)])).toEqual([
      ['Bool', 'kms:GrantIsForAWSResource', 'true'],
      ['StringEquals', 'kms:ViaService', 'a', 'b'],
    ]);
  });

  test('is read with what it excepts, and without a resource', () => {
    const excepting = {
      Principal: undefined,
      NotPrincipal: '*',
      Action: undefined,
      NotAction: '*',
      Resource: undefined,
    };
    expect(statementsOf(of(excepting))[0]).toMatchObject({
      principals: { except: true, names: { accounts: ['*'] } },
      actions: { except: true, names: [{ text: '*' }] },
      resources: undefined,
    });
  });

  const bad: [string, object, RegExp][] = [
    ['an unknown element', { Resources: '*' }, /no element Resources/],
    ['a Sid that is no string', { Sid: 1 }, /Sid/],
    ['two ways to name actions', { NotAction: 'kms:*' }, /Action or a NotAction, not both/],
    ['two ways to name resources', { NotResource: '*' }, /not both/],
    ['no actions', { Action: [] }, /names something/],
    ['an action that is a number', { Action: 7 }, /Action/],
    ['an action without its service', { Action: 'Decrypt' }, /Action/],
    ['a resource that is none', { Resource: 'key/1' }, /Resource/],
    ['an unknown operator', { Condition: { StringMatches: { 'kms:ViaService': 'a' } } }, /StringMatches/],
    ['an unknown condition key', { Condition: { StringEquals: { 'kms:Via': 'a' } } }, /kms:Via/],
    ['a condition of a list', { Condition: [] }, /Condition/],
    ['keys of a list', { Condition: { StringEquals: [] } }, /keys/],
    ['a value that is an object', { Condition: { StringEquals: { 'kms:ViaService': {} } } }, /values/],
    ['a boolean that is none', { Condition: { Bool: { 'aws:SecureTransport': 'yes' } } }, /Bool/],
    ['a number that is none', { Condition: { NumericEquals: { 'aws:MultiFactorAuthAge': 'x' } } }, /Numeric/],
    ['a date that is none', { Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }, /DateLess/],
    ['an address that is none', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } }, /IpAddress/],
    ['a variable that is none', { Resource: `arn:aws:kms:*:*:key/$${'{aws:Nobody}'}` }, /variable/],
    ['a variable without an end', { Resource: `arn:aws:kms:*:*:key/$${'{aws:userid'}` }, /variable/],
    [
      'ForAllValues on a pair of the context',
      { Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:a': 'b' } } },
      /OverlyPermissiveCondition:EncryptionContext: /,
    ],
  ];
  for (const [what, change, refusal] of bad) {
    test(`is refused with ${what} (R-POL-1)`, async () => {
      const message = await refusalOf(() => statementsOf(of(change)));
      expect(message).toMatch(/^MalformedPolicy: /);
      expect(message).toMatch(refusal);
    });
  }

  for (const Principal of [
    {},
    'ada',
    { AWS: 'ada' },
    { AWS: `arn:aws:iam::${account}:user/*` },
    { AWS: `arn:aws:iam::${account}:group/readers` },
    { AWS: 'AIDAEXAMPLEOFAUSER123' },
    { Service: 'dynamodb' },
  ]) {
    test(`is refused for ${JSON.stringify(Principal)}`, async () => {
      expect(await refusalOf(() => statementsOf(of({ Principal })))).toBe(
        'MalformedPolicy: Policy contains a statement with one or more invalid principals.',
      );
    });
  }
});

test('a trust policy is refused by the name of whom it should not name (E7)', async () => {
  const trusting = (Principal: object) =>
    JSON.stringify({ Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] });
  for (const [principal, named] of [
    [{ AWS: [account, 'ada', 'eve'] }, '"AWS":"ada"'],
    [{ Service: ['dynamodb.amazonaws.com', 'dynamodb'] }, '"SERVICE":"dynamodb"'],
  ] as const) {
    const message = await refusalOf(() => statementsOf(trusting(principal), 'trust'));
    expect(message).toBe(`MalformedPolicy: Invalid principal in policy: ${named}`);
  }
});

test('a document is refused with an unknown element, a member twice, or an Id that is no string', async () => {
  for (const policy of [
    of({}, { Comment: 'x' }),
    of({}).replace('"Sid"', '"Effect"').replace('{', '{"Version":"2012-10-17",'),
    of({}, { Id: 1 }),
  ]) {
    expect(await refusalOf(() => statementsOf(policy))).toMatch(/^MalformedPolicy: /);
  }
  expect(statementsOf(of({}, { Id: 'x' }))).toHaveLength(1);
});

test('a policy that was changed anywhere is read or refused, and nothing else happens (R-POL-1)', async () => {
  const policies = [
    defaultPolicy(account),
    managedPolicy({ account, region }),
    of({ Condition: { 'ForAnyValue:StringLike': { 'kms:EncryptionContext:a': ['b', 'c*'] } } }),
  ].map((policy) => JSON.stringify(JSON.parse(policy)));
  const pieces = ['"', '{', '}', '[', ']', ',', ':', '\\', '*', 'Not', '1', 'null', '"Effect":"Allow",', ' '];
  let seed = Date.now() % 2_147_483_647 || 1;
  const first = seed;
  const next = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const outcomes = new Map([
    ['read', 0],
    ['refused', 0],
  ]);
  for (let n = 0; n < 20_000; n++) {
    const policy = policies[n % policies.length] ?? '';
    const at = next(policy.length);
    const changed = policy.slice(0, at) + pieces[next(pieces.length)] + policy.slice(at + next(4));
    const outcome = await refusalOf(() => statementsOf(changed)).catch((fault) => String(fault));
    const kind = outcome === 'answered' ? 'read' : 'refused';
    expect(outcome, `seed ${first}: ${changed}`).toMatch(/^(answered$|MalformedPolicy: )/);
    outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
  }
  expect(Math.min(...outcomes.values()), `seed ${first}`).toBeGreaterThan(100);
});

describe('what a policy is attached to', () => {
  const identity = { Principal: undefined };
  const rows: [PolicyKind, string, object, RegExp | undefined][] = [
    ['identity', 'without a Principal', identity, undefined],
    ['identity', 'with a Principal', {}, /Principal/],
    ['identity', 'without a Resource', { ...identity, Resource: undefined }, /Resource/],
    ['key', 'without a Principal', identity, /Principal/],
    ['key', 'without a Resource', { Resource: undefined }, undefined],
    ['table', 'without a Principal', identity, /Principal/],
    ['table', 'without a Resource', { Resource: undefined }, /Resource/],
    ['trust', 'without a Resource', { Resource: undefined }, undefined],
    ['trust', 'with a Resource', {}, /Resource/],
    [
      'trust',
      'for another provider',
      { Resource: undefined, Principal: { Federated: 'a.example' } },
      undefined,
    ],
    ['key', 'for another provider', { Principal: { Federated: 'a.example' } }, /Federated/],
  ];
  for (const [kind, what, change, refusal] of rows) {
    test(`${kind}, ${what}: ${refusal === undefined ? 'taken' : 'refused'}`, async () => {
      const outcome = await refusalOf(() => statementsOf(of(change), kind));
      expect(outcome).toMatch(refusal ?? /^answered$/);
    });
  }
});
