/** Questions to one process that serves other regions: over mutual TLS, each bounded in time and size. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { SecureContext } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { Outage } from '../../base/errors.ts';
import { readBody } from '../request-body.ts';
import { decodeRefusal } from './fault-codec.ts';
import { isNamed } from './peer-identity.ts';
import { answerBytesMax, type PeerQuestion, peerContentType, peerPaths, peerStatus } from './peer-message.ts';
import type { PeerPlace } from './peer-options.ts';
import { WireFault } from './wire-fault.ts';

/** From the question to the last byte of its answer, waiting for a connection included. */
export const answerMsMax = 20_000;
const connectionsMax = 32;

export interface PeerClientOptions {
  readonly place: PeerPlace;
  readonly secureContext: SecureContext;
  readonly clock: Clock;
}

export class PeerClient {
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #clock: Clock;
  readonly #underWay = new Set<ClientRequest>();
  #isClosed = false;

  constructor({ place: { url, name }, secureContext, clock }: PeerClientOptions) {
    this.#url = new URL(url);
    this.#clock = clock;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: connectionsMax,
      secureContext,
      // Each connection looks at the certificate anew.
      maxCachedSessions: 0,
      rejectUnauthorized: true,
      servername: name,
      checkServerIdentity: (_, { raw }) =>
        isNamed(raw, name) ? undefined : new Error('The certificate is not that of the configured peer.'),
    });
  }

  /**
   * What `read` makes of the answer. Throws what the peer refuses; Outage PeerUnavailable where there is no answer, or
   * none in time; PeerWrong for one that cannot be right; Closed.
   */
  async ask<T>(question: PeerQuestion, body: Uint8Array, read: (answer: Uint8Array) => T): Promise<T> {
    if (this.#isClosed) throw new Outage('Closed');
    const { status, answer } = await this.#send(peerPaths[question], body);
    try {
      if (status === peerStatus.done) return read(answer);
      if (status === peerStatus.refused) throw decodeRefusal(answer);
    } catch (fault) {
      if (fault instanceof WireFault) throw new Outage('PeerWrong', { cause: fault });
      throw fault;
    }
    if (status >= 500) throw new Outage('PeerUnavailable', { hint: 'It says that it cannot answer now.' });
    throw new Outage('PeerWrong', { hint: `It answers with the status ${status}.` });
  }

  /** Whoever waits is told Closed. */
  close(): void {
    this.#isClosed = true;
    for (const request of this.#underWay) request.destroy();
    this.#agent.destroy();
  }

  async #send(path: string, body: Uint8Array): Promise<{ status: number; answer: Uint8Array }> {
    const request = httpsRequest(new URL(path, this.#url), {
      method: 'POST',
      agent: this.#agent,
      headers: { 'content-type': peerContentType, 'content-length': body.length },
    });
    this.#underWay.add(request);
    const timer = this.#clock.after(answerMsMax, () =>
      request.destroy(new Error('There is no answer in time.')),
    );
    let isComplete = false;
    try {
      const response = await responseOf(request, body);
      const answer = await readBody(response, answerBytesMax);
      isComplete = response.complete;
      if (answer === 'too large') throw new Outage('PeerWrong', { hint: 'Its answer has no end.' });
      if (answer === 'gone') throw new Error('The connection ended before the answer did.');
      return { status: response.statusCode ?? 0, answer };
    } catch (cause) {
      throw this.#outageOf(cause);
    } finally {
      timer.cancel();
      this.#underWay.delete(request);
      // What was not read to its end must not be taken for the next answer.
      if (!isComplete) request.destroy();
    }
  }

  #outageOf(cause: unknown): Outage {
    if (this.#isClosed) return new Outage('Closed');
    return cause instanceof Outage ? cause : new Outage('PeerUnavailable', { cause });
  }
}

function responseOf(request: ClientRequest, body: Uint8Array): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays: a socket may fail long after the answer was read.
    request.on('error', reject);
    request.end(body);
  });
}
