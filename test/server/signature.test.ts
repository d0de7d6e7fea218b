import { describe, expect, test } from 'vitest';
import { listedCallers } from '../../src/server/listed-callers.ts';
import type { ServiceRequest } from '../../src/server/request.ts';
import { SignatureVerifier, skewMsMax, trustEveryCaller } from '../../src/server/signature.ts';
import { refusalOf } from '../support/refusal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { account, credentials, request, type SignedRequest, signed } from './support.ts';

const nowMs = Date.UTC(2026, 0, 1);

function verifier(options: { rejectReplays?: boolean } = {}): SignatureVerifier {
  return new SignatureVerifier({
    callers: listedCallers({ credentials: [credentials], account }),
    clock: new VirtualClock(nowMs),
    ...options,
  });
}

const check = (given: ServiceRequest, service = 'dynamodb') =>
  refusalOf(() => verifier().authenticate(given, service));

const mismatch =
  /^InvalidSignature: The request signature we calculated does not match the signature you provided\./;
const changed = (given: ServiceRequest, headers: Record<string, string>): ServiceRequest => ({
  ...given,
  headers: { ...given.headers, ...headers },
});
const rewritten = (given: ServiceRequest, from: string | RegExp, to: string) =>
  changed(given, { authorization: (given.headers.authorization ?? '').replace(from, to) });
const withSignature = (given: ServiceRequest, change: (signature: string) => string) =>
  changed(given, {
    authorization: (given.headers.authorization ?? '').replace(/[0-9a-f]{64}$/, (signature) =>
      change(signature),
    ),
  });

describe('a signature of the client library of AWS is accepted', () => {
  const wishes: [string, SignedRequest][] = [
    ['as it is', {}],
    ['with a body', { body: JSON.stringify({ TableName: 'Zürich', Limit: 3 }) }],
    ['with a query', { query: { b: "it's (2) *", a: 'x y', c: 'é~' } }],
    ['with blanks in a header', { headers: { 'x-amz-meta': 'two  blanks' } }],
    ['in the query', { presigned: true }],
    ['for another region', { region: 'eu-central-1' }],
    ['five minutes old (B15)', { atMs: nowMs - skewMsMax }],
    ['five minutes ahead (B16)', { atMs: nowMs + skewMsMax }],
  ];
  test.each(wishes)('%s', async (_, wish) => {
    const caller = verifier().authenticate(await signed(wish), 'dynamodb');
    expect(caller).toMatchObject({
      arn: `arn:aws:iam::${account}:root`,
      account,
      region: wish.region ?? 'us-east-1',
      accessKeyId: credentials.accessKeyId,
      identity: { principal: { kind: 'root' }, policies: [] },
    });
  });

  test('and policies may ask whence and when it came', async () => {
    const given = await signed({ headers: { 'user-agent': 'a-client' } });
    const connection = { ...given.connection, address: '192.0.2.7' };
    const { identity } = verifier().authenticate({ ...given, connection }, 'dynamodb');
    const asked = ['aws:sourceip', 'aws:useragent', 'aws:securetransport', 'aws:currenttime', 'aws:userid'];
    expect(asked.map((key) => identity?.facts.get(key))).toEqual([
      ['192.0.2.7'],
      ['a-client'],
      ['false'],
      ['2026-01-01T00:00:00Z'],
      [account],
    ]);
  });

  test('for each service of its own', async () => {
    expect(await check(await signed({ service: 'kms' }), 'kms')).toBe('answered');
  });

  test('and its caller is who the credentials say', () => {
    const arn = `arn:aws:iam::999999999999:user/ada`;
    const named = new SignatureVerifier({
      callers: listedCallers({ credentials: [{ ...credentials, account: '999999999999', arn }], account }),
      clock: new VirtualClock(nowMs),
    });
    return signed().then((given) =>
      expect(named.authenticate(given, 'dynamodb')).toMatchObject({ arn, account: '999999999999' }),
    );
  });

  test('twice, as AWS does, but once where replays are refused (R-SIG-2, B26)', async () => {
    const given = await signed();
    const lax = verifier();
    const strict = verifier({ rejectReplays: true });
    const ask = (by: SignatureVerifier, with_: ServiceRequest) =>
      refusalOf(() => by.authenticate(with_, 'dynamodb'));
    expect([await ask(lax, given), await ask(lax, given)]).toEqual(['answered', 'answered']);
    // A forged one that names the same signature uses nothing up.
    expect(await ask(strict, { ...given, body: Buffer.from('[]') })).toMatch(mismatch);
    expect(await ask(strict, given)).toBe('answered');
    expect(await ask(strict, given)).toBe('InvalidSignature: The request signature was used before.');
  });
});

