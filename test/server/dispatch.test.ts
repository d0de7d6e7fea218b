import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { noOutput, operation } from '../../src/api/operation.ts';
import { IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import { Dispatcher, strangersBodyBytesMax } from '../../src/server/dispatch.ts';
import type { ServiceRequest } from '../../src/server/request.ts';
import { serviceOf } from '../../src/server/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import {
  account,
  credentials,
  jsonOf,
  logLines,
  request,
  signed,
  smallDispatcher,
  textOf,
} from './support.ts';

const kmsHeaders = { 'x-amz-target': 'TrentService.ListKeys', 'content-type': 'application/x-amz-json-1.1' };
const unknownPage = '<UnknownOperationException/>\n';
const framework = 'com.amazon.coral.service#';

describe('an operation', () => {
  test('of a table is answered in the form of DynamoDB, its checksum with it', async () => {
    const answer = await smallDispatcher().dispatch(request());
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({ arn: `arn:aws:iam::${account}:root`, account, region: 'us-east-1' });
    expect(answer.headers).toEqual({
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-requestid': expect.stringMatching(/^[0-9A-Z]{52}$/),
      'x-amz-crc32': String(crc32(answer.body)),
    });
  });

  test('of a key is answered in the form of KMS', async () => {
    const answer = await smallDispatcher().dispatch(request({ headers: kmsHeaders }));
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f]{8}-/),
      'cache-control': 'no-cache, no-store, must-revalidate, private',
      expires: '0',
      pragma: 'no-cache',
    });
  });

  test('without output is answered by no byte, as its service answers', async () => {
    const dispatcher = smallDispatcher({}, () => noOutput);
    const answers = [request(), request({ headers: kmsHeaders })].map((asked) => dispatcher.dispatch(asked));
    const [table, key] = await Promise.all(answers);
    expect([table?.status, table?.body.length, table?.headers['x-amz-crc32']]).toEqual([200, 0, '0']);
    expect([key?.status, key?.body.length, key?.headers['content-type']]).toEqual([
      200,
      0,
      'application/x-amz-json-1.1',
    ]);
  });

  test('gets its input checked against its model', async () => {
    const dispatcher = smallDispatcher({}, (_, input) => ({ input }));
    const asked = (body: string) => dispatcher.dispatch(request({ body: Buffer.from(body) }));
    expect(jsonOf(await asked('{"Limit":7,"Unknown":[],"ExclusiveStartTableName":null}'))).toEqual({
      input: { Limit: 7 },
    });
    expect(jsonOf(await asked('{"Limit":0}'))).toMatchObject({
      __type: 'com.amazon.coral.validate#ValidationException',
    });
    expect(jsonOf(await asked('{"__proto__":{"Limit":7}}'))).toEqual({ input: {} });
  });

  test.each(['application/json', 'application/x-amz-json-1.0;charset=x', 'APPLICATION/X-AMZ-JSON-1.0'])(
    'is taken as %s (B2)',
    async (type) => {
      const answer = await smallDispatcher().dispatch(request({ headers: { 'content-type': type } }));
      expect([answer.status, answer.headers['content-type']]).toEqual([
        200,
        type.split(';')[0]?.toLowerCase(),
      ]);
    },
  );
});

describe('what is no operation', () => {
  const cases: [string, Partial<ServiceRequest>, number, string][] = [
    ['GET', { method: 'GET' }, 200, 'healthy: dynamodb.us-east-1.amazonaws.com '],
    ['GET with a query', { method: 'GET', path: '/?x' }, 200, 'healthy: dynamodb.us-east-1.amazonaws.com '],
    ...['HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS', 'BREW'].map(
      (method): [string, Partial<ServiceRequest>, number, string] => [method, { method }, 404, unknownPage],
    ),
    ...['/../../etc/passwd', '//', '/%00', '/x?a=/', ''].map(
      (path): [string, Partial<ServiceRequest>, number, string] => [
        `path ${path}`,
        { path },
        404,
        unknownPage,
      ],
    ),
    ...['text/plain', 'application/jsonasdf', 'application/x-amz-json-1.1', ''].map(
      (type): [string, Partial<ServiceRequest>, number, string] => [
        `a body as "${type}" (B1)`,
        { headers: { 'content-type': type } },
        404,
        unknownPage,
      ],
    ),
  ];
  test.each(cases)('%s', async (_, part, status, text) => {
    const answer = await smallDispatcher().dispatch(request(part));
    expect([answer.status, textOf(answer)]).toEqual([status, text]);
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9A-Z]{52}$/);
    expect(answer.headers['x-amz-crc32']).toBe(String(crc32(answer.body)));
  });

  test.each([
    'DynamoDB_20120810.ListTable',
    'DynamoDB_20120810.__proto__',
    'DynamoDB_20120810.constructor',
    'DynamoDB_20120810.',
    'DynamoDB_20120810',
    'TrentService.ListTables',
    'a.b.c',
    'DynamoDB_20120810.ListTables,DynamoDB_20120810.ListTables',
    '',
    `DynamoDB_20120810.${'x'.repeat(10_000)}`,
  ])('the target %.60s is an operation nobody knows (B3, B4, B5)', async (target) => {
    const answer = await smallDispatcher().dispatch(
      request({ headers: { 'x-amz-target': target, 'content-type': 'application/json' } }),
    );
    const prefix = target.startsWith('TrentService') ? '' : framework;
    expect([answer.status, jsonOf(answer)]).toEqual([400, { __type: `${prefix}UnknownOperationException` }]);
  });

  test('without a body or a type it is answered in the simplest type of its service', async () => {
    const typeOf = async (target: string) => {
      const headers = { 'x-amz-target': target, 'content-type': '' };
      return (await smallDispatcher().dispatch(request({ headers, body: Buffer.of() }))).headers[
        'content-type'
      ];
    };
    expect(await typeOf('DynamoDB_20120810.Nope')).toBe('application/json');
    expect(await typeOf('')).toBe('application/json');
    expect(await typeOf('TrentService.Nope')).toBe('application/x-amz-json-1.1');
  });

  test.each(['hi', '{', '[]', 'null', '{}x', '{"a":1,"a":1}', '\ufeff{}', ''])(
    'the body %s is no JSON object (B6)',
    async (body) => {
      const answer = await smallDispatcher().dispatch(request({ body: Buffer.from(body) }));
      expect([answer.status, jsonOf(answer)]).toEqual([
        400,
        { __type: `${framework}SerializationException` },
      ]);
    },
  );

  test('a packed body is not unpacked', async () => {
    const answer = await smallDispatcher().dispatch(request({ headers: { 'content-encoding': 'gzip' } }));
    expect(jsonOf(answer)).toEqual({ __type: `${framework}SerializationException` });
  });
});

