/** The table of a design in which entities share their partitions, for clients that leave making it to their users. */
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

const strings = (...names: readonly string[]) =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }) as const);

const keys = (hash: string, range: string) =>
  [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ] as const;

/** Keys `pk` and `sk`; a global index `gsi1` with keys of its own, and a local one `lsi1`. */
export async function newSingleTable(tables: DynamoDBClient, TableName: string): Promise<void> {
  const Projection = { ProjectionType: 'ALL' } as const;
  await tables.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: strings('pk', 'sk', 'gsi1pk', 'gsi1sk', 'lsi1sk'),
      KeySchema: [...keys('pk', 'sk')],
      GlobalSecondaryIndexes: [{ IndexName: 'gsi1', KeySchema: [...keys('gsi1pk', 'gsi1sk')], Projection }],
      LocalSecondaryIndexes: [{ IndexName: 'lsi1', KeySchema: [...keys('pk', 'lsi1sk')], Projection }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
}
