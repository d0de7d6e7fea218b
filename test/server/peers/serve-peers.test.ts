import { request as httpsRequest } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { seededRandom } from '../../../src/lab/seeded-random.ts';
import { peerContentType, questionBytesMax } from '../../../src/server/peers/peer-message.ts';
import { encodePull } from '../../../src/server/peers/pull-codec.ts';
import { servePeers } from '../../../src/server/peers/serve-peers.ts';
import { type Signed, TestAuthority } from '../../support/certificates.ts';
import {
  asked,
  askedOptions,
  asking,
  authority,
  FakeService,
  LinesLog,
  names,
  openPair,
  type Pair,
  pullRequest,
  signedFor,
} from './support.ts';

let pair: Pair;
beforeEach(async () => {
  pair = await openPair();
});
afterEach(() => pair.close());

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly type?: string;
  readonly body?: Uint8Array;
  readonly length?: number;
}

/** However it ends. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.once('close', () => resolve());
  });
}

const pull = encodePull({ region: 'eu-west-1', request: pullRequest });

/** The status of the answer, or the code of what came in its place. */
function statusOf({
  path = '/pull',
  method = 'POST',
  type = peerContentType,
  body = pull,
  length,
}: Sent): Promise<unknown> {
  return new Promise((resolve) => {
    const request = httpsRequest({
      host: '127.0.0.1',
      port: pair.server.port,
      path,
      method,
      cert: asking.certificate,
      key: asking.key,
      ca: authority.certificate,
      servername: names.asked,
      headers: { 'content-type': type, 'content-length': length ?? body.length },
    });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
      if (length !== undefined) request.destroy();
    });
    request.once('error', (fault: NodeJS.ErrnoException) => resolve(fault.code));
    request.end(body);
  });
}

describe('the door for peers', () => {
  const cases: readonly (readonly [string, Sent, number])[] = [
    ['answers a peer', {}, 200],
    ['knows no other path', { path: '/' }, 404],
    ['knows no other path of DynamoDB either', { path: '/pull/' }, 404],
    ['is not asked by GET', { method: 'GET', body: new Uint8Array(0) }, 404],
    ['reads no other version', { type: 'application/x-cryptable-peer-2' }, 404],
    ['reads what is none of its messages as that', { body: new Uint8Array(10) }, 400],
    ['does not read a body that is said to be too long', { length: questionBytesMax + 1 }, 413],
    ['reads no target in absolute form (R-SSRF-1)', { path: 'https://elsewhere.test/pull' }, 404],
  ];
  for (const [title, sent, status] of cases) {
    test(title, async () => {
      expect(await statusOf(sent)).toBe(status);
      expect(pair.service.pulls).toHaveLength(status === 200 ? 1 : 0);
    });
  }

  test('answers on after all of that', async () => {
    for (const [, sent] of cases) await statusOf(sent);
    expect(await statusOf({})).toBe(200);
  });
});

/** R-API-1 */
test('whatever a peer sends, it is answered, and what is no question of its own not asked of the service', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const body = Uint8Array.from(pull);
    for (let changes = 1 + Math.floor(random() * 8); changes > 0; changes--) {
      body[Math.floor(random() * body.length)] = Math.floor(random() * 256);
    }
    const sent = random() < 0.2 ? body.subarray(0, Math.floor(random() * body.length)) : body;
    const path = random() < 0.3 ? '/join' : '/pull';
    expect([200, 400, 403], `seed ${seed}`).toContain(await statusOf({ path, body: sent }));
  }
  for (const { region, request } of pair.service.pulls) {
    expect([region, request.puller]).not.toContain(undefined);
    expect(request.puller).toBe('us-east-1');
  }
  expect(pair.service.joins).toEqual([]);
  expect(await statusOf({})).toBe(200);
});

