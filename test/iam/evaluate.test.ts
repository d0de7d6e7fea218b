import { describe, expect, test } from 'vitest';
import { denialMessage } from '../../src/iam/denial.ts';
import { type AccessRequest, evaluate, mismatchOf, type PoliciesInForce } from '../../src/iam/evaluate.ts';
import { type PolicyKind, policyDocument, unreadablePolicy } from '../../src/iam/policy-document.ts';
import { principalOf } from '../../src/iam/principal.ts';
import { noFacts, requestFacts } from '../../src/iam/request-facts.ts';

const account = '111122223333';
const other = '444455556666';
const ada = `arn:aws:iam::${account}:user/ada`;
const table = `arn:aws:dynamodb:us-east-1:${account}:table/Books`;
const request = (change: Partial<AccessRequest> = {}): AccessRequest => ({
  principal: principalOf(ada, account),
  action: 'dynamodb:GetItem',
  resource: table,
  resourceAccount: account,
  facts: noFacts,
  ...change,
});
const policy = (kind: PolicyKind, ...statements: object[]) => ({
  name: kind,
  document: policyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }), kind),
});
const may = (change: object = {}) =>
  policy('identity', { Effect: 'Allow', Action: 'dynamodb:Get*', Resource: table, ...change });
const tableLets = (change: object = {}) =>
  policy('table', { Effect: 'Allow', Principal: { AWS: ada }, Action: '*', Resource: table, ...change });
const deny = { Effect: 'Deny', Action: '*', Resource: '*' };
const nothing = { policies: [] };

const outcomeOf = (inForce: PoliciesInForce, change?: Partial<AccessRequest>) => {
  const decision = evaluate(request(change), inForce);
  if (decision.allowed) return 'allowed';
  return `${decision.explicit ? 'denied by' : 'missing in'} ${decision.source}`;
};

describe('a resource whose own policy is not needed', () => {
  const rows: [string, PoliciesInForce, string][] = [
    ['root', {}, 'allowed'],
    [
      'root, denied by the resource',
      { resource: tableLets({ Effect: 'Deny', Principal: '*' }) },
      'denied by resource',
    ],
    ['nobody', { identity: nothing }, 'missing in identity'],
    ['the caller’s policy', { identity: { policies: [may()] } }, 'allowed'],
    ['the resource’s policy', { identity: nothing, resource: tableLets() }, 'allowed'],
    [
      'the account, by the resource',
      { identity: nothing, resource: tableLets({ Principal: { AWS: account } }) },
      'missing in identity',
    ],
    [
      'the caller’s policy, and it denies',
      { identity: { policies: [may(), policy('identity', deny)] } },
      'denied by identity',
    ],
    [
      'the resource’s policy, and hers denies',
      { identity: { policies: [policy('identity', deny)] }, resource: tableLets() },
      'denied by identity',
    ],
    [
      'all but the boundary',
      { identity: { policies: [may()], boundary: may({ Action: 's3:*' }) } },
      'missing in boundary',
    ],
    ['the boundary alone', { identity: { policies: [], boundary: may() } }, 'missing in identity'],
    [
      'all but the session',
      { identity: { policies: [may()], session: [may({ Action: 's3:*' })] } },
      'missing in session',
    ],
    [
      'one of two session policies',
      { identity: { policies: [may()], session: [may({ Action: 's3:*' }), may()] } },
      'allowed',
    ],
    ['a session without policies', { identity: { policies: [may()], session: [] } }, 'allowed'],
    [
      'a session that denies',
      { identity: { policies: [may()], session: [may(), policy('identity', deny)] } },
      'denied by session',
    ],
    [
      'a boundary that denies',
      { identity: { policies: [may()], boundary: policy('identity', deny) } },
      'denied by boundary',
    ],
    [
      'a policy that can no more be read',
      { identity: { policies: [may()] }, resource: { name: 'x', document: unreadablePolicy } },
      'denied by resource',
    ],
  ];
  for (const [what, inForce, outcome] of rows) {
    test(`${what}: ${outcome}`, () => expect(outcomeOf(inForce)).toBe(outcome));
  }
});

