/** The primary's side of one worker: what it starts with, what it passes on, and the keys that it asks for. */
import type { Duplex } from 'node:stream';
import { Outage } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type CryptoCore, keyBytes } from '../crypto/core.ts';
import { fillRandom } from '../crypto/random.ts';
import type { KeyService } from '../kms/key-service.ts';
import { sealDataKey, type WayKey } from '../kms/relayed.ts';
import { type OpenConnection, openConnection } from './connection.ts';
import type { Dispatcher } from './dispatch.ts';
import { WorkerChannel } from './worker-channel.ts';
import {
  answerOf,
  type Head,
  type Message,
  message,
  parsedCaller,
  type WorkerSettings,
} from './worker-message.ts';

export interface WorkerHostOptions {
  /** To the worker alone: whoever holds its other end may open keys. */
  readonly stream: Duplex;
  readonly settings: WorkerSettings;
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>;
  readonly service: KeyService;
  readonly core: CryptoCore;
  readonly log: Log;
  /** Resolves when all that is durable by now can be read here too. */
  readonly settled: () => Promise<void>;
}

type Decrypt = Extract<Head, { readonly kind: 'decrypt' }>;
type PassedOn = Extract<Head, { readonly kind: 'request' }>;

/**
 * Operations that read here outside of a transaction: they see a commit of this process once it has heard that it is
 * durable, and a worker may have seen it before that.
 */
const readsBesideCommits = /\.(GetItem|BatchGetItem|Query|Scan|ExecuteStatement|BatchExecuteStatement)$/;

export class WorkerHost {
  readonly #options: WorkerHostOptions;
  readonly #channel: WorkerChannel;
  readonly #wayKey: WayKey;
  readonly #connections = new Map<number, OpenConnection>();
  readonly #stopListening: () => void;
  /** Resolves when it takes connections; rejects where it cannot, or ends before. */
  readonly ready: Promise<void>;

  constructor(options: WorkerHostOptions) {
    const { stream, service, core, settings } = options;
    this.#options = options;
    this.#channel = new WorkerChannel(stream, {
      asked: (question) => this.#asked(question),
      told: ({ head }) => {
        // Where it comes from is known before a key is asked for over it: policies and records say it of every request.
        if (head.kind === 'come') this.#connectionOf(head.connection, head.address);
        if (head.kind === 'gone') this.#endConnection(head.connection);
      },
      gone: () => this.#gone(),
    });
    // Outside of the heap, where nothing is moved and left behind: what opens keys is wiped once the worker has it.
    const [secret, taken] = [Buffer.allocUnsafeSlow(keyBytes), Buffer.allocUnsafeSlow(keyBytes)];
    fillRandom(secret);
    taken.set(secret);
    this.#wayKey = { core, key: core.importKey(taken) };
    this.#stopListening = service.onKeyChange((keyArn, change) =>
      this.#channel.tell(message({ kind: 'key changed', keyArn, change })),
    );
    const begun = this.#channel.ask(message({ kind: 'begin', ...settings }, secret));
    this.ready = begun
      .finally(() => secret.fill(0))
      .then((answer) => {
        answerOf(answer, 'done');
      });
  }

  /** From now on somebody has an access key of his own: one who signs with it is not to be trusted as others are. */
  callersKnown(): void {
    this.#channel.tell(message({ kind: 'callers known' }));
  }

  /** Has it answer what is under way and end. Resolves when it has nothing left to answer, or is gone. */
  async close(): Promise<void> {
    try {
      await this.#channel.ask(message({ kind: 'close' }));
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
    }
    this.#channel.close();
  }

  async #asked({ head, bytes }: Message): Promise<Message> {
    if (head.kind === 'request') return await this.#answer(head, bytes);
    if (head.kind === 'decrypt') return await this.#decrypt(head, bytes);
    throw new TypeError(`a worker does not ask for ${head.kind}`);
  }

  async #answer({ connection: number, ...request }: PassedOn, body: Uint8Array): Promise<Message> {
    const { method, path, headers } = request;
    if (readsBesideCommits.test(headers['x-amz-target'] ?? '')) await this.#options.settled();
    const { connection } = this.#connectionOf(number);
    const answer = await this.#options.dispatcher.dispatch({ method, path, headers, body, connection });
    return message({ kind: 'answer', status: answer.status, headers: answer.headers }, answer.body);
  }

  async #decrypt({ caller: written, context, options }: Decrypt, ciphertext: Uint8Array): Promise<Message> {
    const { service, log } = this.#options;
    const { connection: number, ...caller } = parsedCaller(written);
    // As this process numbers connections: those of several workers are in one bill.
    const over = number === undefined ? {} : { connection: this.#connectionOf(number).connection.id };
    try {
      const asker = { ...caller, ...over };
      const opened = await service.decryptDataKey(asker, ciphertext, new Map(context), options);
      const { sealed, keyArn } = sealDataKey(this.#wayKey, opened);
      return message({ kind: 'key', keyArn }, sealed);
    } catch (fault) {
      if (fault instanceof Outage) log.warn({ fault }, 'A key that a worker asked for could not be opened.');
      throw fault;
    }
  }

  #connectionOf(number: number, address?: string): OpenConnection {
    const open = this.#connections.get(number) ?? openConnection(address);
    this.#connections.set(number, open);
    return open;
  }

  #endConnection(number: number): void {
    this.#connections.get(number)?.end();
    this.#connections.delete(number);
  }

  #gone(): void {
    this.#stopListening();
    this.#wayKey.key.destroy();
    for (const number of [...this.#connections.keys()]) this.#endConnection(number);
  }
}
