/** Requests signed by AWS's own signer, and a dispatcher over small services, for the tests of the server. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { operation } from '../../src/api/operation.ts';
import type { Log } from '../../src/base/log.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import { openConnection } from '../../src/server/connection.ts';
import { Dispatcher, type DispatcherOptions } from '../../src/server/dispatch.ts';
import type { ServiceRequest } from '../../src/server/request.ts';
import { type Asked, serviceOf } from '../../src/server/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
export const account = '123456789012';
export const tableTarget = 'DynamoDB_20120810';
export const keyTarget = 'TrentService';

/** The hash that AWS's signer asks for: keyed when it is given a key. */
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

export interface SignedRequest {
  readonly target?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Record<string, string>;
  readonly service?: string;
  readonly region?: string;
  readonly secret?: string;
  readonly atMs?: number;
  /** In the query in place of a header. */
  readonly presigned?: boolean;
}

export function request(part: Partial<ServiceRequest> = {}): ServiceRequest {
  const { connection } = openConnection();
  const headers = {
    host: 'localhost:8000',
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `${tableTarget}.ListTables`,
    ...part.headers,
  };
  return { method: 'POST', path: '/', body: Buffer.from('{}'), connection, ...part, headers };
}

/** As a client of AWS signs it. */
export async function signed(wish: SignedRequest = {}): Promise<ServiceRequest> {
  const {
    service = 'dynamodb',
    region = 'us-east-1',
    secret = credentials.secretAccessKey,
    query = {},
  } = wish;
  const { target = `${tableTarget}.ListTables`, body = '{}', atMs = Date.UTC(2026, 0, 1) } = wish;
  const signer = new SignatureV4({
    service,
    region,
    credentials: { ...credentials, secretAccessKey: secret },
    sha256: Sha256,
  });
  const headers = request({ headers: { 'x-amz-target': target, ...wish.headers } }).headers as Record<
    string,
    string
  >;
  const plain = {
    method: 'POST',
    protocol: 'http:',
    hostname: 'localhost',
    port: 8000,
    path: '/',
    query,
    headers,
    body,
  };
  const signingDate = new Date(atMs);
  const unhoistableHeaders = new Set(['x-amz-target']);
  const made =
    wish.presigned === true
      ? await signer.presign(plain, { signingDate, unhoistableHeaders })
      : await signer.sign(plain, { signingDate });
  const parameters = new URLSearchParams(made.query as Record<string, string>);
  return request({
    headers: made.headers,
    path: parameters.size === 0 ? '/' : `/?${parameters}`,
    body: Buffer.from(body),
  });
}

export interface LogLine {
  readonly fields: object;
  readonly sentence: string;
}

export function logLines(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const add = (fields: object, sentence: string) => void lines.push({ fields, sentence });
  return { log: { info: add, warn: add, error: add }, lines };
}

/** A table service whose operations tell who called, fail, or wait; and a key service that has one. */
export function smallServices(
  run: (caller: Caller, input: object) => object | Promise<object> = (caller) => caller,
) {
  const context = ({ caller }: Asked) => caller;
  return [
    serviceOf({
      model: 'dynamodb',
      operations: [
        operation({ name: 'ListTables', run: (caller: Caller, input: object) => run(caller, input) }),
      ],
      context,
    }),
    serviceOf({
      model: 'kms',
      operations: [
        operation({ name: 'ListKeys', run: (caller: Caller, input: object) => run(caller, input) }),
      ],
      context,
    }),
  ];
}

export function smallDispatcher(
  options: Partial<DispatcherOptions> = {},
  run?: (caller: Caller, input: object) => object | Promise<object>,
): Dispatcher {
  const clock = new VirtualClock();
  return new Dispatcher({ services: smallServices(run), account, region: 'us-east-1', clock, ...options });
}

export function textOf({ body }: { readonly body: Uint8Array }): string {
  return Buffer.from(body).toString();
}

export function jsonOf(answer: { readonly body: Uint8Array }): Record<string, unknown> {
  return JSON.parse(textOf(answer));
}
