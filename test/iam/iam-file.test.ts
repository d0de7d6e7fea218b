import { describe, expect, test } from 'vitest';
import type { Entity } from '../../src/iam/entity.ts';
import { identitiesOf } from '../../src/iam/iam-file.ts';

const account = '111122223333';
const policy = { Statement: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }] };
const trust = { Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }] };
const key = { accessKeyId: 'AKIAADA', secretAccessKey: 'not-to-be-shown' };

const fileOf = (body: object) => JSON.stringify({ accounts: { [account]: body } });
const kindsOf = (entities: readonly Entity[]) => entities.map(({ kind }) => kind);

function fault(text: string): string {
  try {
    identitiesOf(text);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return thrown.message.replace('The file of identities breaks the rule that ', '');
  }
  return 'taken';
}

describe('a file of identities', () => {
  test('declares accounts, users, roles, policies and keys', () => {
    const entities = identitiesOf(
      fileOf({
        accessKeys: [{ accessKeyId: 'AKIAROOT', secretAccessKey: 'r' }],
        policies: { Tables: policy },
        users: {
          ada: {
            path: '/team/',
            policies: { own: policy },
            attach: ['Tables', 'arn:aws:iam::aws:policy/AdministratorAccess'],
            permissionsBoundary: 'Tables',
            tags: { team: 'x' },
            accessKeys: [key],
          },
        },
        roles: { app: { trust, description: 'd', maxSessionSeconds: 7200 } },
      }),
    );
    expect(kindsOf(entities)).toEqual(['access-key', 'policy', 'user', 'access-key', 'role']);
    const arn = `arn:aws:iam::${account}:policy/Tables`;
    expect(entities[2]).toMatchObject({
      ...{ kind: 'user', account, name: 'ada', path: '/team/', boundary: arn },
      attached: [arn, 'arn:aws:iam::aws:policy/AdministratorAccess'],
      tags: [{ key: 'team', value: 'x' }],
      policies: [{ name: 'own', text: JSON.stringify(policy) }],
    });
    expect(entities[0]).not.toHaveProperty('user');
    expect(entities[3]).toMatchObject({ id: 'AKIAADA', user: 'ada', secret: 'not-to-be-shown' });
    expect(entities[4]).toMatchObject({ kind: 'role', sessionSecondsMax: 7200, description: 'd' });
  });

  test('gives its identities the same ids each time it is read', () => {
    const text = fileOf({ roles: { app: { trust } }, users: { app: {} } });
    expect(identitiesOf(text)).toEqual(identitiesOf(text));
    expect(new Set(identitiesOf(text).map((entity) => ('id' in entity ? entity.id : ''))).size).toBe(2);
  });

  test.each<[string, string]>([
    ['not json', 'it is valid JSON, without a member named twice.'],
    ['{"accounts":{},"accounts":{}}', 'it is valid JSON, without a member named twice.'],
    ['[]', 'it is an object.'],
    ['{"account":{}}', 'it has no member account; it may have accounts.'],
    ['{"accounts":{"1":{}}}', 'accounts.1 is named by the twelve digits of the account.'],
    [
      fileOf({ user: {} }),
      `accounts.${account} has no member user; it may have accessKeys, policies, users, roles.`,
    ],
    [
      fileOf({ users: { 'a b': {} } }),
      `accounts.${account}.users.a b is named by 1 to 64 letters, digits and +=,.@_-.`,
    ],
    [
      fileOf({ users: { a: { path: 'x' } } }),
      `accounts.${account}.users.a.path begins and ends with a slash.`,
    ],
    [fileOf({ users: { a: { attach: 'x' } } }), `accounts.${account}.users.a.attach is a list.`],
    [
      fileOf({ users: { a: { attach: ['Tabels'] } } }),
      `accounts.${account}.users.a attaches policies of the file or of AWS that are known here, and arn:aws:iam::${account}:policy/Tabels is none.`,
    ],
    [
      fileOf({ users: { a: { policies: { p: { Statement: [] } } } } }),
      `accounts.${account}.users.a.policies.p is a policy: A policy has at least one Statement.`,
    ],
    [fileOf({ roles: { a: {} } }), `accounts.${account}.roles.a.trust is an object.`],
    [
      fileOf({ roles: { a: { trust, maxSessionSeconds: 60 } } }),
      `accounts.${account}.roles.a.maxSessionSeconds is a whole number from 3600 to 43200.`,
    ],
    [
      fileOf({ roles: { a: { trust, accessKeys: [key] } } }),
      `accounts.${account}.roles.a has no member accessKeys; it may have path, policies, attach, permissionsBoundary, tags, trust, description, maxSessionSeconds.`,
    ],
    [
      fileOf({ users: { a: { accessKeys: [{ ...key, secret: 's' }] } } }),
      `accounts.${account}.users.a.accessKeys[0] has no member secret; it may have accessKeyId, secretAccessKey.`,
    ],
    [
      fileOf({ users: { a: { accessKeys: [{ ...key, secretAccessKey: '' }] } } }),
      `accounts.${account}.users.a.accessKeys[0].secretAccessKey is not empty.`,
    ],
    [
      fileOf({ users: { a: { accessKeys: [key] }, b: { accessKeys: [key] } } }),
      'it names access-key/AKIAADA once: names of one kind differ by more than case.',
    ],
    [
      fileOf({ users: { ada: {}, Ada: {} } }),
      `it names user/${account}/ada once: names of one kind differ by more than case.`,
    ],
    [fileOf({ users: { a: { tags: { k: 7 } } } }), `accounts.${account}.users.a.tags.k is a string.`],
  ])('is refused where it breaks a rule: %s', (text, said) => {
    expect(fault(text)).toBe(said);
    expect(fault(text)).not.toContain('not-to-be-shown');
  });
});
