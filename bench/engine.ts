/** An engine in process for the benches, sealed or with a null cipher, called by its own API and below the AWS SDK. */
import { join } from 'node:path';
import { openCryptoCore } from '../src/crypto/open-core.ts';
import type { Database } from '../src/database.ts';
import type { EmbeddedTable } from '../src/embedded-table.ts';
import { openWith } from '../src/open.ts';
import { createNullCore } from './null-core.ts';

export interface BenchEngine {
  /** For a client of the real SDK. */
  readonly clientConfig: ReturnType<Database['clientConfig']>;
  /** One operation as the SDK's request handler is asked for it; resolves with the parsed answer. */
  call(operation: string, input: object): Promise<Record<string, unknown>>;
  /** A new table, ready for use; the hash key is `id`, a text, and the range key, where there is one, `n`, a number. */
  createTable(name: string, options?: { readonly range: boolean }): Promise<EmbeddedTable>;
  /** A table that is there. */
  table(name: string): EmbeddedTable;
  close(): Promise<void>;
}

export interface BenchEngineOptions {
  /** `plain`: everything as in the product, but pages are copied and not sealed. */
  readonly kind: 'sealed' | 'plain';
  readonly pageCacheBytes?: number;
}

const asksMax = 1_000;

/** A store of its own in `folder`, with its root key beside it. */
export async function openEngine(
  folder: string,
  { kind, ...options }: BenchEngineOptions,
): Promise<BenchEngine> {
  const core = openCryptoCore();
  const database = await openWith(
    join(folder, 'data'),
    { rootKey: { file: join(folder, 'root.key') }, ...options },
    { core: kind === 'plain' ? createNullCore(core) : core },
  );
  const clientConfig = database.clientConfig();
  const call = (operation: string, input: object) => ask(clientConfig, operation, input);
  return {
    clientConfig,
    call,
    createTable: async (name, { range } = { range: false }) => {
      await call('CreateTable', {
        TableName: name,
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          ...(range ? [{ AttributeName: 'n', AttributeType: 'N' }] : []),
        ],
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          ...(range ? [{ AttributeName: 'n', KeyType: 'RANGE' }] : []),
        ],
        BillingMode: 'PAY_PER_REQUEST',
      });
      await untilActive(call, name);
      return database.table(name);
    },
    table: (name) => database.table(name),
    close: () => database.close(),
  };
}

async function ask(
  { requestHandler }: BenchEngine['clientConfig'],
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  const { response } = await requestHandler.handle({
    method: 'POST',
    path: '/',
    headers: {
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
    },
    body: JSON.stringify(input),
  });
  const text = Buffer.from(response.body).toString();
  if (response.statusCode !== 200) throw new Error(`${operation} was answered ${text}`);
  return JSON.parse(text);
}

async function untilActive(call: BenchEngine['call'], TableName: string): Promise<void> {
  for (let asks = 0; asks < asksMax; asks++) {
    const { Table } = await call('DescribeTable', { TableName });
    if (typeof Table === 'object' && Table !== null && 'TableStatus' in Table) {
      if (Table.TableStatus === 'ACTIVE') return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${TableName} did not become active`);
}