test.each(['', 'com.amazonaws.cloudtrail.v20131101.'])(
  'the trail is asked by its target, with %j before it or without',
  async (before) => {
    const run = () => ({ Events: [] });
    const trail = serviceOf({
      model: 'cloudtrail',
      operations: [operation({ name: 'LookupEvents', run })],
      context: () => ({}),
    });
    const dispatcher = new Dispatcher({ services: [trail], account, region: 'us-east-1' });
    const target = (name: string) => ({
      headers: {
        'x-amz-target': `${before}CloudTrail_20131101.${name}`,
        'content-type': 'application/x-amz-json-1.1',
      },
    });
    expect(jsonOf(await dispatcher.dispatch(request(target('LookupEvents'))))).toEqual({ Events: [] });
    expect(jsonOf(await dispatcher.dispatch(request(target('LookUp')))).__type).toMatch(/UnknownOperation/);
  },
);

describe('the order of checks', () => {
  const dispatcher = smallDispatcher({ credentials: [credentials] });
  const typeOf = async (part: Partial<ServiceRequest>) =>
    jsonOf(await dispatcher.dispatch(request(part))).__type;

  test('a body that is no JSON comes before an unknown operation, and that before a missing signature', async () => {
    const unknown = { headers: { 'x-amz-target': 'DynamoDB_20120810.Nothing' } };
    expect(await typeOf({ ...unknown, body: Buffer.from('hi') })).toBe(`${framework}SerializationException`);
    expect(await typeOf(unknown)).toBe(`${framework}UnknownOperationException`);
    expect(await typeOf({})).toBe(`${framework}MissingAuthenticationTokenException`);
    expect(await typeOf({ body: Buffer.from('{"Limit":0}') })).toBe(
      `${framework}MissingAuthenticationTokenException`,
    );
  });

  test('a long body of a stranger is not parsed (R-SIG-3)', async () => {
    const body = (bytes: number) => Buffer.from('['.repeat(bytes));
    expect(await typeOf({ body: body(strangersBodyBytesMax) })).toBe(`${framework}SerializationException`);
    expect(await typeOf({ body: body(strangersBodyBytesMax + 1) })).toBe(
      `${framework}MissingAuthenticationTokenException`,
    );
  });

  test('a long body that is signed is read', async () => {
    const text = JSON.stringify({ Unknown: 'x'.repeat(strangersBodyBytesMax) });
    expect((await dispatcher.dispatch(await signed({ body: text }))).status).toBe(200);
  });
});

describe('where callers have credentials', () => {
  const dispatcher = smallDispatcher({ credentials: [credentials] });

  test('who signs is answered, in the region of the signature', async () => {
    expect(dispatcher.trustsEveryCaller).toBe(false);
    expect(jsonOf(await dispatcher.dispatch(await signed({ region: 'eu-west-1' })))).toMatchObject({
      region: 'eu-west-1',
    });
  });

  test('who signs for tables does not get at keys (B27)', async () => {
    const given = await signed({
      target: 'TrentService.ListKeys',
      headers: { 'content-type': 'application/json' },
    });
    expect(jsonOf(await dispatcher.dispatch(given))).toEqual({
      __type: 'InvalidSignatureException',
      message: "Credential should be scoped to correct service: 'kms'. ",
    });
  });

  test('a signature that was used before is refused on demand (B26)', async () => {
    const strict = smallDispatcher({ credentials: [credentials], rejectReplays: true });
    const given = await signed();
    expect((await strict.dispatch(given)).status).toBe(200);
    expect((await strict.dispatch(given)).status).toBe(400);
  });
});

