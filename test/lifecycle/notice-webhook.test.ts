import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  noticeIdHeader,
  signature,
  signatureHeader,
  webhookChannel,
  webhookTimeoutMs,
} from '../../src/lifecycle/notice-webhook.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { notice } from './notices.ts';

const secret = 'a secret of sixteen bytes';

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let url: string;
let received: Received[];
/** Undefined: never. */
let answer: { readonly status: number; readonly location?: string } | undefined;
let clock: VirtualClock;

beforeEach(async () => {
  received = [];
  answer = { status: 204 };
  clock = new VirtualClock(1_767_225_600_999);
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url: path, headers } = request;
    received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
    if (answer === undefined) return;
    response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location });
    response.end('not read by anyone');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  url = `http://127.0.0.1:${address.port}/hook?from=here`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const channel = () => webhookChannel({ url, secret }, clock);

describe('a web hook', () => {
  test('is given the event as JSON, signed, with the id of the notice', async () => {
    await channel().send(notice);
    const [first] = received;
    if (first === undefined) throw new Error('nothing came');
    const { method, path, headers, body } = first;
    expect([method, path, headers['content-type']]).toEqual(['POST', '/hook?from=here', 'application/json']);
    expect(JSON.parse(body)).toEqual(notice.event);
    expect(headers[noticeIdHeader]).toBe(notice.id);
    expect(headers[signatureHeader]).toBe(`t=1767225600,v1=${signature(secret, 1_767_225_600, body)}`);
    expect(JSON.stringify(received)).not.toContain(secret);
    expect(clock.timers).toBe(0);
  });

  test('is signed so that another secret, time or body has another signature', () => {
    const one = signature(secret, 1, 'body');
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(signature(secret, 1, 'body')).toBe(one);
    for (const other of [
      signature(`${secret}!`, 1, 'body'),
      signature(secret, 2, 'body'),
      signature(secret, 1, 'b'),
    ]) {
      expect(other).not.toBe(one);
    }
    // Its two parts cannot be told apart in two ways: the time is a whole number.
    expect(signature(secret, 1, '2.body')).not.toBe(signature(secret, 12, 'body'));
  });

  for (const status of [300, 400, 404, 500, 503]) {
    test(`that answers ${status} has not taken it`, async () => {
      answer = { status };
      await expect(channel().send(notice)).rejects.toMatchObject({ code: `HTTP ${status}` });
    });
  }

  test('cannot send a notice elsewhere (R-SSRF-1)', async () => {
    answer = { status: 307, location: url.replace('hook', 'elsewhere') };
    await expect(channel().send(notice)).rejects.toMatchObject({ code: 'HTTP 307' });
    expect(received.map(({ path }) => path)).toEqual(['/hook?from=here']);
  });

  test('that does not answer is given up after a while', async () => {
    answer = undefined;
    const sending = channel().send(notice);
    const ended = expect(sending).rejects.toThrow();
    await once(server, 'request');
    clock.advance(webhookTimeoutMs);
    await ended;
    expect(clock.timers).toBe(0);
  });

  test('that is not there is a failure', async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    await expect(channel().send(notice)).rejects.toThrow();
  });

  for (const [name, options] of [
    ['an address of another protocol', { url: 'file:///etc/passwd', secret }],
    ['what is no address', { url: 'example.com/hook', secret }],
    ['nothing', { url: '', secret }],
    ['a short secret', { url: 'https://example.com/', secret: 'fifteen bytes..' }],
  ] as const) {
    test(`is not made with ${name}`, () => {
      expect(() => webhookChannel(options, clock)).toThrow(TypeError);
    });
  }
});
