/** Moves a virtual clock over HTTP, for tests in other languages: a port of its own, for this machine alone. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { comesFromPage } from '../server/browser-guard.ts';
import { readBody } from '../server/request-body.ts';
import { durationMs } from './duration.ts';
import type { VirtualClock } from './virtual-clock.ts';

const host = '127.0.0.1';
const bodyBytesMax = 1024;

export interface ClockServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/**
 * `GET /clock` tells the time. `POST /clock/advance` with `{"by": "7d"}` moves it on and answers when all that fell due is done;
 * `POST /clock/set` with `{"byMs": -1000}` sets the wall clock. Rejects with the system's error for a port that is taken.
 */
export async function serveClock(clock: VirtualClock, port: number): Promise<ClockServer> {
  const server = createServer((request, response) => void answer(clock, request, response));
  server.listen(port, host);
  await once(server, 'listening');
  // Whoever serves a store keeps the process alive; a clock alone is for nobody.
  server.unref();
  const { port: taken } = server.address() as AddressInfo;
  return {
    host,
    port: taken,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  clock: VirtualClock,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await answerTo(clock, request);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function answerTo(clock: VirtualClock, request: IncomingMessage): Promise<Answer> {
  const { host: asked, origin, 'sec-fetch-site': site } = request.headers;
  const from = { host: asked, origin, 'sec-fetch-site': typeof site === 'string' ? site : undefined };
  if (comesFromPage(from, host)) return refused(403, 'The clock is not for web pages.');
  const { method, url } = request;
  if (method === 'GET' && url === '/clock') return told(clock);
  const move = method === 'POST' && url !== undefined ? moves.get(url) : undefined;
  if (move === undefined) {
    return refused(404, 'There are GET /clock, POST /clock/advance and POST /clock/set.');
  }
  const body = await readBody(request, bodyBytesMax);
  if (typeof body === 'string') return refused(413, 'The body is too large.');
  try {
    await move(clock, parsed(body));
    return told(clock);
  } catch (fault) {
    if (fault instanceof TypeError || fault instanceof SyntaxError) return refused(400, fault.message);
    throw fault;
  }
}

type Move = (clock: VirtualClock, input: Readonly<Record<string, unknown>>) => Promise<void>;

const moves: ReadonlyMap<string, Move> = new Map<string, Move>([
  [
    '/clock/advance',
    async (clock, { by }) => {
      if (typeof by !== 'string' && typeof by !== 'number')
        throw new TypeError('by is missing, as {"by": "7d"}');
      await clock.advanceAndSettle(durationMs(by));
    },
  ],
  [
    '/clock/set',
    async (clock, { byMs }) => {
      if (!Number.isSafeInteger(byMs)) throw new TypeError('byMs is missing, as {"byMs": -1000}');
      clock.jump(Number(byMs));
    },
  ],
]);

function parsed(body: Uint8Array): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(body).toString());
  if (typeof value !== 'object' || value === null) throw new TypeError('the body is no object');
  return value as Readonly<Record<string, unknown>>;
}

function told(clock: VirtualClock): Answer {
  return { status: 200, body: { now: new Date(clock.nowMs()).toISOString() } };
}

function refused(status: number, message: string): Answer {
  return { status, body: { message } };
}
