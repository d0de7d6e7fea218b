/** Data keys from a key service outside this process: asked with patience, checked, and at once out of JavaScript's reach. */
import type { Clock } from '../base/clock.ts';
import { isRefusal, Outage, Refusal, type RefusalCode } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import { type CryptoCore, keyBytes, type SecretKey } from '../crypto/core.ts';
import type {
  Caller,
  DataKey,
  EncryptionContext,
  KeyDescription,
  KeyListener,
  KeyService,
} from './key-service.ts';
import type { KeyServiceClient, MadeDataKey, OpenedDataKey } from './key-service-client.ts';
import { Patience } from './patience.ts';
import {
  isProven,
  joinRemoteCiphertext,
  proofOf,
  type RemoteCiphertext,
  remoteArnBytesMax,
  remoteCiphertextBytesMax,
  splitRemoteCiphertext,
} from './remote-ciphertext.ts';

export interface RemoteKeysOptions {
  readonly core: CryptoCore;
  /** Closed with this. */
  readonly client: KeyServiceClient;
  readonly clock: Clock;
  readonly log?: Log;
  /** Called for each question that the service answered. */
  readonly count?: (operation: string, keyArn: string) => void;
  readonly random?: () => number;
}

/** The service says of a key that it is of no use: what was opened with it before should go. */
const lostCodes: ReadonlySet<RefusalCode> = new Set([
  'KeyDisabled',
  'KeyInvalidState',
  'KeyNotFound',
  'KeyAccessDenied',
]);

/** It asks with the rights of this process, whoever the caller is: a remote service does not know them (R-DEP-1). */
export class RemoteKeys implements Omit<KeyService, 'ownedKey' | 'tableGrants'> {
  readonly #core: CryptoCore;
  readonly #client: KeyServiceClient;
  readonly #log: Log;
  readonly #count: (operation: string, keyArn: string) => void;
  readonly #patience: Patience;
  readonly #listeners = new Set<KeyListener>();
  /** Keys that were refused when they were last asked for. */
  readonly #lost = new Set<string>();

  constructor({ core, client, clock, log = silentLog, count = () => {}, random }: RemoteKeysOptions) {
    this.#core = core;
    this.#client = client;
    this.#log = log;
    this.#count = count;
    const spread = random === undefined ? {} : { random };
    this.#patience = new Patience({ clock, limits: client.patience, ...spread });
  }

  get name(): string {
    return this.#client.name;
  }

  async describeKey({ region }: Caller, keyId: string): Promise<KeyDescription> {
    const described = await this.#ask((signal) => this.#client.describeKey({ keyId, region, signal }));
    if (described.arn === '' || Buffer.byteLength(described.arn) > remoteArnBytesMax) {
      throw wrong('It described a key without a name.');
    }
    this.#count('DescribeKey', described.arn);
    return described;
  }

  /**
   * `keyArn`: as describeKey answered it. What could not be opened later fails now: the service is asked to open what it made.
   * Throws Outage KeyServiceWrong where its answers contradict the question or each other.
   */
  async generateDataKey(caller: Caller, keyArn: string, context: EncryptionContext): Promise<DataKey> {
    const { region } = caller;
    const made = await this.#ask(
      async (signal) => {
        const answer = await this.#client.generateDataKey({ keyArn, context, region, signal });
        const key = this.#taken(answer, keyArn);
        return { key, ciphertext: answer.ciphertext };
      },
      ({ key }) => key.destroy(),
      keyArn,
    );
    this.#count('GenerateDataKey', keyArn);
    const { key } = made;
    try {
      const proven = { keyArn, ciphertext: made.ciphertext };
      const ciphertext = joinRemoteCiphertext({
        ...proven,
        proof: proofOf(this.#core, key, { ...proven, context }),
      });
      (await this.decryptDataKey(caller, ciphertext, context)).key.destroy();
      return { key, ciphertext, keyArn };
    } catch (fault) {
      key.destroy();
      throw isRefusal(fault, 'InvalidCiphertext') ? wrong('It does not open what it made.') : fault;
    }
  }

  /** Refuses InvalidCiphertext, and throws Outage KeyServiceWrong where the service opens it to another key. */
  async decryptDataKey(
    { region }: Caller,
    ciphertext: Uint8Array,
    context: EncryptionContext,
  ): Promise<DataKey> {
    const stored = splitRemoteCiphertext(ciphertext);
    if (stored === undefined) throw new Refusal('InvalidCiphertext', {});
    const { keyArn } = stored;
    const key = await this.#ask(
      async (signal) => {
        const question = { keyArn, ciphertext: stored.ciphertext, context, region, signal };
        return this.#proven(await this.#client.decryptDataKey(question), { ...stored, context });
      },
      (late) => late.destroy(),
      keyArn,
    );
    this.#lost.delete(keyArn);
    this.#count('Decrypt', keyArn);
    return { key, ciphertext, keyArn };
  }

  /** Called when a key is refused that was not refused before: a remote service does not tell by itself. */
  onKeyChange(listener: KeyListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whoever waits for an answer is told Closed. A second call does nothing. */
  close(): void {
    this.#patience.close();
    this.#client.close();
  }

  async #ask<T>(
    question: (signal: AbortSignal) => Promise<T>,
    discard: (late: T) => void = () => {},
    keyArn?: string,
  ): Promise<T> {
    try {
      return await this.#patience.ask(question, discard);
    } catch (fault) {
      // The name of another key than the ciphertext's: it was changed where it is stored.
      if (isRefusal(fault, 'IncorrectKey')) throw new Refusal('InvalidCiphertext', {});
      if (fault instanceof Refusal && keyArn !== undefined && lostCodes.has(fault.code)) this.#lose(keyArn);
      throw fault;
    }
  }

  #lose(keyArn: string): void {
    if (this.#lost.has(keyArn)) return;
    this.#lost.add(keyArn);
    this.#log.warn({ keyArn, service: this.name }, 'A key service refuses a key.');
    for (const listener of this.#listeners) listener(keyArn);
  }

  /** The key of an answer, whose bytes are wiped, whatever they are. */
  #taken(
    { plaintext, keyArn, ...rest }: OpenedDataKey & Partial<MadeDataKey>,
    expectedArn: string,
  ): SecretKey {
    try {
      if (keyArn !== expectedArn) throw wrong('It used another key than the one that was asked for.');
      if (plaintext.length !== keyBytes) throw wrong('Its data key has another length.');
      if (rest.ciphertext !== undefined) requireLength(rest.ciphertext);
      return this.#core.importKey(plaintext);
    } finally {
      plaintext.fill(0);
    }
  }

  #proven(answer: OpenedDataKey, stored: RemoteCiphertext & { context: EncryptionContext }): SecretKey {
    const key = this.#taken(answer, stored.keyArn);
    if (isProven(this.#core, key, stored)) return key;
    key.destroy();
    throw wrong('It opened a data key to another one.');
  }
}

function requireLength(ciphertext: Uint8Array): void {
  if (ciphertext.length > 0 && ciphertext.length <= remoteCiphertextBytesMax) return;
  throw wrong('Its ciphertext has no length a ciphertext can have.');
}

function wrong(hint: string): Outage {
  return new Outage('KeyServiceWrong', { hint });
}
