import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { operation } from '../../src/api/operation.ts';
import { Refusal } from '../../src/base/errors.ts';
import type { ClientConnection } from '../../src/keys/client-connection.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import { Dispatcher } from '../../src/server/dispatch.ts';
import { inProcessHandler } from '../../src/server/in-process.ts';
import { type Asked, serviceOf } from '../../src/server/service.ts';
import { UnderWay } from '../../src/server/under-way.ts';
import { account, credentials } from './support.ts';

/** Both services have one operation, which notes who called and answers as it is told. */
function connected(answer: () => object | Promise<object> = () => ({ TableNames: ['a'] })) {
  const calls: { caller: Caller; connection: ClientConnection; input: object }[] = [];
  const operationCalled = (name: string) =>
    operation({
      name,
      run: (who: Omit<(typeof calls)[number], 'input'>, input: object) => {
        calls.push({ ...who, input });
        return answer();
      },
    });
  const context = ({ caller, connection }: Asked) => ({ caller, connection });
  const services = [
    serviceOf({ model: 'dynamodb', operations: [operationCalled('ListTables')], context }),
    serviceOf({ model: 'kms', operations: [operationCalled('ListKeys')], context }),
  ];
  const underWay = new UnderWay();
  const dispatcher = new Dispatcher({ services, account, region: 'us-east-1' });
  const requestHandler = inProcessHandler(dispatcher, underWay);
  const settings = {
    region: 'eu-west-1',
    endpoint: 'http://in-process.invalid',
    credentials,
    requestHandler,
  };
  return {
    calls,
    underWay,
    requestHandler,
    tables: new DynamoDBClient(settings),
    keys: new KMSClient(settings),
  };
}

test('clients of both services get their answers, over one connection, in the region they name', async () => {
  const { calls, tables, keys } = connected();
  expect((await tables.send(new ListTablesCommand({ Limit: 3 }))).TableNames).toEqual(['a']);
  await keys.send(new ListKeysCommand({}));
  expect(calls.map(({ caller, input }) => [caller.region, { ...input }])).toEqual([
    ['eu-west-1', { Limit: 3 }],
    ['eu-west-1', {}],
  ]);
  expect(calls[1]?.connection).toBe(calls[0]?.connection);
});

test('a refusal comes as the exception of the client, with its request id', async () => {
  const { tables } = connected(() => {
    throw new Refusal('TableNotFound', {});
  });
  await expect(tables.send(new ListTablesCommand({}))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found',
    $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9A-Z]{52}$/) },
  });
});

test('a client that is destroyed ends its connection; used again it has another', async () => {
  const { calls, tables } = connected();
  await tables.send(new ListTablesCommand({}));
  tables.destroy();
  expect(calls[0]?.connection.closed.aborted).toBe(true);
  await tables.send(new ListTablesCommand({}));
  expect(calls[1]?.connection.id).not.toBe(calls[0]?.connection.id);
  expect(calls[1]?.connection.closed.aborted).toBe(false);
});

test('a request aborted before it is sent is not run', async () => {
  const { calls, tables } = connected();
  const sent = tables.send(new ListTablesCommand({}), { abortSignal: AbortSignal.abort() });
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  expect(calls).toEqual([]);
});

test('a request aborted under way is let go at once, and ends by itself', async () => {
  let end = (_: object) => {};
  const { calls, tables, underWay } = connected(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  const controller = new AbortController();
  const sent = tables.send(new ListTablesCommand({}), { abortSignal: controller.signal });
  await expect.poll(() => calls.length).toBe(1);
  controller.abort(new Error('enough'));
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  let closed = false;
  const closing = underWay.close().then(() => {
    closed = true;
  });
  await Promise.resolve();
  expect(closed).toBe(false);
  end({});
  await closing;
});

test('the handler itself says why it was aborted', async () => {
  const { requestHandler } = connected(() => new Promise(() => {}));
  const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/json' };
  const request = { method: 'POST', path: '/', headers, body: '{}' };
  const controller = new AbortController();
  const handled = requestHandler.handle(request, { abortSignal: controller.signal });
  controller.abort('enough');
  await expect(handled).rejects.toHaveProperty('cause', 'enough');
  const late = requestHandler.handle(request, { abortSignal: { aborted: true } });
  await expect(late).rejects.toHaveProperty('name', 'AbortError');
});

test('an abort that comes too late changes nothing', async () => {
  const { tables } = connected();
  const controller = new AbortController();
  expect(
    (await tables.send(new ListTablesCommand({}), { abortSignal: controller.signal })).TableNames,
  ).toEqual(['a']);
  controller.abort();
});

test('a request after the end is refused at once, and not sent again and again', async () => {
  const { calls, tables, underWay } = connected();
  await underWay.close();
  await expect(tables.send(new ListTablesCommand({}))).rejects.toMatchObject({
    name: 'Outage',
    code: 'Closed',
  });
  expect(calls).toEqual([]);
});

test('a body may be text, bytes or none, headers in any case, and a query is passed on', async () => {
  const { requestHandler } = connected();
  const headers = { 'X-Amz-Target': 'DynamoDB_20120810.ListTables', 'Content-Type': 'application/json' };
  const ask = async (body: unknown, part = {}) =>
    (await requestHandler.handle({ method: 'POST', path: '/', headers, body, ...part })).response.statusCode;
  expect(await ask('{}')).toBe(200);
  expect(await ask(Buffer.from('{}'))).toBe(200);
  expect(await ask(undefined)).toBe(400);
  expect(await ask(null, { method: 'GET', query: { a: ['1', '2'], b: null } })).toBe(200);
  expect(await ask('{}', { path: '/elsewhere' })).toBe(404);
  await expect(ask({ stream: true })).rejects.toThrow('a text or bytes');
});

test('the answer is handed over for keeps', async () => {
  const { requestHandler } = connected();
  const request = { method: 'GET', path: '/', headers: {} };
  const { response } = await requestHandler.handle(request);
  response.body.fill(0);
  response.headers['x-amzn-requestid'] = 'changed';
  const again = (await requestHandler.handle(request)).response;
  expect(Buffer.from(again.body).toString()).toBe('healthy: dynamodb.us-east-1.amazonaws.com ');
  expect(again.headers['x-amzn-requestid']).not.toBe('changed');
});
