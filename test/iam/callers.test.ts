import { describe, expect, test } from 'vitest';
import { rootIdentity, transitiveTags } from '../../src/iam/callers.ts';
import type { AccessKey, Entity, Role } from '../../src/iam/entity.ts';
import { evaluate } from '../../src/iam/evaluate.ts';
import type { Session } from '../../src/iam/session-token.ts';
import { account, allowing, identities, userNamed } from '../support/identities.ts';
import { refusalOf } from '../support/refusal.ts';

const adaKey: AccessKey = {
  ...{ kind: 'access-key', id: 'AKIAADA', secret: 's', account, user: 'ada', active: true, createdMs: 0 },
};
const role: Role = {
  ...userNamed('reader', { policies: [{ name: 'own', text: allowing('dynamodb:*') }] }),
  ...{ kind: 'role', id: 'AROAREADER', description: '', trust: '{}', sessionSecondsMax: 3600 },
};

async function withEntities(...puts: readonly Entity[]) {
  const made = identities();
  await made.directory.change(() => ({ puts, answer: 0 }));
  return made;
}

function sessionOf(more: Partial<Session> = {}): Session {
  return {
    accessKeyId: 'ASIAX',
    secret: 'z',
    account,
    of: { kind: 'role', name: 'reader', id: 'AROAREADER' },
    name: 'one',
    issuedMs: Date.UTC(2026, 0, 1),
    expiresMs: Date.UTC(2026, 0, 1, 1),
    ...more,
  };
}

