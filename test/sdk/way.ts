/** The two ways in, each with the real clients of AWS at its end: every suite of this folder runs over both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Database, ListeningServer } from '../../src/database.ts';
import { type OpenOptions, open } from '../../src/open.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export const ways = ['over HTTP', 'in process'] as const;
export type Way = (typeof ways)[number];

export const credentials = { accessKeyId: 'AKIDOFTESTS', secretAccessKey: 'a-secret-of-the-tests' };
export const account = '123456789012';
export const watchIntervalMs = 1_000;

export interface Clients {
  readonly tables: DynamoDBClient;
  readonly documents: DynamoDBDocumentClient;
  readonly keys: KMSClient;
  readonly streams: DynamoDBStreamsClient;
}

interface ClientOptions {
  readonly region?: string;
  readonly secretAccessKey?: string;
}

/** A store of its own in a temporary folder, reached by one of the ways. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'cryptable-sdk-'));
  /** Signatures carry the time of the machine, so this clock begins there. */
  readonly clock = new VirtualClock(Date.now());
  readonly #way: Way;
  readonly #clients: Clients[] = [];
  #open: { database: Database; server: ListeningServer | undefined } | undefined;

  readonly #more: Partial<OpenOptions>;

  private constructor(way: Way, more: Partial<OpenOptions>) {
    this.#way = way;
    this.#more = more;
  }

  static async open(way: Way, more: Partial<OpenOptions> = {}): Promise<Site> {
    const site = new Site(way, more);
    await site.start();
    return site;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  get options(): OpenOptions {
    const rootKey = { file: join(this.folder, 'keys', 'root.key') };
    return { rootKey, account, clock: this.clock, keyWatchIntervalMs: watchIntervalMs, ...this.#more };
  }

  get database(): Database {
    if (this.#open === undefined) throw new Error('the site is not open');
    return this.#open.database;
  }

  async start(): Promise<void> {
    const database = await open(this.data, this.options);
    const server =
      this.#way === 'in process' ? undefined : await database.listen({ credentials: [credentials] });
    this.#open = { database, server };
  }

  /** What any client of DynamoDB is made with to reach this site, as a connection of its own. */
  settings({ region = 'us-east-1', secretAccessKey = credentials.secretAccessKey }: ClientOptions = {}) {
    const server = this.#open?.server;
    return server === undefined
      ? this.database.clientConfig({ region })
      : {
          region,
          endpoint: `http://${server.host}:${server.port}`,
          credentials: { ...credentials, secretAccessKey },
        };
  }

  /** What clients are made with to be whoever has these credentials, whichever the way. */
  settingsOf(identity: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }) {
    const server = this.#open?.server;
    if (server === undefined) return this.database.clientConfig({ credentials: identity });
    return {
      region: 'us-east-1',
      endpoint: `http://${server.host}:${server.port}`,
      credentials: identity,
    };
  }

  /** Clients with a connection of their own. */
  clients(options: ClientOptions = {}): Clients {
    const settings = this.settings(options);
    const tables = new DynamoDBClient(settings);
    const keys = new KMSClient(settings);
    const streams = new DynamoDBStreamsClient(settings);
    const made = { tables, keys, streams, documents: DynamoDBDocumentClient.from(tables) };
    this.#clients.push(made);
    return made;
  }

  /** The next look at the keys, and what it writes. */
  async watch(): Promise<void> {
    await this.clock.advanceAndSettle(watchIntervalMs);
  }

  async stop(): Promise<void> {
    for (const { tables, keys, streams } of this.#clients.splice(0)) {
      streams.destroy();
      tables.destroy();
      keys.destroy();
    }
    await this.#open?.database.close();
    this.#open = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Also takes the files away. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function newKey({ keys }: Clients): Promise<string> {
  const { KeyMetadata } = await keys.send(new CreateKeyCommand({}));
  if (KeyMetadata?.Arn === undefined) throw new Error('CreateKey told no key');
  return KeyMetadata.Arn;
}

/** A table with the keys `city` and `year`. */
export async function newTable(
  { tables }: Clients,
  TableName: string,
  SSESpecification?: CreateTableCommandInput['SSESpecification'],
) {
  const { TableDescription } = await tables.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'city', AttributeType: 'S' },
        { AttributeName: 'year', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'city', KeyType: 'HASH' },
        { AttributeName: 'year', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      ...(SSESpecification === undefined ? {} : { SSESpecification }),
    }),
  );
  if (TableDescription === undefined) throw new Error('CreateTable described nothing');
  return TableDescription;
}

export function underKey(KMSMasterKeyId: string) {
  return { Enabled: true, SSEType: 'KMS', KMSMasterKeyId } as const;
}

/** Name and message of what `call` rejects with; of the message's request id only that it is one. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (fault) {
    if (!(fault instanceof Error)) throw fault;
    return `${fault.name}: ${fault.message.replace(/Request ID: [0-9a-f-]{36};/, 'Request ID: <id>;')}`;
  }
  return 'answered';
}