describe('across accounts', () => {
  const eve = { principal: principalOf(`arn:aws:iam::${other}:user/eve`, other) };
  const theirs = tableLets({ Principal: { AWS: other } });
  const rows: [string, PoliciesInForce, string][] = [
    ['her own policy alone', { identity: { policies: [may()] } }, 'missing in resource'],
    ['the resource’s alone', { identity: nothing, resource: theirs }, 'missing in identity'],
    ['both', { identity: { policies: [may()] }, resource: theirs }, 'allowed'],
    [
      'the resource for everyone',
      { identity: nothing, resource: tableLets({ Principal: '*' }) },
      'missing in identity',
    ],
    ['her root', { resource: theirs }, 'allowed'],
  ];
  for (const [what, inForce, outcome] of rows) {
    test(`${what}: ${outcome}`, () => expect(outcomeOf(inForce, eve)).toBe(outcome));
  }
});

test('a resource whose policy is needed lets nobody in without it, and a session of a trusted role in', () => {
  const trust = policy('trust', { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' });
  const assume = { action: 'sts:AssumeRole', resource: `arn:aws:iam::${account}:role/reader` };
  const own = { identity: { policies: [may({ Action: 'sts:*', Resource: '*' })] }, resourceRequired: true };
  expect(outcomeOf({ ...own, resource: trust }, assume)).toBe('allowed');
  expect(outcomeOf({ ...own, identity: nothing, resource: trust }, assume)).toBe('missing in identity');
  expect(outcomeOf(own, assume)).toBe('missing in resource');
});

test('a service has what a resource gives it, and no account’s rights', () => {
  const service = { principal: principalOf('dynamodb.amazonaws.com', account) };
  const named = tableLets({ Principal: { Service: 'dynamodb.amazonaws.com' } });
  expect(outcomeOf({ resource: named }, service)).toBe('allowed');
  expect(outcomeOf({ resource: tableLets({ Principal: { AWS: account } }) }, service)).toBe(
    'missing in resource',
  );
  expect(outcomeOf({ grant: 'self' }, service)).toBe('allowed');
});

test('the root is bound by no policy of its account, but by those of its session', () => {
  const principal = principalOf(`arn:aws:iam::${account}:root`, account);
  expect(outcomeOf({ identity: { policies: [policy('identity', deny)] } }, { principal })).toBe('allowed');
  expect(outcomeOf({ identity: { policies: [], session: [may({ Action: 's3:*' })] } }, { principal })).toBe(
    'missing in session',
  );
});

test('a decision tells which statements made it', () => {
  const inForce = { identity: { policies: [may({ Sid: 'reads' })], boundary: may() }, resource: tableLets() };
  const { statements } = evaluate(request(), inForce);
  expect(statements.map(({ source, policy: name, statement }) => [source, name, statement.sid])).toEqual([
    ['identity', 'identity', 'reads'],
    ['boundary', 'identity', undefined],
    ['resource', 'table', undefined],
  ]);
  const denied = evaluate(request(), {
    identity: { policies: [policy('identity', { ...deny, Sid: 'no' })] },
  });
  expect(denied.statements.map(({ statement }) => statement.sid)).toEqual(['no']);
});

describe('a statement does not apply for its', () => {
  const mismatch = (kind: PolicyKind, statement: object, change?: Partial<AccessRequest>) => {
    const [first] = policy(kind, { Effect: 'Allow', Action: '*', Resource: '*', ...statement }).document
      .statements;
    if (first === undefined) throw new Error('a policy has a statement');
    return mismatchOf(first, request(change));
  };
  const tag = (value: string) => `arn:aws:dynamodb:*:*:table/$${`{aws:PrincipalTag/${value}}`}`;
  const rows: [string, PolicyKind, object, string | undefined][] = [
    ['action', 'identity', { Action: 'dynamodb:Put*' }, 'action'],
    ['excepted action', 'identity', { Action: undefined, NotAction: 'dynamodb:GetItem' }, 'action'],
    ['resource', 'identity', { Resource: `${table}2` }, 'resource'],
    ['excepted resource', 'identity', { Resource: undefined, NotResource: table }, 'resource'],
    ['missing resource', 'key', { Principal: '*', Resource: undefined }, 'resource'],
    ['principal', 'key', { Principal: { AWS: other } }, 'principal'],
    ['excepted principal', 'key', { Principal: undefined, NotPrincipal: { AWS: ada } }, 'principal'],
    ['condition', 'identity', { Condition: { Bool: { 'aws:SecureTransport': true } } }, 'condition'],
    ['variable that stands for nothing', 'identity', { Resource: tag('team') }, 'resource'],
    [
      'excepted variable that stands for nothing',
      'identity',
      { Resource: undefined, NotResource: tag('team') },
      'condition',
    ],
    ['nothing', 'identity', { Action: 'DYNAMODB:getitem' }, undefined],
  ];
  for (const [what, kind, statement, expected] of rows) {
    test(what, () => expect(mismatch(kind, statement)).toBe(expected));
  }
  test('nothing, where a variable stands for the resource', () => {
    const facts = requestFacts([['aws:PrincipalTag/table', 'Books']]);
    expect(mismatch('identity', { Resource: tag('table') }, { facts })).toBeUndefined();
  });
});

test('a policy of 32 KB is judged within 5 ms (R-POL-1)', () => {
  const statements = Array.from({ length: 150 }, (_, index) => ({
    Effect: index % 2 === 0 ? 'Allow' : 'Deny',
    Action: `dynamodb:Get*${index}`,
    Resource: `arn:aws:dynamodb:*:*:table/*a*b*c${index}*`,
    Condition: { StringLike: { 'aws:PrincipalArn': `*:user/*${index}`, 'aws:username': '*a*a*a*' } },
  }));
  const large = policy('identity', ...statements);
  expect(JSON.stringify({ Version: '2012-10-17', Statement: statements }).length).toBeGreaterThan(25_000);
  const judge = () => outcomeOf({ identity: { policies: [large] } });
  const times = Array.from({ length: 20 }, () => {
    const startMs = performance.now();
    expect(judge()).toBe('missing in identity');
    return performance.now() - startMs;
  });
  // The fastest of many: the machine does other things too.
  expect(Math.min(...times)).toBeLessThan(5);
});

test('a denial is answered in the words of AWS', () => {
  const sentence = (inForce: PoliciesInForce) => {
    const decision = evaluate(request(), inForce);
    return decision.allowed ? '' : denialMessage(request(), decision);
  };
  const start = `User: ${ada} is not authorized to perform: dynamodb:GetItem on resource: ${table}`;
  expect(sentence({ identity: nothing })).toBe(
    `${start} because no identity-based policy allows the dynamodb:GetItem action`,
  );
  expect(sentence({ identity: { policies: [policy('identity', deny)] } })).toBe(
    `${start} with an explicit deny in an identity-based policy`,
  );
});

describe('a decision that policy and request make endless', () => {
  const long = 'a'.repeat(65_535);
  const facts = requestFacts([['dynamodb:Attributes', Array.from({ length: 100 }, (_, n) => `${long}${n}`)]]);
  const asking = (operator: string, values: readonly string[]) => ({
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: { [operator]: { 'dynamodb:Attributes': values } },
  });
  const numbers = (one: (n: number) => string) => Array.from({ length: 2_000 }, (_, n) => one(n));
  const endless: readonly (readonly [what: string, statement: object])[] = [
    ['a star before much', asking('ForAnyValue:StringLike', [`*${'a'.repeat(10_000)}b`])],
    ['many stars', asking('ForAnyValue:StringLike', [`${'*a'.repeat(5_000)}b`])],
    [
      'many patterns',
      asking(
        'ForAnyValue:StringLike',
        numbers((n) => `*b${n}`),
      ),
    ],
    ['many texts in any case', asking('ForAnyValue:StringEqualsIgnoreCase', numbers(String))],
    [
      'many ranges',
      asking(
        'ForAnyValue:IpAddress',
        numbers((n) => `10.0.${n >> 8}.${n & 255}`),
      ),
    ],
    [
      'many dates',
      asking(
        'ForAnyValue:DateEquals',
        numbers((n) => String(10_000 + n)),
      ),
    ],
  ];
  for (const [what, statement] of endless) {
    test(`ends soon, and allows nothing: ${what} (R-POL-1, R-SIG-3)`, () => {
      const policies = [policy('identity', statement), may()];
      const startMs = performance.now();
      const decision = evaluate(request({ facts }), { identity: { policies } });
      expect(performance.now() - startMs).toBeLessThan(500);
      expect(decision).toMatchObject({ allowed: false, explicit: true, statements: [] });
    });
  }
});