describe('a signature is refused (R-SIG-1)', () => {
  test.each<[string, (given: ServiceRequest) => ServiceRequest]>([
    [
      'one digit of it changed (B22)',
      (given) => withSignature(given, (text) => `${text.startsWith('0') ? 1 : 0}${text.slice(1)}`),
    ],
    ['it is in capitals (B22)', (given) => withSignature(given, (text) => text.toUpperCase())],
    ['it is shorter (B22)', (given) => withSignature(given, (text) => text.slice(2))],
    ['it is a megabyte long (B22)', (given) => withSignature(given, (text) => text + '0'.repeat(1 << 20))],
    ['it is no hexadecimal', (given) => withSignature(given, () => 'z'.repeat(64))],
    ['the body changed (B23)', (given) => ({ ...given, body: Buffer.from('{ }') })],
    ['the method changed', (given) => ({ ...given, method: 'PUT' })],
    ['the query changed', (given) => ({ ...given, path: '/?a=1' })],
    ['a signed header changed (B24)', (given) => changed(given, { host: 'localhost:8001' })],
    ['a signed header came twice (B25)', (given) => changed(given, { host: 'localhost:8000,evil' })],
    ['the operation changed', (given) => changed(given, { 'x-amz-target': 'DynamoDB_20120810.DeleteTable' })],
    ['the date changed', (given) => changed(given, { 'x-amz-date': '20260101T000001Z' })],
    ['a header left the list', (given) => rewritten(given, 'content-type;', '')],
  ])('when %s', async (_, change) => {
    expect(await check(change(await signed()))).toMatch(mismatch);
  });

  test('when it was made with another secret', async () => {
    expect(await check(await signed({ secret: 'another' }))).toMatch(mismatch);
  });

  test('when the told hash of the body is not that of the body (B23)', async () => {
    const given = await signed({ headers: { 'x-amz-content-sha256': '0'.repeat(64) } });
    expect(await check(given)).toMatch(mismatch);
  });

  test('and its answer shows what was to be signed, never a secret (R-LOG-1)', async () => {
    const refusal = await check(await signed({ secret: 'another-secret' }));
    expect(refusal).toContain("The Canonical String for this request should have been\n'POST\n/\n\n");
    expect(refusal).toContain("The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260101T000000Z\n");
    expect(refusal).not.toContain('another-secret');
    expect(refusal).not.toContain(credentials.secretAccessKey);
  });

  test('when an unsigned header came beside, it is not (B24)', async () => {
    expect(await check(changed(await signed(), { 'x-other': 'unsigned' }))).toBe('answered');
  });
});

