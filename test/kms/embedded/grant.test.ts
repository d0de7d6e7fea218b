import { describe, expect, test } from 'vitest';
import {
  allows,
  type ContextPairs,
  type GrantConstraints,
  type GrantRecord,
  hasSameTerms,
  isWithin,
} from '../../../src/kms/embedded/grant.ts';
import { principalIn } from '../../../src/kms/embedded/key-facts.ts';
import { account, region, user } from '../../support/embedded-kms.ts';

const books: ContextPairs = [['aws:dynamodb:tableName', 'Books']];
const booksOfAda: ContextPairs = [...books, ['aws:dynamodb:subscriberId', account]];
const grantOf = (change: Partial<GrantRecord> = {}): GrantRecord => ({
  name: '',
  grantee: { kind: 'arn', name: user.arn },
  operations: ['Decrypt', 'CreateGrant', 'DescribeKey', 'RetireGrant'],
  constraints: {},
  grantId: 'f'.repeat(64),
  keyArn: `arn:aws:kms:${region}:${account}:key/k`,
  issuingAccount: account,
  createdMs: 0,
  ...change,
});

describe('a grant allows', () => {
  const subset = { subset: books };
  const equals = { equals: books };
  const rows: [string, string, GrantConstraints, ContextPairs, boolean][] = [
    ['an operation it names', 'Decrypt', {}, [], true],
    ['no operation it does not name', 'Encrypt', {}, [], false],
    ['a context that has the pairs of its subset', 'Decrypt', subset, booksOfAda, true],
    ['no context with another value', 'Decrypt', subset, [['aws:dynamodb:tableName', 'books']], false],
    [
      'no context with a name of another case',
      'Decrypt',
      subset,
      [['AWS:DynamoDB:TableName', 'Books']],
      false,
    ],
    ['no request without context', 'Decrypt', subset, [], false],
    [
      'the very context it equals, in any order',
      'Decrypt',
      { equals: booksOfAda },
      booksOfAda.toReversed(),
      true,
    ],
    ['no context with one pair more than it equals', 'Decrypt', equals, booksOfAda, false],
    ['no context at all, where it equals none', 'Decrypt', { equals: [] }, books, false],
    ['DescribeKey, which has no context', 'DescribeKey', equals, [], true],
    ['RetireGrant, which has no context', 'RetireGrant', equals, [], true],
    [
      'nothing on behalf of a resource that the caller does not name',
      'Decrypt',
      { sourceArn: 'arn:x' },
      [],
      false,
    ],
    ['retiring, also with a resource', 'RetireGrant', { sourceArn: 'arn:x' }, [], true],
  ];
  for (const [what, action, constraints, pairs, allowed] of rows) {
    test(what, () => {
      const naming = allows(grantOf({ constraints }), principalIn(user), { action, context: new Map(pairs) });
      expect(naming).toBe(allowed ? 'self' : undefined);
    });
  }

  test('nothing to anybody else', () => {
    const eve = { ...user, arn: `arn:aws:iam::${account}:user/eve` };
    const use = { action: 'Decrypt', context: new Map() };
    expect([user, eve].map((caller) => allows(grantOf(), principalIn(caller), use))).toEqual([
      'self',
      undefined,
    ]);
  });

  test('what is done on behalf of the resource it names', () => {
    const grant = grantOf({ constraints: { sourceArn: 'arn:x' } });
    const namings = ['arn:x', 'arn:y'].map((sourceArn) =>
      allows(grant, principalIn(user), { action: 'Decrypt', context: new Map(), sourceArn }),
    );
    expect(namings).toEqual(['self', undefined]);
  });
});

describe('a grant made by right of another (R-DEP-1)', () => {
  const rows: [string, Partial<GrantRecord>, GrantConstraints, boolean][] = [
    ['may name fewer operations', { operations: ['Decrypt'] }, {}, true],
    ['may not name another operation', { operations: ['Decrypt', 'Encrypt'] }, {}, false],
    ['may turn a subset into an equal set', { constraints: { equals: booksOfAda } }, { subset: books }, true],
    ['may widen the pairs of a subset', { constraints: { subset: booksOfAda } }, { subset: books }, true],
    ['may not drop a pair of a subset', { constraints: { subset: books } }, { subset: booksOfAda }, false],
    ['may not drop a subset', {}, { subset: books }, false],
    ['may not turn an equal set into a subset', { constraints: { subset: books } }, { equals: books }, false],
    ['may repeat an equal set', { constraints: { equals: books } }, { equals: books }, true],
    ['may not grow an equal set', { constraints: { equals: booksOfAda } }, { equals: books }, false],
    ['may not drop a source', {}, { sourceArn: 'arn:x' }, false],
    ['may add a source', { constraints: { sourceArn: 'arn:x' } }, {}, true],
  ];
  for (const [what, child, constraints, within] of rows) {
    test(what, () => {
      const terms = { operations: ['Decrypt'] as const, ...child };
      expect(isWithin(grantOf(terms), grantOf({ constraints }))).toBe(within);
    });
  }
});

describe('two requests are for one grant', () => {
  const rows: [string, Partial<GrantRecord>, Partial<GrantRecord>, boolean][] = [
    ['when they say the same', {}, { grantId: 'other', createdMs: 5 }, true],
    ['in any order', { operations: ['Decrypt', 'Encrypt'] }, { operations: ['Encrypt', 'Decrypt'] }, true],
    [
      'with pairs in any order',
      { constraints: { equals: booksOfAda } },
      { constraints: { equals: booksOfAda.toReversed() } },
      true,
    ],
    ['but not by another name', { name: 'a' }, { name: 'b' }, false],
    [
      'but not of other constraints',
      { constraints: { equals: books } },
      { constraints: { subset: books } },
      false,
    ],
    ['but not for another', {}, { grantee: { kind: 'service', name: user.arn } }, false],
    ['but not with a retiring principal', {}, { retiree: { kind: 'arn', name: user.arn } }, false],
  ];
  for (const [what, one, other, same] of rows) {
    test(what, () => expect(hasSameTerms(grantOf(one), grantOf(other))).toBe(same));
  }
});
