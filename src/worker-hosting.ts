/** What an open store gives its workers: the settings they begin with, and answers to what they ask. */
import type { Duplex } from 'node:stream';
import type { Log } from './base/log.ts';
import type { CryptoCore } from './crypto/core.ts';
import { rootArn } from './iam/principal.ts';
import type { KeyService } from './kms/key-service.ts';
import type { PageEngine } from './pages/pages.ts';
import type { Dispatcher } from './server/dispatch.ts';
import type { Credentials } from './server/signature.ts';
import { WorkerHost } from './server/worker-host.ts';

export interface WorkerHostingOptions {
  readonly dir: string;
  readonly storeId: Uint8Array;
  readonly account: string;
  readonly region: string;
  readonly pageCacheBytes?: number | undefined;
  readonly requireNative?: boolean | undefined;
  readonly engine: PageEngine;
  readonly service: KeyService;
  readonly core: CryptoCore;
  /** Whether anybody has an access key of his own. */
  readonly identities: {
    readonly directory: { readonly hasCallers: boolean; onChange(listener: () => void): void };
  };
  readonly log: Log;
}

/** Where connections come in, and who may call. */
export interface WorkerRules {
  readonly host: string;
  readonly credentials: readonly Credentials[];
  /** With the same rules. */
  readonly dispatcher: Dispatcher;
}

export class WorkerHosting {
  readonly #options: WorkerHostingOptions;
  readonly #hosts = new Set<WorkerHost>();
  #hasCallers: boolean;

  constructor(options: WorkerHostingOptions) {
    this.#options = options;
    const { directory } = options.identities;
    this.#hasCallers = directory.hasCallers;
    directory.onChange(() => this.#lookForCallers());
  }

  /** Has the process at the other end of the stream, which nobody else may hold, begin as a worker. */
  host(stream: Duplex, { host, credentials, dispatcher }: WorkerRules): WorkerHost {
    const { dir, storeId, account, region, pageCacheBytes, requireNative } = this.#options;
    const { engine, service, core, log } = this.#options;
    const settings = {
      dir,
      storeId: Buffer.from(storeId).toString('base64'),
      account,
      region,
      ...(pageCacheBytes === undefined ? {} : { cacheBytes: pageCacheBytes }),
      requireNative: requireNative === true,
      host,
      trustsEveryCaller: dispatcher.trustsEveryCaller,
      credentials: credentials.filter((caller) => isRoot(caller, account)),
    };
    // A transaction ends when all before it is durable, and published here.
    const settled = () => engine.transact(() => undefined);
    const hosted = new WorkerHost({
      stream,
      settings,
      dispatcher,
      service,
      core,
      log,
      settled,
    });
    this.#hosts.add(hosted);
    stream.once('close', () => this.#hosts.delete(hosted));
    if (this.#hasCallers) hosted.callersKnown();
    return hosted;
  }

  /** A worker that trusts every caller would trust those as well whose policies say less. */
  #lookForCallers(): void {
    if (this.#hasCallers || !this.#options.identities.directory.hasCallers) return;
    this.#hasCallers = true;
    for (const hosted of this.#hosts) hosted.callersKnown();
  }
}

/** Of others, the primary alone knows what they may do. */
function isRoot({ arn, account: own }: Credentials, account: string): boolean {
  return arn === undefined || arn === rootArn(own ?? account);
}
