import { describe, expect, test } from 'vitest';
import { claimedScope, claimOf } from '../../src/server/authorization.ts';
import { refusalOf } from '../support/refusal.ts';
import { request } from './support.ts';

const credential = 'AKID/20260101/eu-west-1/dynamodb/aws4_request';
const date = '20260101T000000Z';
const full = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;X-Amz-Date, Signature=abc`;
const query =
  `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}` +
  `&X-Amz-Date=${date}&X-Amz-SignedHeaders=host%3Bx-amz-target&X-Amz-Signature=abc`;

describe('what a request says of its signer', () => {
  test('stands in the header', () => {
    const headers = { authorization: full, 'x-amz-date': date, 'x-amz-security-token': 'token' };
    expect(claimOf(request({ headers, path: '/?b=2&a=1' }))).toEqual({
      algorithm: 'AWS4-HMAC-SHA256',
      credential,
      signedHeaders: ['host', 'x-amz-date'],
      signature: 'abc',
      date,
      sessionToken: 'token',
      query: [
        ['b', '2'],
        ['a', '1'],
      ],
    });
  });

  test('or in the query, without which the signature was made', () => {
    const claim = claimOf(request({ path: `/?${query}&a=1` }));
    expect(claim).toMatchObject({
      credential,
      signedHeaders: ['host', 'x-amz-target'],
      signature: 'abc',
      date,
    });
    expect(claim.sessionToken).toBeUndefined();
    expect(claim.query.map(([name]) => name)).toEqual([
      'X-Amz-Algorithm',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-SignedHeaders',
      'a',
    ]);
  });

  test('commas, blanks and the plain Date header do as well', () => {
    const headers = { authorization: full.replaceAll(', ', ','), date };
    expect(claimOf(request({ headers }))).toMatchObject({ credential, signature: 'abc', date });
  });

  test('of two parameters with one name the first counts', () => {
    const headers = { authorization: `${full}, Signature=def`, 'x-amz-date': date };
    expect(claimOf(request({ headers })).signature).toBe('abc');
  });
});

const without = (name: string) => full.replace(new RegExp(`${name}=[^,]*(, )?`), '');
const requires = (...names: string[]) =>
  names.map((name) => `Authorization header requires '${name}' parameter. `).join('');
const needsDate = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
const noToken = 'MissingAuthenticationToken: Request is missing Authentication Token';

describe('a request is refused', () => {
  test.each([
    ['without any signature (B7)', {}, '/', noToken],
    ['with an empty header', { authorization: '' }, '/', noToken],
    ['with AWS4 alone (B8)', { authorization: 'AWS4' }, '/', noToken],
    ['with a password (B8)', { authorization: 'Basic YTpi' }, '/', noToken],
    [
      'with no part at all (B9)',
      { authorization: 'AWS4-' },
      '/',
      `IncompleteSignature: ${requires('Credential', 'Signature', 'SignedHeaders')}${needsDate}Authorization=AWS4-`,
    ],
    ...['Credential', 'Signature', 'SignedHeaders'].map(
      (name): [string, Record<string, string>, string, string] => [
        `without ${name} (B10)`,
        { authorization: without(name), 'x-amz-date': date },
        '/',
        `IncompleteSignature: ${requires(name)}Authorization=${without(name)}`,
      ],
    ),
    [
      'without a date',
      { authorization: full },
      '/',
      `IncompleteSignature: ${needsDate}Authorization=${full}`,
    ],
    [
      'with a signature in the header and one in the query (B11)',
      { authorization: full, 'x-amz-date': date },
      `/?${query}`,
      "InvalidSignature: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    ],
    [
      'with parts missing in the query (B12)',
      {},
      '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=',
      'IncompleteSignature: ' +
        ['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date']
          .map((name) => `AWS query-string parameters must include '${name}'. `)
          .join('') +
        'Re-examine the query-string parameters.',
    ],
  ])('%s', async (_, headers, path, refusal) => {
    expect(await refusalOf(() => claimOf(request({ headers, path })))).toBe(refusal);
  });

  test('with 15 KB of one part again and again, in no time (B13)', async () => {
    const authorization = `AWS4-HMAC-SHA256 ${'Credential='.repeat(1_400)}`;
    const startMs = performance.now();
    expect(await refusalOf(() => claimOf(request({ headers: { authorization } })))).toMatch(
      /^IncompleteSignature/,
    );
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});

test.each([
  ['the header', { authorization: full }, '/', 'eu-west-1'],
  ['the query', {}, `/?${query}`, 'eu-west-1'],
  ['neither', {}, '/', undefined],
  ['a header of another kind', { authorization: 'Bearer abc' }, '/', undefined],
])('the region a caller claims comes from %s', (_, headers, path, region) => {
  expect(claimedScope(request({ headers, path })).region).toBe(region);
});
