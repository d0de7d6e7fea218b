/** The HTTP server: sockets and their limits around a dispatcher. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import { comesFromPage, pageRefused } from './browser-guard.ts';
import { type OpenConnection, openConnection } from './connection.ts';
import type { Dispatcher } from './dispatch.ts';
import { malformedAnswer } from './malformed.ts';
import type { Headers, ServiceAnswer } from './request.ts';
import { readBody } from './request-body.ts';

/** What the server has requests answered by. */
export type Answerer = Pick<Dispatcher, 'dispatch' | 'bodyBytesMax' | 'tooLarge' | 'trustsEveryCaller'>;

export interface ListenOptions {
  readonly dispatcher: Answerer;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Takes no more requests, answers those under way, and resolves when every socket is closed. */
  close(): Promise<void>;
}

/** R-NET-1. A client that reads nothing for `stallMs` is gone. */
export const httpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
} as const;
const stallMs = 30_000;
const connectionsMax = 10_000;
const headersMax = 100;
/** Closing waits no longer than this for requests under way. */
const drainMsMax = 10_000;
/** How long the rest of a body that is too large is thrown away, so that its sender comes to read the answer. */
const lingerMs = 2_000;

/** Rejects with the system's error where it cannot listen there. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const sockets = new HttpSockets(options);
  const { server } = sockets;
  server.listen({ host: options.host, port: options.port });
  await once(server, 'listening');
  server.on('error', (fault) => sockets.failed(fault));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has an address');
  return { host: address.address, port: address.port, close: () => sockets.close() };
}

/** Serves connections that another process has accepted. */
export interface SocketServer {
  /** Closes it at once where there are too many, and once closing has begun. */
  take(socket: Socket): void;
  /** As Listening.close. */
  close(): Promise<void>;
}

export function serveSockets(options: Omit<ListenOptions, 'port'>): SocketServer {
  const sockets = new HttpSockets(options);
  // Nothing listens here, but with this the server begins to look after slow clients (R-NET-1).
  sockets.server.emit('listening');
  return { take: (socket) => sockets.take(socket), close: () => sockets.close() };
}

interface Course extends OpenConnection {
  /** Requests that came and are not yet answered. They are answered one after another, in their order. */
  underWay: number;
  last: Promise<void>;
  /** The request whose turn it is, or was last. */
  turn: IncomingMessage | undefined;
  /** What came after the last whole request is no HTTP. */
  malformed: boolean;
}

class HttpSockets {
  readonly server: Server;
  readonly #dispatcher: Answerer;
  readonly #host: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #courses = new Map<Socket, Course>();
  #turnEnd: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #onEmpty: () => void = () => {};

