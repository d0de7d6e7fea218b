import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { listen, serveSockets } from '../../src/server/listen.ts';
import { alsoClose, answers, ask, closeAll, dial, post, start, statusOf, untilClosed } from './raw-client.ts';
import { credentials, logLines, smallDispatcher } from './support.ts';

afterEach(closeAll);

const last = ['Connection: close'];

describe('the server answers', () => {
  test('a client that keeps its connection, in one connection of ours', async () => {
    const { server } = await start();
    const socket = dial(server);
    socket.write(post('{}'));
    const first = await answers(socket, 1);
    expect(first).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(first).toMatch(/\r\ncontent-length: \d+\r\n/);
    expect(first).toMatch(/\r\nDate: [^\r]+ GMT\r\n/);
    expect(first).toMatch(/\r\nConnection: keep-alive\r\nKeep-Alive: timeout=60\r\n/);
    socket.write(post('{}'));
    expect(statusOf(await answers(socket, 1))).toBe(200);
  });

  test('with the port it took and the address it has', async () => {
    const { server } = await start();
    expect(server.host).toBe('127.0.0.1');
    expect(server.port).toBeGreaterThan(0);
    const taken = listen({ dispatcher: smallDispatcher(), host: '127.0.0.1', port: server.port });
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test.each([
    ['a body in chunks', post('2\r\n{}\r\n0\r\n\r\n', ['Transfer-Encoding: chunked', ...last]), 200],
    [
      'a target in absolute form, which leads nowhere else (R-SSRF-1)',
      post('{}', last).replace(' / ', ' http://192.0.2.1/ '),
      200,
    ],
    ['an absolute target without a path', post('{}', last).replace(' / ', ' http://192.0.2.1 '), 200],
    ['a wish for another protocol as none', post('{}', ['Upgrade: websocket', ...last]), 200],
    ['HEAD with not found', 'HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
    ['HTTP 1.0', post('{}').replace('HTTP/1.1', 'HTTP/1.0'), 200],
    ['PUT with not found', post('{}', last).replace('POST', 'PUT'), 404],
    ['a long path with not found', post('{}', last).replace(' / ', ` /${'x'.repeat(2_000)} `), 404],
    ['an expectation it does not know with its refusal', post('{}', ['Expect: 200-ok', ...last]), 417],
    ['a hundred headers', post('{}', Array.from({ length: 95 }, (_, n) => `X-${n}: 1`).concat(last)), 200],
    [
      'more than a hundred headers with a refusal',
      post('{}', Array.from({ length: 96 }, (_, n) => `X-${n}: 1`).concat(last)),
      400,
    ],
  ])('%s', async (_, text, status) => {
    const { server } = await start();
    expect((await ask(server, text)).status).toBe(status);
  });

  test('HEAD with no body', async () => {
    const { server } = await start();
    const { text } = await ask(server, 'HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(text).toMatch(/\r\n\r\n$/);
  });

  test('a client that waits to be told to go on', async () => {
    const { server } = await start();
    const { text } = await ask(server, post('{}', ['Expect: 100-continue', ...last]));
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  test('a client that has ended its side after a whole request', async () => {
    const { server } = await start(async (caller) => {
      // Long enough for the end to arrive.
      for (let turns = 0; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve));
      return caller;
    });
    const socket = dial(server);
    const all = untilClosed(socket);
    socket.end(post('{}'));
    expect(statusOf(await all)).toBe(200);
  });
});

describe('a body that is too large', () => {
  test.each([
    ['for tables', 'DynamoDB_20120810.ListTables', 16 * 1024 * 1024 + 1],
    ['for keys', 'TrentService.ListKeys', 1024 * 1024 + 1],
  ])('%s is refused by its told length, before it comes', async (_, target, bytes) => {
    const { server } = await start();
    const head = post('', [`Content-Length: ${bytes}`]).replace('DynamoDB_20120810.ListTables', target);
    const socket = dial(server);
    const all = untilClosed(socket);
    socket.write(head);
    socket.end();
    const text = await all;
    expect(statusOf(text)).toBe(413);
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
    expect(text).toContain('RequestEntityTooLargeException');
  });

  test('is refused when it becomes so, and its sender can read why', async () => {
    const { server } = await start();
    const socket = dial(server);
    const all = untilClosed(socket);
    socket.write(
      post('', ['Transfer-Encoding: chunked']).replace(
        'DynamoDB_20120810.ListTables',
        'TrentService.ListKeys',
      ),
    );
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (let sent = 0; sent < 40; sent++) socket.write(chunk);
    socket.end('0\r\n\r\n');
    expect(statusOf(await all)).toBe(413);
  });

  test('of a sender that stops half-way does not hold the connection', async () => {
    const { server, clock } = await start();
    const socket = dial(server);
    const all = untilClosed(socket);
    const answered = new Promise((resolve) => socket.once('data', resolve));
    socket.write(post('', [`Content-Length: ${1 << 30}`]));
    await answered;
    clock.advance(2_000);
    expect(statusOf(await all)).toBe(413);
  });
});

describe('requests sent without waiting for answers', () => {
  test('are run one after another and answered in their order', async () => {
    let running = 0;
    const seen: number[] = [];
    const { server } = await start(async (_, input) => {
      seen.push(++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return input;
    });
    const socket = dial(server);
    socket.write(Array.from({ length: 30 }, (_, n) => post(JSON.stringify({ Limit: n + 1 }))).join(''));
    const text = await answers(socket, 30);
    expect([...text.matchAll(/\{"Limit":(\d+)\}/g)].map(([, limit]) => Number(limit))).toEqual(
      Array.from({ length: 30 }, (_, n) => n + 1),
    );
    expect(new Set(seen)).toEqual(new Set([1]));
  });

  test('in their thousands do not pile up, and others are answered meanwhile', async () => {
    let end = () => {};
    let calls = 0;
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    const { server } = await start(async (caller) => {
      calls++;
      if (calls === 1) await held;
      return caller;
    });
    const greedy = dial(server);
    greedy.write(post('{}').repeat(10_000));
    await expect.poll(() => calls).toBe(1);
    expect((await ask(server, post('{}', last))).status).toBe(200);
    expect(calls).toBe(2);
    const all = answers(greedy, 10_000);
    end();
    await all;
    expect(calls).toBe(10_001);
  });
});

describe('the connection a request comes over', () => {
  test('is one for each socket, and closed when the socket is', async () => {
    const { log, lines } = logLines();
    const { Dispatcher } = await import('../../src/server/dispatch.ts');
    const { serviceOf } = await import('../../src/server/service.ts');
    const connections: { id: number; closed: AbortSignal }[] = [];
    const run = (context: { id: number; closed: AbortSignal }) => {
      connections.push(context);
      return {};
    };
    const services = [
      serviceOf({
        model: 'dynamodb',
        operations: [{ name: 'ListTables', run }],
        context: ({ connection }) => connection,
      }),
    ];
    const dispatcher = new Dispatcher({ services, account: '123456789012', region: 'us-east-1' });
    const server = await listen({ dispatcher, host: '127.0.0.1', port: 0, log });
    alsoClose(server);
    const first = dial(server);
    first.write(post('{}').repeat(2));
    await answers(first, 2);
    const second = dial(server);
    second.write(post('{}'));
    await answers(second, 1);
    expect(connections[1]).toBe(connections[0]);
    expect(connections[2]?.id).not.toBe(connections[0]?.id);
    first.destroy();
    await expect.poll(() => connections[0]?.closed.aborted).toBe(true);
    expect(connections[2]?.closed.aborted).toBe(false);
    expect(lines).toEqual([]);
  });

  test('may end before the answer: the server goes on', async () => {
    let end = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    let calls = 0;
    const { server, lines } = await start(async (caller) => {
      calls++;
      if (calls === 1) await held;
      return caller;
    });
    const socket = dial(server);
    socket.write(post('{}').repeat(3));
    await expect.poll(() => calls).toBe(1);
    socket.resetAndDestroy();
    end();
    expect((await ask(server, post('{}', last))).status).toBe(200);
    // What it had sent besides was not run for nobody.
    expect([calls, lines]).toEqual([2, []]);
  });
});

describe('closing', () => {
  test('answers what is under way, closes idle sockets at once and takes no more', async () => {
    let end = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    let calls = 0;
    const { server } = await start(async (caller) => {
      calls++;
      await held;
      return caller;
    });
    const silent = dial(server);
    const silentClosed = untilClosed(silent);
    const busy = dial(server);
    const busyAnswer = untilClosed(busy);
    busy.write(post('{}'));
    await expect.poll(() => calls).toBe(1);
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    expect(await silentClosed).toBe('');
    const late = dial(server);
    expect(await untilClosed(late)).toBe('');
    expect(closed).toBe(false);
    end();
    const text = await busyAnswer;
    expect(statusOf(text)).toBe(200);
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
    await closing;
  });

  test('waits no longer than ten seconds', async () => {
    const { server, clock, lines } = await start(() => new Promise(() => {}));
    const socket = dial(server);
    const all = untilClosed(socket);
    socket.write(post('{}'));
    // Until the request has come: its turn would else be over with the socket.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closing = server.close();
    clock.advance(10_000);
    await closing;
    expect(await all).toBe('');
    expect(lines.map(({ sentence }) => sentence)).toEqual([
      'closing did not wait for requests that take too long',
    ]);
    expect(clock.timers).toBe(0);
  });
});

describe('a web page', () => {
  const page = post('{}', ['Origin: https://example.com', ...last]);

  test('gets nothing from a server that trusts every caller', async () => {
    const { server } = await start();
    expect((await ask(server, page)).status).toBe(403);
    expect((await ask(server, post('{}', last).replace('localhost', 'rebound.example.com'))).status).toBe(
      403,
    );
  });

  test('is asked for a signature like everyone by one that does not', async () => {
    const { server } = await start(undefined, { credentials: [credentials] });
    const { status, text } = await ask(server, page);
    expect(status).toBe(400);
    expect(text).toContain('MissingAuthenticationToken');
  });
});

describe('connections that another has accepted', () => {
  async function startTaking() {
    const sockets = serveSockets({ dispatcher: smallDispatcher(), host: '127.0.0.1' });
    const acceptor = createServer((socket) => sockets.take(socket)).listen(0, '127.0.0.1');
    await once(acceptor, 'listening');
    const { address: host, port } = acceptor.address() as AddressInfo;
    const close = async () => {
      acceptor.close();
      await sockets.close();
    };
    const server = { host, port, close };
    alsoClose(server);
    return { server, sockets };
  }

  test('are served as its own are: one after another, also where the client has ended his side', async () => {
    const { server } = await startTaking();
    const socket = dial(server);
    socket.end(post('{}') + post('{}'));
    expect(await answers(socket, 2)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    await untilClosed(socket);
  });

  test('get the same refusals', async () => {
    const { server } = await startTaking();
    expect((await ask(server, 'no request at all\r\n\r\n')).status).toBe(400);
    expect((await ask(server, post('{}', ['Origin: https://example.com', ...last]))).status).toBe(403);
  });

  test('end when it closes, and none is taken from then on', async () => {
    const { server, sockets } = await startTaking();
    const idle = dial(server);
    idle.write(post('{}'));
    await answers(idle, 1);
    const late = dial(server);
    await once(late, 'connect');
    await sockets.close();
    await Promise.all([idle, late].map(untilClosed));
  });
});
