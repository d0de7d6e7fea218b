import { describe, expect, test } from 'vitest';
import {
  callerFacts,
  contextFacts,
  keyFacts,
  principalIn,
  regionalName,
  sourceIn,
  tagFacts,
} from '../../../src/kms/embedded/key-facts.ts';
import type { Caller } from '../../../src/kms/key-service.ts';
import { boundCaller } from '../../support/bound-caller.ts';
import { account, openKms, region, tableService, user } from '../../support/embedded-kms.ts';

const service: Caller = { ...tableService, arn: 'dynamodb.amazonaws.com', sourceArn: 'arn:x' };
const factsOf = (caller: Caller) => callerFacts(caller, 0);

describe('what is known of a caller', () => {
  test('is a person, also where a service works for them, and a service where it works for itself', () => {
    const kinds = [user, tableService, service].map((caller) => principalIn(caller).kind);
    expect(kinds).toEqual(['user', 'user', 'service']);
    expect(regionalName(tableService)).toBe(`dynamodb.${region}.amazonaws.com`);
    expect(regionalName(user)).toBeUndefined();
  });

  test('names the service that came between, and then not the address', () => {
    const ada = boundCaller(`arn:aws:iam::${account}:user/alice`, []);
    const identity = ada.identity;
    if (identity === undefined) throw new Error('she has an identity');
    const facts = new Map([...identity.facts, ['aws:sourceip', ['10.0.0.1']]]);
    const direct = { ...ada, identity: { ...identity, facts } };
    const through = { ...direct, service: 'dynamodb.amazonaws.com' };
    const seen = [direct, through].map((caller) => {
      const known = factsOf(caller);
      return [
        known.get('kms:viaservice'),
        known.get('aws:viaawsservice'),
        known.get('aws:calledvia'),
        known.get('aws:sourceip'),
      ];
    });
    expect(seen).toEqual([
      [undefined, ['false'], undefined, ['10.0.0.1']],
      [[`dynamodb.${region}.amazonaws.com`], ['true'], ['dynamodb.amazonaws.com'], undefined],
    ]);
  });

  test('is of his own account, also where a service works for him with tables of another one (R-DEP-1)', () => {
    const ada = { ...boundCaller('arn:aws:iam::444455556666:user/ada', []), account };
    const through = { ...ada, service: 'dynamodb.amazonaws.com' };
    expect(factsOf(through).get('kms:calleraccount')).toEqual(['444455556666']);
    expect(factsOf(service).get('kms:calleraccount')).toEqual([account]);
  });

  test('has a source only where the right is the service’s own', () => {
    expect([sourceIn(service), sourceIn({ ...tableService, sourceArn: 'arn:x' })]).toEqual([
      'arn:x',
      undefined,
    ]);
    expect(factsOf(service).get('aws:sourcearn')).toEqual(['arn:x']);
    expect(factsOf(service).get('kms:viaservice')).toBeUndefined();
    expect(factsOf(user).has('aws:sourceaccount')).toBe(false);
    expect(factsOf(user).get('kms:calleraccount')).toEqual([account]);
  });
});

test('of a key, its kind, its tags and its aliases are known', async () => {
  const { kms } = await openKms();
  const key = await kms.keys.create(user, { multiRegion: true, tags: [{ key: 'Team', value: 'red' }] });
  const facts = keyFacts(key, ['alias/books']);
  const names = [
    'kms:keyspec',
    'kms:multiregion',
    'kms:multiregionkeytype',
    'kms:resourcealiases',
    'aws:resourcetag/team',
  ];
  expect(names.map((name) => facts.get(name)?.[0])).toEqual([
    'SYMMETRIC_DEFAULT',
    'true',
    'PRIMARY',
    'alias/books',
    'red',
  ]);
});

test('of a context, each pair is known by a name in any case, and all names as they are', () => {
  const facts = contextFacts(
    new Map([
      ['Table', 'Books'],
      ['TABLE', 'Films'],
    ]),
  );
  expect(facts.get('kms:encryptioncontext:table')).toEqual(['Books', 'Films']);
  expect(facts.get('kms:encryptioncontextkeys')).toEqual(['Table', 'TABLE']);
});

test('of tags that are asked for, keys and values are known', () => {
  const facts = tagFacts([{ key: 'Team', value: 'red' }, { key: 'Old' }]);
  expect([...facts]).toEqual([
    ['aws:tagkeys', ['Team', 'Old']],
    ['aws:requesttag/team', ['red']],
  ]);
});
