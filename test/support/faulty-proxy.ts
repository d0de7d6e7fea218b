/** Stands between a client and an HTTP server on this machine, and does to requests and answers what a network does. */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProxyAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/** `pass`: nothing. `cut`: the connection ends without an answer. `hang`: no answer ever comes. */
export type ProxyFault = 'pass' | 'cut' | 'hang' | ProxyAnswer | ((answer: ProxyAnswer) => ProxyAnswer);

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export class FaultyProxy {
  /** What befalls the next requests, one each; `rest` befalls all others. */
  readonly next: ProxyFault[] = [];
  rest: ProxyFault = 'pass';
  readonly requests: ProxiedRequest[] = [];
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((request, response) => {
      this.#meet(request, response).catch(() => request.socket.destroy());
    });
    // Idle connections end when a test says so.
    this.#server.keepAliveTimeout = 0;
  }

  static async open(targetPort: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when so many requests have come in. */
  arrived(count: number): Promise<void> {
    if (this.requests.length >= count) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push({ count, resolve }));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    this.requests.push({ method, path, headers, body });
    for (const { count, resolve } of this.#waiting) if (this.requests.length >= count) resolve();
    const fault = this.next.shift() ?? this.rest;
    if (fault === 'hang') return;
    if (fault === 'cut') {
      request.socket.destroy();
      return;
    }
    const answer = typeof fault === 'object' ? fault : await this.#forwarded({ method, path, headers, body });
    const { status, body: said, headers: more } = typeof fault === 'function' ? fault(answer) : answer;
    response.writeHead(status, more);
    response.end(said);
  }

  #forwarded({ method, path, headers, body }: ProxiedRequest): Promise<ProxyAnswer> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#targetPort, method, path, headers, agent: false };
      const request = httpRequest(options, (answer) => {
        text(answer).then(
          (said) => resolve({ status: answer.statusCode ?? 0, body: said, headers: kept(answer.headers) }),
          reject,
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}

function kept(headers: IncomingMessage['headers']): Record<string, string> {
  const type = headers['content-type'];
  return type === undefined ? {} : { 'content-type': type };
}

async function text(stream: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
