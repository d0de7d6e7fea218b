import { describe, expect, test } from 'vitest';
import { knownIn, unknownPrincipal } from '../../src/iam/named-principal.ts';
import { policyDocument } from '../../src/iam/policy-document.ts';
import { account, identities, roleNamed, userNamed } from '../support/identities.ts';

const iam = (resource: string, of = account) => `arn:aws:iam::${of}:${resource}`;
const sts = (resource: string, of = account) => `arn:aws:sts::${of}:${resource}`;
const declared = [userNamed('Ada', { path: '/team/' }), roleNamed('reader', { path: '/team/' })];

describe('a name in a policy', () => {
  const isKnown = knownIn(identities(declared).directory);
  const elsewhere = '999988887777';
  for (const name of [
    '*',
    account,
    elsewhere,
    iam('root'),
    iam('root', elsewhere),
    iam('user/team/Ada'),
    iam('role/team/reader'),
    sts('assumed-role/reader/tonight'),
    sts('federated-user/guest'),
    // Nobody of that account is here who could be asked.
    iam('user/eve', elsewhere),
    iam('role/eve', elsewhere),
    sts('assumed-role/eve/x', elsewhere),
  ]) {
    test(`is known: ${name}`, () => expect(isKnown(name)).toBe(true));
  }

  for (const name of [
    iam('user/eve'),
    iam('role/eve'),
    iam('user/Ada'),
    iam('user/team/ada'),
    iam('user/other/Ada'),
    iam('role/team/Ada'),
    iam('user/team/reader'),
    sts('assumed-role/eve/x'),
    sts('assumed-role/Reader/x'),
  ]) {
    test(`is nobody's: ${name} (E7)`, () => expect(isKnown(name)).toBe(false));
  }

  test('is looked for anew each time: who is made later is known, who is deleted is not', async () => {
    const { directory } = identities(declared);
    const known = knownIn(directory);
    const eve = userNamed('eve');
    await directory.change(() => ({ puts: [eve], answer: 0 }));
    expect(known(iam('user/eve'))).toBe(true);
    await directory.change(() => ({ deletes: [eve], answer: 0 }));
    expect(known(iam('user/eve'))).toBe(false);
  });
});

describe('a policy', () => {
  const isKnown = knownIn(identities(declared).directory);
  const policy = (...elements: object[]) => {
    const Statement = elements.map((element) => ({
      ...{ Effect: 'Allow', Action: 'kms:*', Resource: '*' },
      ...element,
    }));
    return policyDocument(JSON.stringify({ Version: '2012-10-17', Statement }), 'key');
  };

  test('is told the first of its principals that is nobody, whatever names it', () => {
    const known = { Principal: { AWS: iam('user/team/Ada') } };
    expect(unknownPrincipal(policy(known, { Principal: '*' }), isKnown)).toBeUndefined();
    const listed = { Principal: { AWS: [iam('root'), iam('user/eve'), iam('user/mal')] } };
    expect(unknownPrincipal(policy(known, listed), isKnown)).toBe(iam('user/eve'));
    const excepted = { Effect: 'Deny', NotPrincipal: { AWS: iam('user/mal') } };
    expect(unknownPrincipal(policy(known, excepted), isKnown)).toBe(iam('user/mal'));
    const service = { Principal: { Service: 'dynamodb.amazonaws.com' } };
    expect(unknownPrincipal(policy(service), isKnown)).toBeUndefined();
  });

  test('may name anybody where nobody is known', () => {
    expect(unknownPrincipal(policy({ Principal: { AWS: iam('user/eve') } }))).toBeUndefined();
  });
});
