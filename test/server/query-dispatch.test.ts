import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { iamOperations } from '../../src/api/iam/index.ts';
import { stsOperations } from '../../src/api/sts/index.ts';
import { Refusal } from '../../src/base/errors.ts';
import type { CallObserver, ObservedCall } from '../../src/server/call-observer.ts';
import { formBytesMax, isForm, QueryDispatcher } from '../../src/server/query-dispatch.ts';
import { type Asked, queryServiceOf } from '../../src/server/service.ts';
import { identities } from '../support/identities.ts';
import { account, logLines, request, textOf } from './support.ts';

const type = 'application/x-www-form-urlencoded';
const caller = { arn: `arn:aws:iam::${account}:root`, account, region: 'us-east-1' };

function dispatcher(observer?: CallObserver) {
  const parts = identities();
  const { directory, callers, sessions, clock } = parts;
  const { log, lines } = logLines();
  const services = [
    queryServiceOf({
      model: 'iam',
      operations: iamOperations,
      context: (asked: Asked) => ({ directory, callers, clock, caller: asked.caller }),
    }),
    queryServiceOf({
      model: 'sts',
      operations: stsOperations,
      context: (asked: Asked) => ({ directory, sessions, clock, caller: asked.caller }),
    }),
  ];
  const signedFor: string[] = [];
  const authenticate = (_: unknown, service: string) => {
    signedFor.push(service);
    return caller;
  };
  return {
    queries: new QueryDispatcher({ services, authenticate, observer, log }),
    signedFor,
    lines,
    ...parts,
  };
}

async function ask(body: string | Uint8Array, made = dispatcher()) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const headers = { 'content-type': type, 'x-amz-target': undefined };
  const answer = await made.queries.dispatch(request({ headers, body: bytes }));
  return { ...answer, xml: new XMLParser().parse(textOf(answer)), text: textOf(answer), ...made };
}

describe('a form', () => {
  test.each([
    [{ 'content-type': type }, true],
    [{ 'content-type': 'Application/X-WWW-form-urlencoded; charset=utf-8' }, true],
    [{ 'content-type': 'application/json' }, false],
    [{ 'content-type': type, 'x-amz-target': 'DynamoDB_20120810.ListTables' }, false],
    [{}, false],
  ])('is told by its headers: %j', (headers, expected) => {
    expect(isForm(headers)).toBe(expected);
  });

  test('is answered in XML by the service whose version it names, signed for that', async () => {
    const { status, headers, xml, signedFor } = await ask('Action=GetCallerIdentity&Version=2011-06-15');
    expect([status, headers['content-type'], signedFor]).toEqual([200, 'text/xml', ['sts']]);
    const { GetCallerIdentityResult, ResponseMetadata } = xml.GetCallerIdentityResponse;
    expect(GetCallerIdentityResult.Arn).toBe(caller.arn);
    expect(ResponseMetadata.RequestId).toBe(headers['x-amzn-requestid']);
    expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    const iam = await ask('Action=ListUsers&Version=2010-05-08');
    expect([iam.status, iam.signedFor]).toEqual([200, ['iam']]);
    expect(iam.text).toContain('<ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">');
    expect(iam.text).toContain('<Users/>');
  });

  test.each([
    ['Action=GetCallerIdentity&Version=2010-05-08', 'GetCallerIdentity for version 2010-05-08'],
    ['Action=Nothing&Version=2011-06-15', 'Nothing for version 2011-06-15'],
    ['Action=constructor&Version=2011-06-15', 'constructor for version 2011-06-15'],
    ['Version=2011-06-15', ' for version 2011-06-15'],
    ['', ' for version'],
  ])('that asks for nothing there is, is refused before its sender: %s', async (body, named) => {
    const { status, xml, signedFor } = await ask(body);
    expect([status, xml.ErrorResponse.Error]).toEqual([
      400,
      { Type: 'Sender', Code: 'InvalidAction', Message: `Could not find operation ${named}` },
    ]);
    expect(signedFor).toEqual([]);
  });

  test('that is no UTF-8 is refused', async () => {
    const { status, xml } = await ask(Uint8Array.of(0x41, 0xff));
    expect([status, xml.ErrorResponse.Error.Code]).toEqual([400, 'MalformedInput']);
  });

  test('is refused in the namespace of its service', async () => {
    const { status, text } = await ask('Action=GetUser&Version=2010-05-08&UserName=nobody');
    expect(status).toBe(404);
    expect(text).toContain('<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">');
    expect(text).toContain('<Message>The user with name nobody cannot be found.</Message>');
  });

  test('that fails by our fault is logged, without what it held', async () => {
    const made = dispatcher();
    made.records.fails = true;
    const body = 'Action=CreateUser&Version=2010-05-08&UserName=mysterious';
    const { status, xml, lines } = await ask(body, made);
    expect([status, xml.ErrorResponse.Error.Type]).toEqual([500, 'Receiver']);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify([xml, lines])).not.toContain('mysterious');
  });

  test('that was too long to read is told so', () => {
    const answer = dispatcher().queries.tooLarge();
    expect([answer.status, textOf(answer)]).toEqual([413, expect.stringContaining('RequestEntityTooLarge')]);
    expect(formBytesMax).toBe(262_144);
  });

  test('whose sender is refused runs nothing', async () => {
    const { directory, callers, clock, sessions: _ } = identities();
    const { log } = logLines();
    const iam = queryServiceOf({
      model: 'iam',
      operations: iamOperations,
      context: ({ caller: asking }: Asked) => ({ directory, callers, clock, caller: asking }),
    });
    const authenticate = () => {
      throw new Refusal('UnrecognizedClient', {});
    };
    const queries = new QueryDispatcher({ services: [iam], authenticate, log });
    const body = Buffer.from('Action=CreateUser&Version=2010-05-08&UserName=x');
    const answer = await queries.dispatch(request({ headers: { 'content-type': type }, body }));
    expect([answer.status, directory.users(account)]).toEqual([403, []]);
  });
});

test('calls can be observed, refused ones too, with their input once it is sound', async () => {
  const seen: (readonly [ObservedCall, object | undefined])[] = [];
  const observer: CallObserver = {
    observes: (model) => model === 'iam',
    async observe(call, run) {
      let input: object | undefined;
      try {
        return await run((checked) => {
          input = checked;
        });
      } finally {
        seen.push([call, input]);
      }
    },
  };
  const made = dispatcher(observer);
  expect((await ask('Action=CreateUser&Version=2010-05-08&UserName=ada', made)).status).toBe(200);
  expect((await ask('Action=CreateUser&Version=2010-05-08&UserName=ada', made)).status).toBe(409);
  expect((await ask('Action=CreateUser&Version=2010-05-08', made)).status).toBe(400);
  expect((await ask('Action=GetCallerIdentity&Version=2011-06-15', made)).status).toBe(200);
  expect(seen.map(([{ model, operation }, input]) => [model, operation, input !== undefined])).toEqual([
    ['iam', 'CreateUser', true],
    ['iam', 'CreateUser', true],
    ['iam', 'CreateUser', false],
  ]);
  expect(seen[0]?.[0]).toMatchObject({ caller, requestId: expect.any(String) });
});
