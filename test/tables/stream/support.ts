/** A table with a stream over a memory store, its changes and the records of them. */
import type { OpenStream, SequencedRecord } from '../../../src/tables/stream/open-stream.ts';
import type { StreamViewType } from '../../../src/tables/stream/stream-state.ts';
import type { OpenTable } from '../../../src/tables/table.ts';
import { encodeKey } from '../../../src/tables/tree-key.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  definitionOf,
  newConnection,
  openTables,
  type TablesForTest,
  type TablesForTestOptions,
} from '../../support/open-tables.ts';
import { item, N, S } from '../support.ts';

export const hourMs = 3_600_000;

export class StreamedTable {
  opened: TablesForTest;
  readonly #connection = newConnection();

  private constructor(opened: TablesForTest) {
    this.opened = opened;
  }

  static async open(
    view: StreamViewType = 'KEYS_ONLY',
    options: TablesForTestOptions = {},
  ): Promise<StreamedTable> {
    const opened = await openTables(options);
    await opened.tables.create(user, definitionOf('orders', { kind: 'owned' }, { stream: view }));
    return new StreamedTable(opened);
  }

  async arn(): Promise<string> {
    const { stream } = await this.opened.tables.describe(user, 'orders');
    return stream?.arn ?? 'no stream';
  }

  table(): Promise<OpenTable> {
    return Promise.resolve(this.opened.tables.open(user, this.#connection, 'orders'));
  }

  async stream(arn?: string): Promise<OpenStream> {
    return this.opened.tables.streams.open(user, this.#connection, arn ?? (await this.arn()));
  }

  /** Puts the item with this id, a number with it, or removes it. */
  async put(id: string, n?: number): Promise<void> {
    const table = await this.table();
    const next = n === undefined ? undefined : item({ id: S(id), n: N(n) });
    await table.write(encodeKey(table.keySchema, item({ id: S(id) })), () => ({ next, result: undefined }));
  }

  /** The ids of all records that can be read, shard by shard. */
  async ids(arn?: string): Promise<readonly string[]> {
    const stream = await this.stream(arn);
    const pages: string[] = [];
    for (const { number, first } of await stream.shards()) {
      const { records } = await stream.read({ shard: number, sequence: first, atHorizon: true }, 1000);
      pages.push(records.map(idOf).join());
    }
    return pages;
  }

  async restart(): Promise<void> {
    this.opened = await this.opened.restart();
  }
}

export function idOf({ keys }: SequencedRecord): string {
  const id = keys.get('id');
  return id !== undefined && 'S' in id ? id.S : 'no id';
}
