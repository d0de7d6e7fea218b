/** Servers on loopback, and clients of theirs that write raw bytes, right or wrong. */
import { connect, type Socket } from 'node:net';
import { type Listening, listen } from '../../src/server/listen.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { logLines, smallDispatcher } from './support.ts';

const opened: (Listening | Socket)[] = [];

/** After each test. */
export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0)) {
    if ('close' in one) await one.close();
    else one.destroy();
  }
}

/** Has a server closed with the rest. */
export function alsoClose(server: Listening): void {
  opened.unshift(server);
}

type Run = Parameters<typeof smallDispatcher>[1];

export async function start(run?: Run, options: Parameters<typeof smallDispatcher>[0] = {}) {
  const clock = new VirtualClock();
  const { log, lines } = logLines();
  const dispatcher = smallDispatcher(options, run);
  const server = await listen({ dispatcher, host: '127.0.0.1', port: 0, clock, log });
  opened.unshift(server);
  return { server, clock, lines };
}

export function dial({ port }: Listening): Socket {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => {});
  opened.unshift(socket);
  return socket;
}

/** All that comes until the server closes. */
export function untilClosed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (piece) => {
      text += piece;
    });
    socket.once('end', () => resolve(text));
    socket.once('close', () => resolve(text));
  });
}

/** All that came by the time that so many answers, which end in a brace, are there. */
export function answers(socket: Socket, count: number): Promise<string> {
  const start = 'HTTP/1.1 ';
  return new Promise((resolve) => {
    const pieces: string[] = [];
    let seen = 0;
    let end = '';
    socket.on('data', (piece) => {
      // Thousands come in thousands of pieces: each is looked at once, with the end of the one before.
      const text = String(piece);
      const joined = end + text;
      seen += joined.split(start).length - 1;
      end = joined.slice(-(start.length - 1));
      pieces.push(text);
      if (seen >= count && text.endsWith('}')) resolve(pieces.join(''));
    });
  });
}

export function post(body: string, headers: readonly string[] = []): string {
  const lines = [
    'POST / HTTP/1.1',
    'Host: localhost',
    'X-Amz-Target: DynamoDB_20120810.ListTables',
    'Content-Type: application/x-amz-json-1.0',
    ...headers,
  ];
  const length = headers.some((line) => /^(content-length|transfer-encoding)/i.test(line))
    ? []
    : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[...lines, ...length].join('\r\n')}\r\n\r\n${body}`;
}

export const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);

/** Sends raw bytes over a socket of its own and tells the status, and whether the server closed. */
export async function ask(server: Listening, text: string): Promise<{ status: number; text: string }> {
  const socket = dial(server);
  const all = untilClosed(socket);
  socket.write(text);
  const answer = await all;
  return { status: statusOf(answer), text: answer };
}
