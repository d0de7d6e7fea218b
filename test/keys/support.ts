/** Table keys over the real embedded key service, which is watched, with every opened key on a list. */
import { type CryptoCore, type PageBatch, type SecretKey, tagBytes } from '../../src/crypto/core.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import type { ClientConnection } from '../../src/keys/client-connection.ts';
import { lingerMs } from '../../src/keys/key-cache.ts';
import {
  type TableIdentity,
  TableKeys,
  type TreeCipher,
  type WrappedTableKeys,
} from '../../src/keys/table-keys.ts';
import type { EmbeddedKms } from '../../src/kms/embedded/embedded-kms.ts';
import type { Caller, KeyService } from '../../src/kms/key-service.ts';
import { account, openKms, region, user } from '../support/embedded-kms.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

export const books: TableIdentity = { id: 'id-of-books', name: 'Books', account, region };
export const films: TableIdentity = { id: 'id-of-films', name: 'Films', account, region };
export const trees = [2, 3];

export interface TestConnection extends ClientConnection {
  close(): void;
}

let lastConnection = 0;

export function connect(): TestConnection {
  const end = new AbortController();
  return { id: ++lastConnection, closed: end.signal, close: () => end.abort() };
}

export interface WatchedCore extends CryptoCore {
  /** All keys that were generated, derived, imported or opened. */
  readonly keys: SecretKey[];
  readonly aliveCount: number;
}

export function watchedCore(): WatchedCore {
  const core = createFallbackCore();
  const keys: SecretKey[] = [];
  const listed = (key: SecretKey): SecretKey => {
    keys.push(key);
    return key;
  };
  return {
    ...core,
    keys,
    get aliveCount() {
      return keys.filter((key) => !key.destroyed).length;
    },
    generateKey: () => listed(core.generateKey()),
    openKey: (...given) => listed(core.openKey(...given)),
  };
}

/** The embedded key service as over a network: questions are counted, answers may be late or never come. */
export class WatchedService implements KeyService {
  decrypts = 0;
  listeners = 0;
  readonly callers: string[] = [];
  /** Awaited between the answer, or the refusal, and its arrival. */
  delay: (() => Promise<void>) | undefined;
  /** Awaited instead of asking, for outages. */
  outage: Error | undefined;
  readonly #kms: EmbeddedKms;
  readonly #core: WatchedCore;
  readonly #tells: boolean;

  /**
   * Table keys that it gives out come on the list of `core`; `tells`: changes of keys are told, as by the
   * embedded one.
   */
  constructor(kms: EmbeddedKms, core: WatchedCore, { tells }: { tells: boolean }) {
    this.#kms = kms;
    this.#core = core;
    this.#tells = tells;
  }

  describeKey: KeyService['describeKey'] = (caller, keyId) => {
    this.callers.push(`DescribeKey ${caller.arn} ${caller.service}`);
    return this.#kms.describeKey(caller, keyId);
  };

  generateDataKey: KeyService['generateDataKey'] = async (caller, keyId, context) => {
    this.callers.push(`GenerateDataKey ${caller.arn} ${caller.service}`);
    const answer = await this.#kms.generateDataKey(caller, keyId, context);
    this.#core.keys.push(answer.key);
    await this.delay?.();
    return answer;
  };

  decryptDataKey: KeyService['decryptDataKey'] = async (caller, ciphertext, context, options) => {
    this.decrypts++;
    this.callers.push(`Decrypt ${caller.arn} ${caller.service}`);
    if (this.outage !== undefined) throw this.outage;
    try {
      const answer = await this.#kms.decryptDataKey(caller, ciphertext, context, options);
      this.#core.keys.push(answer.key);
      return answer;
    } finally {
      await this.delay?.();
    }
  };

  get tableGrants(): KeyService['tableGrants'] {
    return this.#kms.tableGrants;
  }

  ownedKey: KeyService['ownedKey'] = (of) => this.#kms.ownedKey(of);