  constructor({ dispatcher, host, clock = systemClock, log = silentLog }: Omit<ListenOptions, 'port'>) {
    this.#dispatcher = dispatcher;
    this.#host = host;
    this.#clock = clock;
    this.#log = log;
    // The strict parser (R-NET-2), whatever the process was started with.
    this.server = createServer({ ...httpLimits, insecureHTTPParser: false, noDelay: true });
    // Who ends his side after a request still gets the answer; Node's types do not know it.
    Object.assign(this.server, { httpAllowHalfOpen: true });
    this.server.timeout = stallMs;
    this.server.maxConnections = connectionsMax;
    this.server.on('connection', (socket) => this.#opened(socket));
    this.server.on('request', (request, response) => this.#came(request, response));
    this.server.on('clientError', (fault, socket: Socket) => this.#malformed(fault, socket));
  }

  failed(fault: Error): void {
    this.#log.error({ fault: fault.message, stack: fault.stack }, 'the server failed');
  }

  take(socket: Socket): void {
    if (this.#closing !== undefined || this.#courses.size >= connectionsMax) {
      socket.destroy();
      return;
    }
    // As it would be had the server accepted it itself.
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    this.server.emit('connection', socket);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const [socket, { underWay }] of this.#courses) if (underWay === 0) socket.destroy();
    const deadline = this.#clock.after(drainMsMax, () => {
      this.#log.warn({ sockets: this.#courses.size }, 'closing did not wait for requests that take too long');
      for (const socket of this.#courses.keys()) socket.destroy();
    });
    await closed;
    // Those that were taken, the server does not count.
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      if (this.#courses.size === 0) resolve();
    });
    deadline.cancel();
  }

  #opened(socket: Socket): void {
    const course = { underWay: 0, last: Promise.resolve(), turn: undefined, malformed: false };
    this.#courses.set(socket, { ...openConnection(socket.remoteAddress), ...course });
    socket.once('close', () => {
      this.#courses.get(socket)?.end();
      this.#courses.delete(socket);
      if (this.#courses.size === 0) this.#onEmpty();
    });
  }

  #came(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const course = this.#courses.get(socket);
    if (course === undefined) return;
    course.underWay++;
    // Who sends on without waiting for answers is not read from until they are written.
    if (course.underWay > 1) socket.pause();
    course.last = course.last
      .then(() => this.#answer(request, response, course))
      .catch((fault: Error) => {
        this.failed(fault);
        socket.destroy();
      })
      .then(() => {
        course.underWay--;
        if (this.#closing !== undefined && course.underWay === 0) socket.destroySoon();
      });
  }

  async #answer(request: IncomingMessage, response: ServerResponse, course: Course): Promise<void> {
    const { socket, rawHeaders } = request;
    if (socket.destroyed || (course.malformed && !request.complete)) return;
    course.turn = request;
    // Of the last request the body may not have come whole.
    if (course.underWay === 1 && socket.isPaused()) socket.resume();
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    if (rawHeaders.length > 2 * headersMax) this.#refuse(request, response, tooManyHeaders);
    else await this.#serve(request, response, course);
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, course: Course): Promise<void> {
    const headers = headersOf(request.rawHeaders);
    if (this.#dispatcher.trustsEveryCaller && comesFromPage(headers, this.#host)) {
      this.#refuse(request, response, pageRefused());
      return;
    }
    const body = await readBody(request, this.#dispatcher.bodyBytesMax(headers));
    if (body === 'too large') this.#refuse(request, response, this.#dispatcher.tooLarge(headers));
    if (!(body instanceof Uint8Array)) return;
    const method = request.method ?? '';
    const path = pathOf(request.url ?? '');
    const { connection } = course;
    const answer = await this.#dispatcher.dispatch({ method, path, headers, body, connection });
    await this.#endOfTurn();
    response.writeHead(answer.status, this.#headersOf(answer, this.#closing !== undefined));
    response.end(answer.body);
  }

  /**
   * Resolves when what has come in this turn of the event loop is read. Answers that are written one after another then
   * wake a reader on this machine once, and not each time: that costs more than all the rest of a request.
   */
  #endOfTurn(): Promise<void> {
    this.#turnEnd ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#turnEnd = undefined;
        resolve();
      });
    });
    return this.#turnEnd;
  }

  /** The requests that came whole before are answered first. */
  #malformed(fault: Error, socket: Socket): void {
    const course = this.#courses.get(socket);
    if (course?.malformed === true) return;
    const end = () => {
      if (socket.writable) socket.end(malformedAnswer(fault), () => socket.destroy());
      else socket.destroy();
    };
    if (course === undefined || course.turn?.complete === false || !socket.writable) {
      end();
      return;
    }
    course.malformed = true;
    course.last = course.last.then(end);
  }

  /** Answers without having read the body, and lets the connection end. */
  #refuse(request: IncomingMessage, response: ServerResponse, answer: ServiceAnswer): void {
    response.writeHead(answer.status, this.#headersOf(answer, true));
    response.flushHeaders();
    response.write(answer.body);
    // The answer is complete; closing now could have the system throw it away with what was not read.
    const end = () => response.end();
    const timer = this.#clock.after(lingerMs, end);
    request.once('close', () => {
      timer.cancel();
      end();
    });
    request.resume();
  }

  #headersOf({ headers, body }: ServiceAnswer, isLast: boolean): Record<string, string | number> {
    const sized = { ...headers, 'content-length': body.length };
    return isLast ? { ...sized, connection: 'close' } : sized;
  }
}

const tooManyHeaders: ServiceAnswer = { status: 400, headers: {}, body: new Uint8Array(0) };

/** Names and values in turn, as they came. Several of one name are one, as a signature sees them. */
function headersOf(raw: readonly string[]): Headers {
  const headers: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? '';
    const before = headers[name];
    const value = raw[index + 1] ?? '';
    headers[name] = before === undefined ? value : `${before},${value}`;
  }
  return headers;
}

/** Path and query; of a target in absolute form too, whose host means nothing here (R-SSRF-1). */
function pathOf(target: string): string {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(target);
  if (absolute === null) return target;
  const rest = target.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