describe('a fault', () => {
  const answered = async (fault: unknown, headers = {}) => {
    const { log, lines } = logLines();
    const dispatcher = smallDispatcher({ log }, async () => {
      throw fault;
    });
    return { answer: await dispatcher.dispatch(request({ headers })), lines };
  };

  test('of the request has its name and sentence, and is not logged', async () => {
    const { answer, lines } = await answered(new Refusal('TableNotFound', {}));
    expect([answer.status, jsonOf(answer)]).toEqual([
      400,
      {
        __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
        message: 'Requested resource not found',
      },
    ]);
    expect(lines).toEqual([]);
  });

  test.each([
    [
      'of the world',
      new Outage('StoreUnavailable', { cause: new Error('disk is full') }),
      500,
      'InternalServerError',
    ],
    ['of the stored bytes', new IntegrityFault({ tree: 3, page: 17 }), 500, 'InternalServerError'],
    ['of ours', new TypeError('secret detail'), 500, 'InternalServerError'],
    ['that is no error', 'a text', 500, 'InternalServerError'],
  ])('%s tells the caller nothing and the log everything but data', async (_, fault, status, name) => {
    const { answer, lines } = await answered(fault);
    expect([answer.status, jsonOf(answer)]).toEqual([
      status,
      { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'Internal server error' },
    ]);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields).toMatchObject({
      requestId: answer.headers['x-amzn-requestid'],
      operation: 'ListTables',
    });
  });

  test('that passes asks to come again, in the words of each service', async () => {
    const closed = new Outage('Closed');
    expect((await answered(closed)).answer.status).toBe(503);
    expect(jsonOf((await answered(closed, kmsHeaders)).answer)).toMatchObject({
      __type: 'ServiceUnavailableException',
    });
  });

  test('in an answer that cannot be written is ours', async () => {
    const answer = await smallDispatcher({}, () => ({ count: Number.NaN })).dispatch(request());
    expect(answer.status).toBe(500);
  });
});

test('a body may be as long as its service allows, and its refusal has the status for it', () => {
  const dispatcher = smallDispatcher();
  const { headers } = request();
  expect(dispatcher.bodyBytesMax(headers)).toBe(16 * 1024 * 1024);
  expect(dispatcher.bodyBytesMax({})).toBe(16 * 1024 * 1024);
  expect(dispatcher.bodyBytesMax(kmsHeaders)).toBe(1024 * 1024);
  expect(dispatcher.tooLarge(kmsHeaders).status).toBe(413);
});

describe('where every caller is trusted', () => {
  const known = {
    find: (accessKeyId: string) =>
      accessKeyId === credentials.accessKeyId
        ? { ...credentials, account, arn: `arn:aws:iam::${account}:user/ada` }
        : undefined,
  };
  const atMs = Date.UTC(2026, 0, 1);
  const ask = async (options: object, given: ServiceRequest) => {
    const clock = new VirtualClock(atMs);
    const { status, body } = await smallDispatcher({ callers: known, clock, ...options }).dispatch(given);
    return `${status} ${jsonOf({ body }).arn ?? jsonOf({ body }).__type}`;
  };
  const strange = async () => {
    const { headers, ...others } = await signed({ atMs });
    const authorization = headers.authorization?.replace('AKIDEXAMPLE', 'AKIDSTRANGE');
    return { ...others, headers: { ...headers, authorization } };
  };
  const root = `200 arn:aws:iam::${account}:root`;

  test('one who is known has to prove it, and is that one', async () => {
    expect(await ask({}, await signed({ atMs }))).toBe(`200 arn:aws:iam::${account}:user/ada`);
    const guessed = await signed({ atMs, secret: 'guessed' });
    expect(await ask({}, guessed)).toBe(`400 ${framework}InvalidSignatureException`);
    expect(await ask({}, await strange())).toBe(root);
    expect(await ask({}, request())).toBe(root);
  });

  test('a client in this process that brings credentials has to be known', async () => {
    const inProcess = { inProcess: true };
    expect(await ask(inProcess, await signed({ atMs }))).toBe(`200 arn:aws:iam::${account}:user/ada`);
    expect(await ask(inProcess, await strange())).toBe(`400 ${framework}UnrecognizedClientException`);
    const authorization = 'AWS4-HMAC-SHA256 Credential=in-process/19700101/us-east-1/cryptable/aws4_request';
    expect(await ask(inProcess, request({ headers: { authorization } }))).toBe(root);
  });

  test('nobody is, who is not known, where signatures are asked for', async () => {
    const strict = { requireSignatures: true };
    expect(await ask(strict, await signed({ atMs }))).toBe(`200 arn:aws:iam::${account}:user/ada`);
    expect(await ask(strict, await strange())).toBe(`400 ${framework}UnrecognizedClientException`);
    expect(await ask(strict, request())).toBe(`400 ${framework}MissingAuthenticationTokenException`);
  });
});
