import { afterEach, describe, expect, test } from 'vitest';
import { malformedAnswer } from '../../src/server/malformed.ts';
import { ask, closeAll, dial, post, start, statusOf, untilClosed } from './raw-client.ts';

afterEach(closeAll);

test.each([
  ['HPE_INVALID_METHOD', '400 Bad Request'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Payload Too Large'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
])('%s is answered %s, and the connection closed', (code, status) => {
  const fault = Object.assign(new Error('Parse Error'), { code });
  expect(malformedAnswer(fault)).toBe(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
});

describe('what is malformed is refused, and its connection closed (R-NET-2)', () => {
  const two = post('{}');
  const cases: [string, string, number][] = [
    ['no HTTP at all', 'GARBAGE\r\n\r\n', 400],
    ['a greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a greeting of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['no host', post('{}').replace('Host: localhost\r\n', ''), 400],
    ['a method nobody knows', post('{}').replace('POST', 'BREW'), 400],
    ['both lengths', `${post('{}', ['Content-Length: 2', 'Transfer-Encoding: chunked'])}${two}`, 400],
    ['two lengths', `${post('{}', ['Content-Length: 2', 'Content-Length: 2'])}${two}`, 400],
    ...['+5', '-1', '0x10', '5,5', '99999999999999999999'].map((length): [string, string, number] => [
      `a length of ${length}`,
      `${post('{}', [`Content-Length: ${length}`])}${two}`,
      400,
    ]),
    ...['xchunked', 'chunked, identity'].map((coding): [string, string, number] => [
      `a coding of ${coding}`,
      `${post('{}', [`Transfer-Encoding: ${coding}`])}${two}`,
      400,
    ]),
    ['a blank before a colon', post('{}', ['Transfer-Encoding : chunked']), 400],
    ['a chunk without a size', post('ZZ\r\n{}', ['Transfer-Encoding: chunked']), 400],
    ['a folded header', post('{}', ['X-Folded: a\r\n b']), 400],
    ['a zero byte in a header', post('{}', ['X-Zero: a\0b']), 400],
    ['a header of 20 KB', post('{}', [`X-Long: ${'x'.repeat(20_000)}`]), 431],
    ['a path of 20 KB', post('{}').replace(' / ', ` /${'x'.repeat(20_000)} `), 431],
  ];
  test.each(cases)('%s', async (_, text, status) => {
    let calls = 0;
    const { server } = await start((caller) => {
      calls++;
      return caller;
    });
    const answer = await ask(server, text);
    expect(answer.status).toBe(status);
    expect(answer.text.split('HTTP/1.1 ')).toHaveLength(2);
    expect(calls).toBe(0);
  });

  test('CONNECT gets no tunnel and no byte', async () => {
    const { server } = await start();
    expect((await ask(server, 'CONNECT 192.0.2.1:1 HTTP/1.1\r\nHost: 192.0.2.1:1\r\n\r\n')).text).toBe('');
  });

  test('a request that breaks off is not run', async () => {
    let calls = 0;
    const { server } = await start((caller) => {
      calls++;
      return caller;
    });
    const socket = dial(server);
    const all = untilClosed(socket);
    socket.end(post('{}').slice(0, -1));
    expect(statusOf(await all)).toBe(400);
    expect(calls).toBe(0);
  });

  test('what came whole before is answered first, what comes after never', async () => {
    let calls = 0;
    const { server } = await start((caller) => {
      calls++;
      return caller;
    });
    const { text } = await ask(server, `${post('{}')}GARBAGE\r\n\r\n${post('{}')}`);
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '400']);
    expect(calls).toBe(1);
  });

  test('also where what came before is not yet answered and half a request follows', async () => {
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
    const socket = dial(server);
    const all = untilClosed(socket);
    socket.write(`${post('{}')}${post('ZZ\r\n', ['Transfer-Encoding: chunked'])}`);
    await expect.poll(() => calls).toBe(1);
    end();
    expect([...(await all).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '400',
    ]);
    expect(calls).toBe(1);
  });
});