  onKeyChange: KeyService['onKeyChange'] = (listener) => {
    this.listeners++;
    const stop = this.#tells ? this.#kms.onKeyChange(listener) : () => {};
    return () => {
      this.listeners--;
      stop();
    };
  };
}

export interface Bench {
  readonly keys: TableKeys;
  readonly kms: EmbeddedKms;
  readonly service: WatchedService;
  readonly clock: VirtualClock;
  readonly core: WatchedCore;
  /** Names of tables whose keys were wiped, in order. */
  readonly wiped: string[];
  /** A customer key, not used yet. */
  readonly keyArn: string;
}

/** `remote`: a service that tells nothing of its keys' changes. */
export async function openBench({ remote = false }: { remote?: boolean } = {}): Promise<Bench> {
  const core = watchedCore();
  const { kms, clock } = await openKms();
  const { arn: keyArn } = await kms.keys.create(user, {});
  const service = new WatchedService(kms, core, { tells: !remote });
  const wiped: string[] = [];
  const keys = new TableKeys({ core, service, clock, onWiped: ({ name }) => void wiped.push(name) });
  return { keys, kms, service, clock, core, wiped, keyArn };
}

export interface BooksBench extends Bench {
  readonly connection: TestConnection;
  readonly wrapped: WrappedTableKeys;
  /** Sealed under the data key of tree 2. */
  readonly page: Uint8Array;
  /** What every request is refused with while the key is disabled. */
  readonly disabled: RegExp;
  /** Opens the page, if the keys are there. */
  read(): string;
  /** Asks, as a request does, and reads. */
  request(over?: ClientConnection, caller?: Caller): Promise<string>;
}

/** How many timers there are, but for the one that keeps what keys were last used for. */
export async function timersOf({ kms, clock }: Pick<Bench, 'kms' | 'clock'>): Promise<number> {
  await kms.lastUses.close();
  return clock.timers;
}

/** Books under a customer key, one page sealed, its keys wiped again: as after a start of the engine. */
export async function openBooks(options: { remote: boolean }): Promise<BooksBench> {
  const bench = await openBench(options);
  const { keys, clock, wiped, service, keyArn } = bench;
  const connection = connect();
  const wrapped = await keys.create(user, books, keyArn, trees);
  const page = sealPage(keys.cipher(books.id, 2), 'a page');
  clock.advance(lingerMs);
  wiped.length = 0;
  service.callers.length = 0;
  const read = () => openPage(keys.cipher(books.id, 2), page);
  const disabled = new RegExp(
    '^TableKeyRefused: KMS key disabled error: ' +
      `com\\.amazonaws\\.services\\.kms\\.model\\.DisabledException: ` +
      `${keyArn} is disabled\\. \\(Service: AWSKMS; Status Code: 400; Error Code: DisabledException; ` +
      'Request ID: [0-9a-f-]{36}; Proxy: null\\)$',
  );
  return {
    ...bench,
    connection,
    wrapped,
    page,
    disabled,
    read,
    async request(over = connection, caller = user) {
      await keys.authorize(caller, over, books.id);
      return read();
    },
  };
}

/** Lets promises that wait on each other come to rest. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

const aad = Buffer.from('page 1');
const overheadBytes = 24 + tagBytes;

export function sealPage(cipher: TreeCipher, text: string): Uint8Array {
  const input = Buffer.from(text);
  const output = Buffer.alloc(input.length + overheadBytes);
  cipher.seal(batchOf(input, output));
  return output;
}

/** The text, or `does not open`. Throws what the cipher throws. */
export function openPage(cipher: TreeCipher, sealed: Uint8Array, dataKeyId = 1): string {
  const output = Buffer.alloc(sealed.length - overheadBytes);
  const failed = cipher.open(dataKeyId, batchOf(sealed, output));
  return failed === -1 ? output.toString() : 'does not open';
}

function batchOf(input: Uint8Array, output: Uint8Array): PageBatch {
  return { input, output, aad, pages: Uint32Array.of(0, input.length, 0, 0, aad.length) };
}