describe('an access key', () => {
  test('leads to its user, with the policies that are its own and those attached', async () => {
    const managed = { kind: 'policy', account, name: 'P', path: '/', id: 'ANPA', createdMs: 0 } as const;
    const ada = userNamed('ada', {
      tags: [{ key: 'Team', value: 'x' }],
      policies: [{ name: 'own', text: allowing('dynamodb:GetItem') }],
      attached: [`arn:aws:iam::${account}:policy/P`],
      boundary: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    const { callers } = await withEntities(ada, adaKey, {
      ...managed,
      tags: [],
      description: '',
      text: allowing('kms:*'),
    });
    const found = callers.find('AKIAADA', undefined);
    expect(found).toMatchObject({ secretAccessKey: 's', account, arn: `arn:aws:iam::${account}:user/ada` });
    expect(found?.identity.policies.map(({ name }) => name)).toEqual([
      'own',
      `arn:aws:iam::${account}:policy/P`,
    ]);
    expect(found?.identity.boundary?.name).toMatch(/AdministratorAccess$/);
    expect(found?.identity.facts.get('aws:principaltag/team')).toEqual(['x']);
    expect(found?.identity.facts.get('aws:username')).toEqual(['ada']);
    expect(callers.find('AKIAADA', undefined)).toBe(found);
  });

  test('without a user is the root of its account', async () => {
    const { user: _, ...rootKey } = adaKey;
    const { callers } = await withEntities(rootKey);
    expect(callers.find('AKIAADA', undefined)?.identity.principal).toMatchObject({ kind: 'root', account });
  });

  test.each<[string, readonly Entity[], string, string | undefined]>([
    ['that nobody has', [userNamed('ada'), adaKey], 'AKIAOTHER', undefined],
    ['that is inactive', [userNamed('ada'), { ...adaKey, active: false }], 'AKIAADA', undefined],
    ['whose user is gone', [adaKey], 'AKIAADA', undefined],
    ['with a token that is none', [userNamed('ada'), adaKey], 'AKIAADA', 'token'],
  ])('%s is nobody', async (_, entities, id, token) => {
    const { callers } = await withEntities(...entities);
    expect(callers.find(id, token)).toBeUndefined();
  });

  test('follows each change of its policies at once', async () => {
    const { callers, directory } = await withEntities(userNamed('ada'), adaKey);
    const names = () => callers.find('AKIAADA', undefined)?.identity.policies.map(({ name }) => name);
    expect(names()).toEqual([]);
    const policies = [{ name: 'new', text: allowing('dynamodb:*') }];
    await directory.change(() => ({ puts: [userNamed('ada', { policies })], answer: 0 }));
    expect(names()).toEqual(['new']);
    await directory.change(() => ({ deletes: [adaKey], answer: 0 }));
    expect(names()).toBeUndefined();
  });

  test.each([
    ['is gone', { attached: [`arn:aws:iam::${account}:policy/Gone`] }],
    ['cannot be read any more', { policies: [{ name: 'broken', text: '{"Statement":7}' }] }],
  ])('whose policy %s may do nothing, whatever the others say', async (_, more) => {
    const ada = userNamed('ada', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'], ...more });
    const attached = [...new Set([...ada.attached, 'arn:aws:iam::aws:policy/AdministratorAccess'])];
    const { callers } = await withEntities({ ...ada, attached }, adaKey);
    const identity = callers.find('AKIAADA', undefined)?.identity;
    if (identity === undefined) throw new Error('the key is known');
    const { principal, facts } = identity;
    const request = { principal, facts, action: 'dynamodb:GetItem', resource: '*', resourceAccount: account };
    expect(evaluate(request, { identity })).toMatchObject({ allowed: false, explicit: true });
  });
});

describe('a session', () => {
  test('is its role, within its own policies, and shows its tags', async () => {
    const { callers, sessions } = await withEntities(role);
    const token = sessions.seal(
      sessionOf({
        policies: [allowing('dynamodb:GetItem')],
        policyArns: ['arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess'],
        tags: [
          { key: 'a=b', value: '1=2' },
          { key: 'kept', value: 'here' },
        ],
        transitive: ['a=b'],
        sourceIdentity: 'ada',
      }),
    );
    const found = callers.find('ASIAX', token);
    const arn = `arn:aws:sts::${account}:assumed-role/reader/one`;
    expect(found).toMatchObject({ arn, secretAccessKey: 'z' });
    expect(found?.identity.principal).toEqual({
      kind: 'assumed-role',
      arn,
      account,
      roleArn: `arn:aws:iam::${account}:role/reader`,
    });
    expect(found?.identity.session).toHaveLength(2);
    const asked = ['aws:userid', 'aws:principaltag/kept', 'aws:tokenissuetime', 'aws:sourceidentity'];
    expect(asked.map((key) => found?.identity.facts.get(key))).toEqual([
      ['AROAREADER:one'],
      ['here'],
      ['2026-01-01T00:00:00Z'],
      ['ada'],
    ]);
    expect(transitiveTags(found?.identity.facts ?? new Map())).toEqual([{ key: 'a=b', value: '1=2' }]);
  });

  test('of a user or of root is that one', async () => {
    const { callers, sessions } = await withEntities(userNamed('ada'));
    const ofAda = sessions.seal(sessionOf({ of: { kind: 'user', name: 'ada', id: 'AIDAADA' } }));
    expect(callers.find('ASIAX', ofAda)?.arn).toBe(`arn:aws:iam::${account}:user/ada`);
    const { of: _, ...ofRoot } = sessionOf();
    expect(callers.find('ASIAX', sessions.seal(ofRoot))?.identity.principal.kind).toBe('root');
  });

  test('ends with its time, with its role, and with the key that it was given', async () => {
    const { callers, sessions, directory, clock } = await withEntities(role);
    const token = sessions.seal(sessionOf());
    expect(callers.find('ASIAY', token)).toBeUndefined();
    expect(callers.find('ASIAX', undefined)).toBeUndefined();
    expect(callers.find('ASIAX', token)).toBeDefined();
    await directory.change(() => ({ puts: [{ ...role, id: 'AROAANOTHER' }], answer: 0 }));
    expect(callers.find('ASIAX', token)).toBeUndefined();
    await directory.change(() => ({ puts: [role], answer: 0 }));
    clock.advance(3_600_000);
    expect(await refusalOf(() => callers.find('ASIAX', token))).toMatch(/^TokenExpired/);
  });
});

test('an identity is found by its ARN, for whoever asks what it may do', async () => {
  const { callers } = await withEntities(userNamed('ada', { path: '/x/' }), role);
  const ada = callers.identityOf(`arn:aws:iam::${account}:user/x/ada`);
  expect(ada.principal.kind).toBe('user');
  // As the user's own requests have it: policies name users by ${aws:username}.
  expect(ada.facts.get('aws:username')).toEqual(['ada']);
  const identity = callers.identityOf(`arn:aws:iam::${account}:role/reader`);
  const { principal, facts } = identity;
  expect(facts.has('aws:username')).toBe(false);
  const request = { principal, facts, action: 'dynamodb:Scan', resource: '*', resourceAccount: account };
  expect(evaluate(request, { identity }).allowed).toBe(true);
  expect(callers.identityOf(`arn:aws:iam::${account}:root`)).toEqual(rootIdentity(account));
  for (const arn of [`arn:aws:iam::${account}:user/ada`, `arn:aws:iam::${account}:user/none`, 'ada', '']) {
    expect(await refusalOf(() => callers.identityOf(arn))).toMatch(/^EntityNotFound: Invalid Entity Arn/);
  }
});
