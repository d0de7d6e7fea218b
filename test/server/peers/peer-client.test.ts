import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerMsMax, PeerClient } from '../../../src/server/peers/peer-client.ts';
import { answerBytesMax, encodeFramed } from '../../../src/server/peers/peer-message.ts';
import { secureContextOf } from '../../../src/server/peers/peer-options.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { asked, askingOptions, authority, names } from './support.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let answer: Answer;
let client: PeerClient;
const clock = new VirtualClock();

beforeEach(async () => {
  server = createServer({
    cert: asked.certificate,
    key: asked.key,
    ca: authority.certificate,
    requestCert: true,
  });
  server.on('request', (request, response) => answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = new PeerClient({
    place: { url: `https://127.0.0.1:${port}`, name: names.asked },
    secureContext: secureContextOf(askingOptions(port)),
    clock,
  });
});
afterEach(() => {
  client.close();
  server.close();
  server.closeAllConnections();
});

const ask = () => client.ask('pull', Uint8Array.of(1), (bytes) => [...bytes]);

test('the answer is read, and the connection used again', async () => {
  const sockets = new Set<unknown>();
  answer = (request, response) => {
    sockets.add(request.socket);
    expect([request.method, request.url]).toEqual(['POST', '/pull']);
    response.end(Uint8Array.of(7, 8));
  };
  expect(await ask()).toEqual([7, 8]);
  expect(await ask()).toEqual([7, 8]);
  expect(sockets.size).toBe(1);
});

describe('an answer that cannot be right:', () => {
  const cases: readonly (readonly [string, Answer, string])[] = [
    ['one without end', (_, response) => response.end(new Uint8Array(answerBytesMax + 1)), 'PeerWrong'],
    [
      'one that is said to have no end',
      (_, response) => response.writeHead(200, { 'content-length': 2 ** 40 }).flushHeaders(),
      'PeerWrong',
    ],
    ['a refusal that is none', (_, response) => response.writeHead(422).end('{}'), 'PeerWrong'],
    [
      'a way to somewhere else (R-SSRF-1)',
      (_, response) => response.writeHead(307, { location: 'https://127.0.0.1:1/pull' }).end(),
      'PeerWrong',
    ],
    ['a status of nothing', (_, response) => response.writeHead(204).end(), 'PeerWrong'],
    ['one of another version', (_, response) => response.writeHead(404).end(), 'PeerWrong'],
    ['none now', (_, response) => response.writeHead(503).end(), 'PeerUnavailable'],
    [
      'one that ends in the middle',
      (_, response) => {
        response.writeHead(200, { 'content-length': 10 });
        response.write('abc', () => response.socket?.destroy());
      },
      'PeerUnavailable',
    ],
    ['an end without an answer', (request) => request.socket.destroy(), 'PeerUnavailable'],
  ];
  for (const [title, wrong, code] of cases) {
    test(`${title} is ${code}, and the next one is read`, async () => {
      answer = wrong;
      await expect(ask()).rejects.toMatchObject({ name: 'Outage', code });
      answer = (_, response) => response.end(Uint8Array.of(9));
      expect(await ask()).toEqual([9]);
    });
  }
});

test('a refusal is thrown as the peer said it', async () => {
  answer = (_, response) =>
    response.writeHead(422).end(encodeFramed({ code: 'TableInUse', message: 'Table already exists: notes' }));
  await expect(ask()).rejects.toMatchObject({ name: 'Refusal', code: 'TableInUse' });
});

test('a peer that hangs is waited for no longer than it may', async () => {
  const came = new Promise<void>((resolve) => {
    answer = () => resolve();
  });
  const asking = ask().catch((fault: unknown) => fault);
  await came;
  clock.advance(answerMsMax - 1);
  clock.advance(1);
  expect(await asking).toMatchObject({ code: 'PeerUnavailable' });
});

test('a peer that sends its answer for ever is waited for no longer either', async () => {
  const came = new Promise<void>((resolve) => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('a', () => resolve());
    };
  });
  const asking = ask().catch((fault: unknown) => fault);
  await came;
  clock.advance(answerMsMax);
  expect(await asking).toMatchObject({ code: 'PeerUnavailable' });
});

test('whoever waits when it is closed is told so, and whoever asks later', async () => {
  const came = new Promise<void>((resolve) => {
    answer = () => resolve();
  });
  const asking = ask().catch((fault: unknown) => fault);
  await came;
  client.close();
  expect(await asking).toMatchObject({ code: 'Closed' });
  await expect(ask()).rejects.toMatchObject({ code: 'Closed' });
});

test('a process that is not there does not answer', async () => {
  server.close();
  await once(server, 'close');
  await expect(ask()).rejects.toMatchObject({ code: 'PeerUnavailable' });
});
