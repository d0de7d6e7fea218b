/** Short ways to what tests of streams ask the clients of AWS. */
import { CreateTableCommand, type StreamViewType } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-dynamodb-streams';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Clients, underKey } from './way.ts';

export async function streamedTable(
  { tables }: Clients,
  view: StreamViewType = 'NEW_AND_OLD_IMAGES',
  keyArn?: string,
): Promise<string> {
  const { TableDescription } = await tables.send(
    new CreateTableCommand({
      TableName: 'orders',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: view },
      ...(keyArn === undefined ? {} : { SSESpecification: underKey(keyArn) }),
    }),
  );
  return TableDescription?.LatestStreamArn ?? 'no stream';
}

export const put = ({ documents }: Clients, Item: object) =>
  documents.send(new PutCommand({ TableName: 'orders', Item: { ...Item } }));

export async function shardsOf({ streams }: Clients, StreamArn: string) {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  return StreamDescription?.Shards ?? [];
}

export async function iterator(
  clients: Clients,
  StreamArn: string,
  type: ShardIteratorType = 'TRIM_HORIZON',
  SequenceNumber?: string,
) {
  const shards = await shardsOf(clients, StreamArn);
  const ShardId = shards.at(-1)?.ShardId;
  const { ShardIterator } = await clients.streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: type, SequenceNumber }),
  );
  return ShardIterator;
}

export const read = ({ streams }: Clients, ShardIterator: string | undefined, Limit?: number) =>
  streams.send(new GetRecordsCommand({ ShardIterator, Limit }));

export async function allRecords(clients: Clients, StreamArn: string) {
  return (await read(clients, await iterator(clients, StreamArn))).Records ?? [];
}
