/** What a worker answers requests with: reads it answers itself, and everything else its primary does. */
import type { ClientConnection } from '../keys/client-connection.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Answerer } from './listen.ts';
import { type Headers, header, type ServiceAnswer, type ServiceRequest } from './request.ts';
import type { WorkerChannel } from './worker-channel.ts';
import { answerOf, message } from './worker-message.ts';

export interface WorkerFrontOptions {
  readonly channel: Pick<WorkerChannel, 'ask' | 'tell'>;
  /** Serves what a worker can; undefined where it knows no caller well enough. */
  readonly reads: Dispatcher | undefined;
  /** Knows how long bodies may be, and how a refusal of one is written. */
  readonly rules: Pick<Dispatcher, 'bodyBytesMax' | 'tooLarge'>;
  readonly trustsEveryCaller: boolean;
  /** What a worker answers itself, as X-Amz-Target names it. */
  readonly ownTargets: ReadonlySet<string>;
}

export class WorkerFront implements Answerer {
  readonly trustsEveryCaller: boolean;
  readonly #options: WorkerFrontOptions;
  #reads: Dispatcher | undefined;
  /** Connections, by their ends, that the primary was told of and is going to be told the end of. */
  readonly #known = new WeakSet<AbortSignal>();

  constructor(options: WorkerFrontOptions) {
    this.#options = options;
    this.trustsEveryCaller = options.trustsEveryCaller;
    this.#reads = options.reads;
  }

  bodyBytesMax(headers: Headers): number {
    return this.#options.rules.bodyBytesMax(headers);
  }

  tooLarge(headers: Headers): ServiceAnswer {
    return this.#options.rules.tooLarge(headers);
  }

  /**
   * Only a read that worked out is answered here. A fault may come of knowing less than the primary does: of callers, of
   * what became of a key, of a change of the catalogue that overtook the read. So it has the last word on each.
   */
  async dispatch(request: ServiceRequest): Promise<ServiceAnswer> {
    this.#tellOf(request.connection);
    try {
      const target = header(request.headers, 'x-amz-target') ?? '';
      if (this.#reads !== undefined && this.#options.ownTargets.has(target)) {
        const answer = await this.#reads.dispatch(request);
        if (answer.status === 200) return answer;
      }
      return await this.#passOn(request);
    } finally {
      const { id, closed } = request.connection;
      // It went before anything was asked for it: the primary has come to know it since it was told.
      if (closed.aborted) this.#options.channel.tell(message({ kind: 'gone', connection: id }));
    }
  }

  /** There are callers who have policies: one that trusts every caller would let them do more, and so reads no more. */
  callersKnown(): void {
    if (this.trustsEveryCaller) this.#reads = undefined;
  }

  /** Rejects with Outage Closed where the primary has gone: then this process ends too. */
  async #passOn({ method, path, headers, body, connection }: ServiceRequest): Promise<ServiceAnswer> {
    const question = message({ kind: 'request', connection: connection.id, method, path, headers }, body);
    const answer = answerOf(await this.#options.channel.ask(question), 'answer');
    return { status: answer.head.status, headers: answer.head.headers, body: answer.bytes };
  }

  /** What the primary keeps for a connection, it keeps no longer than the connection lasts. */
  #tellOf({ id, address, closed }: ClientConnection): void {
    if (this.#known.has(closed)) return;
    this.#known.add(closed);
    const { channel } = this.#options;
    channel.tell(message({ kind: 'come', connection: id, address }));
    const tell = () => channel.tell(message({ kind: 'gone', connection: id }));
    closed.addEventListener('abort', tell, { once: true });
  }
}
