/** A process that answers requests beside the one that owns the store, its primary: reads itself, all else through it. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from './base/clock.ts';
import { Outage } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { Closing } from './closing.ts';
import type { KeyListener } from './kms/key-service.ts';
import type { KeyRelay } from './kms/relayed.ts';
import { openReader } from './open-reader.ts';
import { serveSockets } from './server/listen.ts';
import { WorkerChannel } from './server/worker-channel.ts';
import { WorkerFront } from './server/worker-front.ts';
import {
  answerOf,
  type Message,
  message,
  type WorkerSettings,
  writtenCaller,
} from './server/worker-message.ts';

export interface WorkerOptions {
  /** The line to the primary. */
  readonly stream: Duplex;
  /** Hands over what takes the connections that the primary has accepted. */
  readonly onReady: (take: (socket: Socket) => void) => void;
  readonly log: Log;
  readonly clock?: Clock;
}

/** Serves as its primary tells it, and resolves when that has gone. */
export function runWorker(options: WorkerOptions): Promise<void> {
  return new Promise((resolve) => {
    new Worker(options, resolve);
  });
}

class Worker {
  readonly #log: Log;
  readonly #onReady: WorkerOptions['onReady'];
  readonly #clock: Clock;
  readonly #channel: WorkerChannel;
  readonly #closing = new Closing();
  readonly #keyListeners = new Set<KeyListener>();
  #front: WorkerFront | undefined;
  #areCallersKnown = false;

  constructor({ stream, onReady, log, clock = systemClock }: WorkerOptions, onGone: () => void) {
    this.#log = log;
    this.#onReady = onReady;
    this.#clock = clock;
    this.#channel = new WorkerChannel(stream, {
      asked: (question) => this.#asked(question),
      told: (told) => this.#told(told),
      gone: onGone,
    });
  }

  #told({ head }: Message): void {
    if (head.kind === 'key changed') {
      for (const listener of this.#keyListeners) listener(head.keyArn, head.change);
    }
    if (head.kind !== 'callers known') return;
    this.#areCallersKnown = true;
    this.#front?.callersKnown();
  }

  async #asked({ head, bytes }: Message): Promise<Message> {
    if (head.kind === 'begin') return await this.#begin(head, bytes);
    if (head.kind !== 'close') throw new TypeError(`a primary does not ask for ${head.kind}`);
    await this.#closing.close();
    return message({ kind: 'done' });
  }

  async #begin(settings: WorkerSettings, waySecret: Uint8Array): Promise<Message> {
    try {
      const log = this.#log;
      const clock = this.#clock;
      const read = await openReader({ settings, waySecret, relay: this.#relay(), log, clock }, this.#closing);
      const dispatcher = new WorkerFront({ ...read, channel: this.#channel });
      this.#front = dispatcher;
      if (this.#areCallersKnown) dispatcher.callersKnown();
      const server = serveSockets({ dispatcher, host: settings.host, clock, log });
      this.#closing.add(server, (opened) => opened.close());
      this.#onReady((socket) => server.take(socket));
      return message({ kind: 'done' });
    } catch (fault) {
      this.#log.error({ fault }, 'A worker could not begin.');
      throw fault;
    }
  }

  #relay(): KeyRelay {
    return {
      decrypt: async (asker, ciphertext, context, options) => {
        const caller = writtenCaller(asker);
        const question = message({ kind: 'decrypt', caller, context: [...context], options }, ciphertext);
        const { head, bytes } = answerOf(await this.#ask(question), 'key');
        return { sealed: bytes, keyArn: head.keyArn };
      },
      onKeyChange: (listener) => {
        this.#keyListeners.add(listener);
        return () => this.#keyListeners.delete(listener);
      },
    };
  }

  async #ask(question: Message): Promise<Message> {
    try {
      return await this.#channel.ask(question);
    } catch (cause) {
      throw new Outage('KeyServiceUnavailable', { cause });
    }
  }
}
