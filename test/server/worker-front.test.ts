import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { openConnection } from '../../src/server/connection.ts';
import { Dispatcher } from '../../src/server/dispatch.ts';
import { serviceOf } from '../../src/server/service.ts';
import { WorkerFront, type WorkerFrontOptions } from '../../src/server/worker-front.ts';
import { type Head, message } from '../../src/server/worker-message.ts';
import { account, request } from './support.ts';

const rules = { account, region: 'us-east-1' };

/** A worker that can tell nothing but the limits of the account, and those to whom it says so. */
function front({ fails = false, ...more }: Partial<WorkerFrontOptions> & { readonly fails?: boolean } = {}) {
  const said: Head[] = [];
  const run = () => {
    if (fails) throw new Refusal('TableNotFound', {});
    return { from: 'worker' };
  };
  const dynamodb = serviceOf({
    model: 'dynamodb',
    operations: [{ name: 'DescribeLimits', run }],
    context: () => ({}),
  });
  const kms = serviceOf({ model: 'kms', operations: [], context: () => ({}) });
  const dispatcher = new Dispatcher({ services: [dynamodb, kms], ...rules });
  const worker = new WorkerFront({
    channel: {
      async ask({ head }) {
        said.push(head);
        return message({ kind: 'answer', status: 400, headers: { from: 'primary' } }, Buffer.from('{}'));
      },
      tell: ({ head }) => said.push(head),
    },
    reads: dispatcher,
    rules: dispatcher,
    trustsEveryCaller: true,
    ownTargets: new Set(['DynamoDB_20120810.DescribeLimits']),
    ...more,
  });
  return { worker, said };
}

function ask(operation: string, connection = openConnection()) {
  const { headers, ...rest } = request({ body: Buffer.from('{}'), connection: connection.connection });
  const target = { 'x-amz-target': `DynamoDB_20120810.${operation}` };
  return {
    ...rest,
    method: 'POST',
    path: '/',
    headers: { ...headers, 'content-type': 'application/x-amz-json-1.0', ...target },
  };
}

describe('a request to a worker', () => {
  test('that it can answer is answered by it, and nobody hears more than where it comes from', async () => {
    const { worker, said } = front();
    const connection = openConnection('192.0.2.7');
    const answer = await worker.dispatch(ask('DescribeLimits', connection));
    expect(answer.status).toBe(200);
    expect(Buffer.from(answer.body).toString()).toBe('{"from":"worker"}');
    expect(said).toEqual([{ kind: 'come', connection: connection.connection.id, address: '192.0.2.7' }]);
  });

  const passedOn: Readonly<Record<string, readonly [WorkerFront, Head[], string]>> = Object.fromEntries(
    Object.entries({
      'of another operation': [front(), 'PutItem'],
      'that it fails to answer': [front({ fails: true }), 'DescribeLimits'],
      'of callers it does not know': [front({ reads: undefined }), 'DescribeLimits'],
    } as const).map(([what, [{ worker, said }, operation]]) => [what, [worker, said, operation]]),
  );
  for (const [what, [worker, said, operation]] of Object.entries(passedOn)) {
    test(`${what} is passed on, and the answer is the primary's`, async () => {
      const answer = await worker.dispatch(ask(operation));
      expect(answer).toMatchObject({ status: 400, headers: { from: 'primary' } });
      const headers = expect.objectContaining({ 'x-amz-target': `DynamoDB_20120810.${operation}` });
      expect(said).toEqual([
        expect.objectContaining({ kind: 'come' }),
        expect.objectContaining({ kind: 'request', method: 'POST', path: '/', headers }),
      ]);
    });
  }

  test('of one who trusts every caller is passed on once there are callers who have policies', async () => {
    const trusting = front();
    trusting.worker.callersKnown();
    await trusting.worker.dispatch(ask('DescribeLimits'));
    expect(trusting.said.map(({ kind }) => kind)).toEqual(['come', 'request']);
    const asking = front({ trustsEveryCaller: false });
    asking.worker.callersKnown();
    await asking.worker.dispatch(ask('DescribeLimits'));
    expect(asking.said.map(({ kind }) => kind)).toEqual(['come']);
  });
});

describe('the end of a connection', () => {
  test('is told where it went before it was heard of, and nothing was passed on', async () => {
    const { worker, said } = front();
    const connection = openConnection();
    connection.end();
    await worker.dispatch(ask('DescribeLimits', connection));
    expect(said.map(({ kind }) => kind)).toEqual(['come', 'gone']);
  });

  test('is told once, whatever came over it', async () => {
    const { worker, said } = front();
    const connection = openConnection();
    for (const operation of ['DescribeLimits', 'PutItem', 'PutItem']) {
      await worker.dispatch(ask(operation, connection));
    }
    connection.end();
    const { id } = connection.connection;
    expect(said.filter(({ kind }) => kind === 'gone')).toEqual([{ kind: 'gone', connection: id }]);
  });

  test('is told behind a request that was read and came too late', async () => {
    const { worker, said } = front();
    const connection = openConnection();
    connection.end();
    await worker.dispatch(ask('PutItem', connection));
    expect(said.map(({ kind }) => kind)).toEqual(['come', 'request', 'gone']);
  });
});

test('the limits of bodies are those of each service', () => {
  const { worker } = front();
  const bytesMax = (target: string) => worker.bodyBytesMax({ 'x-amz-target': target });
  expect(bytesMax('DynamoDB_20120810.PutItem')).toBe(16 * 1024 * 1024);
  expect(bytesMax('TrentService.Encrypt')).toBe(1024 * 1024);
  expect(worker.tooLarge({}).status).toBeGreaterThanOrEqual(400);
});
