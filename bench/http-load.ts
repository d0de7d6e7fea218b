/** The load of the `http` bench, a process of its own: raw keep-alive connections that send one request after another. */
import { createHash, createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { SignatureV4 } from '@smithy/signature-v4';
import { type BodyOrder, bodyOf, itemsOf } from './http-body.ts';

export interface LoadOrder extends BodyOrder {
  readonly port: number;
  readonly connections: number;
  readonly turnMs: number;
  /** Sign each request; else a constant header stands in, which no one checks. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface Load {
  readonly perSecond: number;
  /** From sending to the whole answer, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export type LoadResult = Load | { readonly failed: string };

/** Making and signing requests costs more than sending: those for so many items are made beforehand and sent in turn. */
const preparedItems = 2_048;
const headerEnd = Buffer.from('\r\n\r\n');

process.on('message', (order: LoadOrder) => {
  run(order).then(
    (load) => process.send?.(load satisfies LoadResult),
    (fault: unknown) => process.send?.({ failed: String(fault) } satisfies LoadResult),
  );
});

async function run(order: LoadOrder): Promise<Load> {
  const requests: Buffer[] = [];
  const preparedCount = Math.floor(preparedItems / itemsOf(order.operation));
  for (let index = 0; index < preparedCount; index++) requests.push(await prepare(order, index));
  let next = 0;
  const take = () => requests[next++ % preparedCount] ?? Buffer.alloc(0);
  const startMs = performance.now();
  const latencies = await Promise.all(
    Array.from({ length: order.connections }, () => sendUntil(order, startMs + order.turnMs, take)),
  );
  const seconds = (performance.now() - startMs) / 1000;
  const sorted = Float64Array.from(latencies.flat()).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { perSecond: sorted.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/**
 * One connection: sends, waits for the whole answer, sends again; resolves with the milliseconds that each took. Any
 * status but 200 fails the bench.
 */
function sendUntil({ port }: LoadOrder, endMs: number, take: () => Buffer): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    let sentMs = 0;
    let held: Buffer = Buffer.alloc(0);
    const send = () => {
      sentMs = performance.now();
      socket.write(take());
    };
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true }, send);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (piece: Buffer) => {
      held = held.length === 0 ? piece : Buffer.concat([held, piece]);
      const answerBytes = wholeAnswer(held);
      if (answerBytes === undefined) return;
      if (held.toString('latin1', 9, 12) !== '200') {
        reject(new Error(`the server answered: ${held.toString('utf8').slice(0, 400)}`));
        socket.destroy();
        return;
      }
      held = held.subarray(answerBytes);
      const nowMs = performance.now();
      latencies.push(nowMs - sentMs);
      if (nowMs < endMs) {
        send();
        return;
      }
      socket.removeAllListeners('close');
      socket.destroy();
      resolve(latencies);
    });
  });
}

// Bytes of the first answer, once all have arrived.
function wholeAnswer(held: Buffer): number | undefined {
  const end = held.indexOf(headerEnd);
  if (end < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(held.toString('latin1', 0, end))?.[1];
  if (length === undefined) throw new Error('an answer without content-length');
  const whole = end + headerEnd.length + Number(length);
  return held.length >= whole ? whole : undefined;
}

async function prepare(order: LoadOrder, index: number): Promise<Buffer> {
  const body = JSON.stringify(bodyOf(order, index));
  const headers = {
    host: `127.0.0.1:${order.port}`,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${order.operation}`,
    'content-length': String(Buffer.byteLength(body)),
  };
  const signed = order.credentials === undefined ? unsigned(headers) : await sign(order, headers, body);
  const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST / HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

function unsigned(headers: Record<string, string>): Record<string, string> {
  return {
    ...headers,
    'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, ''),
    authorization:
      'AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, ' +
      `SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}`,
  };
}

/** SHA-256 as the signer asks for it: keyed when it is given a key. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }

  update(piece: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(piece));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function bytesOf(piece: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof piece === 'string') return Buffer.from(piece);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  return new Uint8Array(piece);
}

async function sign({ port, credentials }: LoadOrder, headers: Record<string, string>, body: string) {
  if (credentials === undefined) return headers;
  const signer = new SignatureV4({ service: 'dynamodb', region: 'us-east-1', credentials, sha256: Sha256 });
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    port,
    path: '/',
    query: {},
    headers,
    body,
  };
  return (await signer.sign(request)).headers;
}
