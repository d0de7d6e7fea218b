/** A request and its answer without any transport: what a socket, or a client in this process, hands to dispatch. */
import type { ClientConnection } from '../keys/client-connection.ts';

/** Names in lower case; a header that came several times is joined with commas. Without prototype or read by own key only. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** What requests are signed with, so to speak, that a client in this process makes without credentials. */
export const trustedKeyId = 'in-process';

export interface ServiceRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly connection: ClientConnection;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export function header(headers: Headers, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

/** The content type without its parameters, in lower case; empty where there is none. */
export function baseTypeOf(headers: Headers): string {
  const type = header(headers, 'content-type') ?? '';
  const semicolon = type.indexOf(';');
  return (semicolon < 0 ? type : type.slice(0, semicolon)).trim().toLowerCase();
}