/** What came to a client before the connection ended; it sends a good question. */
async function heardBy(own: Partial<Signed>, options: object = {}): Promise<string> {
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port: pair.server.port,
    servername: names.asked,
    ca: authority.certificate,
    ...(own.certificate && { cert: own.certificate, key: own.key }),
    ...options,
  });
  let heard = '';
  socket.setEncoding('latin1');
  socket.on('data', (piece) => {
    heard += piece;
  });
  socket.on('secureConnect', () => {
    socket.write(
      `POST /pull HTTP/1.1\r\nhost: a\r\ncontent-type: ${peerContentType}\r\ncontent-length: ${pull.length}\r\nconnection: close\r\n\r\n`,
    );
    socket.write(pull);
  });
  await closed(socket);
  return heard;
}

describe('a stranger hears nothing, and asks the service nothing:', () => {
  const foreign = new TestAuthority();
  const strangers: readonly (readonly [string, Partial<Signed>, object?])[] = [
    ['without a certificate', {}],
    ['with a certificate of another authority', foreign.sign({ names: [names.asking] })],
    [
      'with a certificate of an authority that only has the same name',
      new TestAuthority('test authority').sign({ names: [names.asking] }),
    ],
    [
      'with a certificate that has expired',
      signedFor({ names: [names.asking], fromSeconds: -60, toSeconds: -1 }),
    ],
    ['with a certificate that is not good yet', signedFor({ names: [names.asking], fromSeconds: 600 })],
    ['with a certificate of the authority and of another name', signedFor({ names: ['other.test'] })],
    ['with a certificate of a star', signedFor({ names: ['*.test'] })],
    ['with the server’s own certificate', asked],
    ['over an older TLS', asking, { maxVersion: 'TLSv1.2' }],
  ];
  for (const [title, own, options] of strangers) {
    test(title, async () => {
      expect(await heardBy(own, options)).toBe('');
      expect(pair.service.pulls).toEqual([]);
      expect(pair.log.lines).toMatchObject([{ sentence: 'somebody came as a peer without being one' }]);
    });
  }

  test('over plain HTTP', async () => {
    const socket = connectPlain(pair.server.port, '127.0.0.1');
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await closed(socket);
    // At most an alert of TLS.
    expect(Buffer.concat(pieces).length).toBeLessThan(16);
  });
});

test('a friend hears the answer by the same way', async () => {
  expect(await heardBy(asking)).toMatch(/^HTTP\/1.1 200 /);
});

test('no connection goes on from an earlier one: every one shows its certificate', async () => {
  const socket = connect({
    host: '127.0.0.1',
    port: pair.server.port,
    servername: names.asked,
    ca: authority.certificate,
    cert: asking.certificate,
    key: asking.key,
  });
  const sessions: unknown[] = [];
  socket.on('session', (session) => sessions.push(session));
  socket.on('secureConnect', () => {
    socket.end(
      `POST /pull HTTP/1.1\r\nhost: a\r\ncontent-type: ${peerContentType}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
    );
  });
  socket.resume();
  await closed(socket);
  for (const session of sessions) {
    const again = connect({
      host: '127.0.0.1',
      port: pair.server.port,
      servername: names.asked,
      ca: authority.certificate,
      session: session as Buffer,
    });
    again.on('secureConnect', () => expect(again.isSessionReused()).toBe(false));
    await closed(again);
  }
});

test('closing waits for the question under way, and ends with it', async () => {
  let answer = () => {};
  pair.service.answer = () =>
    new Promise((resolve) => {
      answer = () => resolve({ members: [] });
    });
  const asking = pair.peer.pull(pullRequest);
  while (pair.service.pulls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const startMs = performance.now();
  const closing = pair.server.close();
  answer();
  expect(await asking).toEqual({ members: [] });
  await closing;
  expect(performance.now() - startMs).toBeLessThan(5000);
  await expect(pair.peer.pull(pullRequest)).rejects.toMatchObject({ code: 'PeerUnavailable' });
});

test('a place that is taken, or none at all, is told at once', async () => {
  const options = { service: new FakeService(), clock: systemClock, log: new LinesLog() };
  const { listen: _, ...silent } = askedOptions();
  await expect(servePeers({ ...options, peers: silent })).rejects.toThrow(TypeError);
  const listen = { host: '127.0.0.1', port: pair.server.port };
  await expect(servePeers({ ...options, peers: { ...silent, listen } })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
