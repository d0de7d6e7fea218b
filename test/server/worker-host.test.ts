import { afterEach, describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import type { ClientConnection } from '../../src/keys/client-connection.ts';
import type { Caller, DataKey, KeyListener, KeyService } from '../../src/kms/key-service.ts';
import { relayedKeyService } from '../../src/kms/relayed.ts';
import type { ServiceRequest } from '../../src/server/request.ts';
import { WorkerChannel } from '../../src/server/worker-channel.ts';
import { WorkerHost } from '../../src/server/worker-host.ts';
import { answerOf, type Head, type Message, message } from '../../src/server/worker-message.ts';
import { duplexPair } from '../support/duplex-pair.ts';

const core = createFallbackCore();
const settings = {
  dir: 'data',
  storeId: '',
  account: '000000000000',
  region: 'us-east-1',
  requireNative: false,
  host: '127.0.0.1',
  trustsEveryCaller: true,
  credentials: [],
};
const caller = { arn: 'arn:aws:iam::000000000000:root', account: '000000000000', region: 'us-east-1' };

/** What a host heard and did, in order. */
let steps: string[] = [];
let listeners: KeyListener[] = [];
let asked: (readonly [caller: Caller, context: readonly unknown[]])[] = [];
let requests: ServiceRequest[] = [];
let told: Head[] = [];
let begun: Message | undefined;
let decrypt: () => Promise<DataKey>;

afterEach(() => {
  [steps, listeners, asked, requests, told] = [[], [], [], [], []];
});

const service = {
  async decryptDataKey(from, _, context) {
    asked.push([from, [...context]]);
    return decrypt();
  },
  onKeyChange(listener) {
    listeners.push(listener);
    return () => {
      listeners = listeners.filter((other) => other !== listener);
    };
  },
} as Partial<KeyService> as KeyService;

function start() {
  const [one, other] = duplexPair();
  const worker = new WorkerChannel(other, {
    async asked(question) {
      if (question.head.kind === 'begin') {
        begun = message(question.head, Buffer.from(question.bytes));
        return message({ kind: 'done' });
      }
      steps.push('closing');
      return message({ kind: 'done' });
    },
    told: ({ head }) => told.push(head),
    gone: () => steps.push('gone'),
  });
  const host = new WorkerHost({
    stream: one,
    settings,
    dispatcher: {
      async dispatch(request) {
        steps.push('dispatched');
        requests.push(request);
        return { status: 200, headers: { 'x-test': 'yes' }, body: Buffer.from('answer') };
      },
    },
    service,
    core,
    log: silentLog,
    settled: async () => {
      steps.push('settled');
    },
  });
  return { host, worker };
}

const request = (operation: string, connection = 1): Head => ({
  kind: 'request',
  connection,
  method: 'POST',
  path: '/',
  headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
});
const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const connectionOf = (index: number): ClientConnection | undefined => requests[index]?.connection;

describe('a worker that is hosted', () => {
  test('begins with its settings and a secret of its own', async () => {
    const { host } = start();
    await host.ready;
    expect(begun?.head).toEqual({ kind: 'begin', ...settings });
    const secret = Buffer.from(begun?.bytes ?? []).toString('hex');
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    await start().host.ready;
    expect(Buffer.from(begun?.bytes ?? []).toString('hex')).not.toBe(secret);
  });

  test('has what it passes on answered as it came, over a connection of its own', async () => {
    const { worker } = start();
    worker.tell(message({ kind: 'come', connection: 1, address: '192.0.2.7' }));
    const answer = await worker.ask(message(request('PutItem'), Buffer.from('body')));
    expect(answerOf(answer, 'answer').head).toMatchObject({ status: 200, headers: { 'x-test': 'yes' } });
    expect(Buffer.from(answer.bytes).toString()).toBe('answer');
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/', connection: { address: '192.0.2.7' } });
    expect(Buffer.from(requests[0]?.body ?? []).toString()).toBe('body');
    await worker.ask(message(request('PutItem', 2)));
    await worker.ask(message(request('PutItem', 1)));
    expect(connectionOf(0)).toBe(connectionOf(2));
    expect(connectionOf(0)).not.toBe(connectionOf(1));
    worker.tell(message({ kind: 'gone', connection: 1 }));
    await nextTurn();
    expect([0, 1].map((index) => connectionOf(index)?.closed.aborted)).toEqual([true, false]);
  });

  for (const [operation, expected] of [
    ['ExecuteStatement', ['settled', 'dispatched']],
    ['BatchExecuteStatement', ['settled', 'dispatched']],
    ['GetItem', ['settled', 'dispatched']],
    ['PutItem', ['dispatched']],
    ['TransactGetItems', ['dispatched']],
    ['DescribeTable', ['dispatched']],
  ] as const) {
    test(`${operation}: ${expected.join(', ')}`, async () => {
      await start().worker.ask(message(request(operation)));
      expect(steps).toEqual(expected);
    });
  }

  test('gets keys sealed, asked for as it said, over a connection as this process counts them', async () => {
    const { worker, host } = start();
    await host.ready;
    const key = core.generateKey();
    decrypt = async () => ({ key, ciphertext: new Uint8Array(), keyArn: 'arn' });
    const head: Head = { kind: 'decrypt', caller: { ...caller, connection: 1 }, context: [['a', 'b']] };
    worker.tell(message({ kind: 'come', connection: 1, address: '192.0.2.7' }));
    const answer = answerOf(await worker.ask(message(head, Uint8Array.of(1))), 'key');
    await worker.ask(message(request('PutItem')));
    // A key that was asked for first has not made the connection one from nowhere.
    expect(connectionOf(0)?.address).toBe('192.0.2.7');
    expect(asked).toEqual([[{ ...caller, connection: connectionOf(0)?.id }, [['a', 'b']]]]);
    const wayKey = { core, key: core.importKey(Uint8Array.from(begun?.bytes ?? [])) };
    const relay = {
      decrypt: async () => ({ sealed: answer.bytes, keyArn: 'arn' }),
      onKeyChange: () => () => {},
    };
    const opened = await relayedKeyService(wayKey, relay).decryptDataKey(caller, new Uint8Array(), new Map());
    expect(opened.key.destroyed).toBe(false);
    expect(key.destroyed).toBe(true);
  });

  for (const [fault, expected] of [
    [new Refusal('KeyDisabled', { keyArn: 'arn' }), { name: 'Refusal', code: 'KeyDisabled' }],
    [new Outage('KeyServiceUnavailable'), { name: 'Outage', code: 'KeyServiceUnavailable' }],
  ] as const) {
    test(`hears of ${fault.code}`, async () => {
      decrypt = () => Promise.reject(fault);
      const answer = await start().worker.ask(message({ kind: 'decrypt', caller, context: [] }));
      expect(() => answerOf(answer, 'key')).toThrow(expect.objectContaining(expected));
    });
  }

  test('hears of keys that change and of callers that are known, until it is gone', async () => {
    const { host, worker } = start();
    for (const listener of listeners) listener('arn', 'rights');
    host.callersKnown();
    await nextTurn();
    expect(told).toEqual([
      { kind: 'key changed', keyArn: 'arn', change: 'rights' },
      { kind: 'callers known' },
    ]);
    await worker.ask(message(request('PutItem')));
    worker.close();
    await expect.poll(() => listeners).toEqual([]);
    expect(connectionOf(0)?.closed.aborted).toBe(true);
    host.callersKnown();
  });

  test('is told to close, and the line ends once it has; one that is gone is closed already', async () => {
    const { host } = start();
    await host.close();
    await expect.poll(() => steps).toEqual(['closing', 'gone']);
    await host.close();
    expect(steps).toEqual(['closing', 'gone']);
  });

  test('that ends before it is ready never is', async () => {
    const [one] = duplexPair();
    const host = new WorkerHost({
      stream: one,
      settings,
      dispatcher: { dispatch: () => Promise.reject(new Error('never')) },
      service,
      core,
      log: silentLog,
      settled: () => Promise.resolve(),
    });
    one.destroy();
    await expect(host.ready).rejects.toMatchObject({ code: 'Closed' });
  });
});
