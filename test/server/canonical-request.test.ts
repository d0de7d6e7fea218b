import { expect, test } from 'vitest';
import type { Claim } from '../../src/server/authorization.ts';
import {
  canonicalRequest,
  sha256,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../src/server/canonical-request.ts';
import { request } from './support.ts';

const claim: Claim = {
  algorithm: 'AWS4-HMAC-SHA256',
  credential: '',
  signedHeaders: ['host', 'x-amz-date', 'x-amz-target', 'host'],
  signature: '',
  date: '20260101T000000Z',
  sessionToken: undefined,
  query: [
    ['b', "it's (a) *!"],
    ['a', '1'],
    ['é', '~/='],
  ],
};

test('a request is written with its signed headers in order, each once, blanks collapsed, and its query escaped', () => {
  const headers = {
    host: ' localhost:8000 ',
    'x-amz-date': '20260101T000000Z',
    'x-amz-target': 'A  b\t c',
    other: 'x',
  };
  expect(canonicalRequest(request({ headers }), claim, 'hash').split('\n')).toEqual([
    'POST',
    '/',
    '%C3%A9=~%2F%3D&a=1&b=it%27s%20%28a%29%20%2A%21',
    'host:localhost:8000',
    'x-amz-date:20260101T000000Z',
    'x-amz-target:A b c',
    '',
    'host;x-amz-date;x-amz-target',
    'hash',
  ]);
});

test('a signed header that did not come counts as empty', () => {
  const { signedHeaders: _, ...rest } = claim;
  const text = canonicalRequest(request(), { ...rest, signedHeaders: ['constructor', 'host'] }, 'hash');
  expect(text).toContain('\nconstructor:\nhost:localhost:8000\n');
});

// The worked example of AWS's documentation for IAM ListUsers, whose values it prints at each step.
test("AWS's own worked example comes out", () => {
  const scope = { day: '20150830', region: 'us-east-1', service: 'iam' };
  const key = signingKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', scope);
  expect(Buffer.from(key).toString('hex')).toBe(
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
  const canonical = [
    'GET',
    '/',
    'Action=ListUsers&Version=2010-05-08',
    'content-type:application/x-www-form-urlencoded; charset=utf-8',
    'host:iam.amazonaws.com',
    'x-amz-date:20150830T123600Z',
    '',
    'content-type;host;x-amz-date',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ].join('\n');
  expect(sha256(canonical)).toBe('f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59');
  const text = stringToSign('20150830T123600Z', scope, canonical);
  expect(signatureOf(key, text)).toBe('5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7');
});