describe('a date is refused', () => {
  const expired =
    'InvalidSignature: Signature expired: 20251231T235459Z is now earlier than 20251231T234500Z (20260101T000000Z - 15 min.)';
  const early =
    'InvalidSignature: Signature not yet current: 20260101T000501Z is still later than 20260101T001500Z (20260101T000000Z + 15 min.)';
  test.each([
    ['a second over five minutes ago (B15)', nowMs - skewMsMax - 1_000, expired],
    ['a second over five minutes ahead (B16)', nowMs + skewMsMax + 1_000, early],
  ])('%s', async (_, atMs, refusal) => {
    expect(await check(await signed({ atMs }))).toBe(refusal);
  });

  test.each([
    '201',
    '2026-01-01T00:00:00Z',
    '20260230T000000Z',
    '99990101T000000Z',
    '20260101T240000Z',
    'now',
  ])('that is written %s (B14)', async (date) => {
    expect(await check(changed(await signed(), { 'x-amz-date': date }))).toBe(
      `IncompleteSignature: Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  });
});

describe('what a signature covers, and is good for', () => {
  test.each([
    [
      'Host is not signed (B17)',
      'host;',
      '',
      "InvalidSignature: 'Host' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'the operation is not signed',
      ';x-amz-target',
      '',
      "InvalidSignature: 'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'the algorithm is another (B18)',
      'AWS4-HMAC-SHA256',
      'AWS4-HMAC-SHA1',
      "IncompleteSignature: Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). ",
    ],
    [
      'the credential has four parts (B19)',
      '/aws4_request',
      '',
      'IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
        "got 'AKIDEXAMPLE/20260101/us-east-1/dynamodb'",
    ],
    [
      'the credential has six parts (B19)',
      '/dynamodb/',
      '/dynamodb/more/',
      'IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
        "got 'AKIDEXAMPLE/20260101/us-east-1/dynamodb/more/aws4_request'",
    ],
    [
      'everything of the scope is wrong (B20)',
      '20260101/us-east-1/dynamodb/aws4_request',
      '20260102/US EAST/s3/aws3'.replace(' ', '_'),
      "InvalidSignature: Credential should be scoped to a valid region, not 'US_EAST'. " +
        "Credential should be scoped to correct service: 'dynamodb'. " +
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3'. " +
        'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        "'20260102' != '20260101', from '20260101T000000Z'.",
    ],
    [
      'nobody has this key id (B21)',
      'AKIDEXAMPLE',
      'AKIDOTHER',
      'UnrecognizedClient: The security token included in the request is invalid.',
    ],
    [
      'a prototype has this key id',
      'AKIDEXAMPLE',
      'constructor',
      'UnrecognizedClient: The security token included in the request is invalid.',
    ],
  ])('%s: refused', async (_, from, to, refusal) => {
    expect(await check(rewritten(await signed(), from, to))).toBe(refusal);
  });

  test('a session token with lasting credentials is made up: refused (B21)', async () => {
    const given = changed(await signed(), { 'x-amz-security-token': 'token' });
    expect(await check(given)).toBe(
      'UnrecognizedClient: The security token included in the request is invalid.',
    );
  });

  test('one of a table is none of a key: refused (B27)', async () => {
    expect(await check(await signed(), 'kms')).toBe(
      "InvalidSignature: Credential should be scoped to correct service: 'kms'. ",
    );
  });
});

describe('where every caller is trusted', () => {
  const trust = trustEveryCaller({ account, region: 'us-east-1' });
  test.each([
    [
      'the region of its signature, unproven',
      'Credential=x/20260101/eu-west-1/dynamodb/aws4_request',
      'eu-west-1',
    ],
    ['the usual region without one', '', 'us-east-1'],
    ['the usual region for one that is none', 'Credential=x/20260101/../dynamodb/aws4_request', 'us-east-1'],
  ])('a caller is in %s', (_, authorization, region) => {
    const given = request({ headers: { authorization: `AWS4-HMAC-SHA256 ${authorization}` } });
    expect(trust(given, 'dynamodb')).toEqual({ arn: `arn:aws:iam::${account}:root`, account, region });
  });

  test('but one that is known has to sign', async () => {
    const { authenticate } = verifier();
    const isKnown = ({ accessKeyId }: { accessKeyId: string }) => accessKeyId === credentials.accessKeyId;
    const knowing = trustEveryCaller({ account, region: 'us-east-1', known: { authenticate, isKnown } });
    const ask = (given: ServiceRequest) => refusalOf(() => knowing(given, 'dynamodb'));
    expect(await ask(await signed())).toBe('answered');
    expect(await ask(await signed({ secret: 'guessed' }))).toMatch(mismatch);
    expect(await ask(rewritten(await signed({ secret: 'guessed' }), 'AKIDEXAMPLE', 'AKIDOTHER'))).toBe(
      'answered',
    );
  });
});
