/** One request to Vault or OpenBao over HTTP: signed in, bounded, and never sent on to another address. */
import { Outage } from '../base/errors.ts';
import { readSecret, type SecretSource } from './secret-source.ts';
import { tlsEndpoint } from './tls-endpoint.ts';
import type { VaultAnswer } from './vault-fault.ts';

export interface VaultHttpOptions {
  readonly url: string;
  readonly token: SecretSource;
  readonly namespace?: string | undefined;
}

export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Below /v1/, made of names that need no escape. */
  readonly path: string;
  readonly body?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface VaultReply extends VaultAnswer {
  readonly data: Readonly<Record<string, unknown>>;
}

const answerBytesMax = 65_536;

export class VaultHttp {
  readonly #base: URL;
  readonly #token: SecretSource;
  readonly #namespace: string | undefined;

  /** Throws Outage KeyServiceUnsafe for plain HTTP beyond this machine, and a TypeError for no address. */
  constructor({ url, token, namespace }: VaultHttpOptions) {
    this.#base = tlsEndpoint(url);
    this.#token = token;
    this.#namespace = namespace;
  }

  get host(): string {
    return this.#base.host;
  }

  /** Whatever status it has. Throws Outage KeyServiceCredentials, KeyServiceUnavailable and KeyServiceWrong. */
  async send({ method, path, body, signal }: VaultRequest): Promise<VaultReply> {
    const headers: Record<string, string> = {
      'x-vault-token': await this.#readToken(),
      'x-vault-request': 'true',
    };
    if (this.#namespace !== undefined) headers['x-vault-namespace'] = this.#namespace;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const request = { method, headers, signal, redirect: 'manual' as const };
    let response: Response;
    try {
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      response = await fetch(new URL(`/v1/${path}`, this.#base), { ...request, ...content });
    } catch (cause) {
      throw new Outage('KeyServiceUnavailable', { cause: rootOf(cause) });
    }
    return { status: response.status, ...parsed(await bounded(response), response.status) };
  }

  async #readToken(): Promise<string> {
    let token: string | undefined;
    try {
      token = await readSecret(this.#token);
    } catch (cause) {
      throw new Outage('KeyServiceCredentials', {
        cause,
        hint: 'The file of the Vault token cannot be read.',
      });
    }
    if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) return token;
    throw new Outage('KeyServiceCredentials', { hint: 'The Vault token is empty, or none at all.' });
  }
}

/** What failed below fetch, whose own words are always the same. */
function rootOf(cause: unknown): unknown {
  return cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
}

async function bounded(response: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of response.body ?? []) {
      bytes += part.length;
      if (bytes > answerBytesMax) break;
      parts.push(part);
    }
  } catch (cause) {
    throw new Outage('KeyServiceUnavailable', { cause: rootOf(cause) });
  }
  if (bytes > answerBytesMax) throw new Outage('KeyServiceWrong', { hint: 'Its answer has no end.' });
  const whole = Buffer.concat(parts);
  for (const part of parts) part.fill(0);
  return whole;
}

/** The parser's own words are dropped: they quote the answer, and the answer may hold a key. */
function parsed(bytes: Buffer, status: number): Pick<VaultReply, 'data' | 'errors'> {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    if (status === 200) throw new Outage('KeyServiceWrong', { hint: 'Its answer is no JSON.' });
    return { data: {}, errors: [] };
  } finally {
    bytes.fill(0);
  }
  const { data, errors } = (typeof json === 'object' && json !== null ? json : {}) as {
    readonly data?: unknown;
    readonly errors?: unknown;
  };
  return {
    data: typeof data === 'object' && data !== null ? { ...data } : {},
    errors: Array.isArray(errors) ? errors.filter((one) => typeof one === 'string') : [],
  };
}
