/** The API of streams without a socket, over a table with a stream, and its time standing still. */
import { encodeBody } from '../../../src/api/json.ts';
import { parseInput } from '../../../src/api/shape.ts';
import { streamsOperations } from '../../../src/api/streams/index.ts';
import { ShardIterators } from '../../../src/api/streams/shard-iterators.ts';
import type { CryptoCore, SecretKey } from '../../../src/crypto/core.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import type { StreamViewType } from '../../../src/tables/stream/stream-state.ts';
import { user } from '../../support/embedded-kms.ts';
import { newConnection } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';
import { StreamedTable } from '../../tables/stream/support.ts';
import type { Json } from '../dynamodb/support.ts';

export class StreamsApi {
  readonly orders: StreamedTable;
  readonly iterators: ShardIterators;
  /** Of the table's stream. */
  readonly arn: string;
  readonly #connection = newConnection();

  private constructor(orders: StreamedTable, arn: string, sealing: { core: CryptoCore; key: SecretKey }) {
    this.orders = orders;
    this.arn = arn;
    this.iterators = new ShardIterators({ ...sealing, clock: orders.opened.clock });
  }

  static async open(view: StreamViewType = 'KEYS_ONLY'): Promise<StreamsApi> {
    const orders = await StreamedTable.open(view);
    const core = createFallbackCore();
    return new StreamsApi(orders, await orders.arn(), { core, key: core.generateKey() });
  }

  async run(name: string, input: Json): Promise<object> {
    const found = streamsOperations.find((operation) => operation.name === name);
    if (found === undefined) throw new TypeError(`there is no operation ${name}`);
    const { streams } = this.orders.opened.tables;
    const context = { streams, iterators: this.iterators, caller: user, connection: this.#connection };
    return found.run(context, parseInput('streams', name, input));
  }

  async call(name: string, input: Json): Promise<Record<string, unknown>> {
    return JSON.parse(Buffer.from(encodeBody(await this.run(name, input))).toString());
  }

  /** The sentence of a ValidationException, or code and sentence of another refusal. */
  async refusal(name: string, input: Json): Promise<string> {
    return (await refusalOf(() => this.run(name, input))).replace(/^Validation: /, '');
  }

  /** The id of the open shard. */
  async shardId(): Promise<string> {
    const { StreamDescription } = await this.call('DescribeStream', { StreamArn: this.arn });
    const { Shards } = StreamDescription as { readonly Shards: readonly { readonly ShardId: string }[] };
    return Shards.at(-1)?.ShardId ?? 'no shard';
  }

  async iterator(more: Json = { ShardIteratorType: 'TRIM_HORIZON' }): Promise<string> {
    const input = { StreamArn: this.arn, ShardId: await this.shardId(), ...more };
    return String((await this.call('GetShardIterator', input)).ShardIterator);
  }
}
