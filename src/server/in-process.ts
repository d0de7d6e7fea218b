/** The way in for clients of the AWS SDK in this process: its request handler, without a port or a socket. */
import { type OpenConnection, openConnection } from './connection.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Headers, ServiceRequest } from './request.ts';
import type { UnderWay } from './under-way.ts';

/** What the SDK hands to its transport; other members it has are of no use here. */
export interface HandlerRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface HandlerResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** What the SDK's types allow beside a real signal; it can be looked at, not listened to. */
interface OldSignal {
  readonly aborted: boolean;
}

/** Fits the SDK's `requestHandler`. */
export interface InProcessHandler {
  /** Rejects with an AbortError once `abortSignal` is aborted; what was begun may have been done even so. */
  handle(
    request: HandlerRequest,
    options?: { readonly abortSignal?: AbortSignal | OldSignal | undefined },
  ): Promise<{ response: HandlerResponse }>;
  /** Ends the connection, and wipes what is cached for it. A request after that opens another, as a socket would be. */
  destroy(): void;
  httpHandlerConfigs(): Record<string, never>;
  updateHttpClientConfig(): void;
  readonly metadata: { readonly handlerProtocol: string };
}

/** All requests of one handler come over one connection. Refuses with Outage 'Closed' once `underWay` is closed. */
export function inProcessHandler(dispatcher: Dispatcher, underWay: UnderWay): InProcessHandler {
  let open: OpenConnection | undefined;
  return {
    metadata: { handlerProtocol: 'in-process' },
    async handle(request, { abortSignal } = {}) {
      if (abortSignal?.aborted === true) throw abortError(abortSignal);
      open ??= openConnection();
      const { connection } = open;
      const dispatched = underWay.run(() => dispatcher.dispatch(requestOf(request, connection)));
      const isHeard = abortSignal instanceof AbortSignal;
      const answer = await (isHeard ? unlessAborted(dispatched, abortSignal) : dispatched);
      return { response: { statusCode: answer.status, headers: { ...answer.headers }, body: answer.body } };
    },
    destroy() {
      open?.end();
      open = undefined;
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig: () => {},
  };
}

function requestOf(
  { method, path, query, headers, body }: HandlerRequest,
  connection: ServiceRequest['connection'],
): ServiceRequest {
  return {
    method,
    path: `${path}${queryText(query)}`,
    headers: lowerCase(headers),
    body: bytesOf(body),
    connection,
  };
}

function queryText(query: HandlerRequest['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) parameters.append(name, one);
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}

function lowerCase(headers: HandlerRequest['headers']): Headers {
  const lower: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = value;
  return lower;
}

/** The services here have JSON inputs only: their clients make texts, seldom bytes, and never streams. */
function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (body === undefined || body === null) return new Uint8Array(0);
  if (typeof body !== 'string') throw new TypeError('a request in process has a text or bytes as its body');
  return Buffer.from(body);
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal));
    signal.addEventListener('abort', abort, { once: true });
    const done = () => signal.removeEventListener('abort', abort);
    work.then(resolve, reject).then(done, done);
  });
}

/** Clients know it by its name. */
function abortError(signal: AbortSignal | OldSignal): Error {
  const cause = signal instanceof AbortSignal ? signal.reason : undefined;
  const error = new Error('Request aborted', { cause });
  error.name = 'AbortError';
  return error;
}
