/** A load of tables with streams that are deleted and made again under one name: every change stays to be read. */
import { createTableInput, item } from './item-load.ts';
import type { JsonCall } from './json-call.ts';
import { type Course, type WritePath, writeUntilOver } from './write-path.ts';

const table = 'short-streamed';
/** Of one table, before it is deleted. */
const putsPerTable = 6;

export const outlivedStreams: WritePath = {
  name: 'outlived streams',
  prepare: async () => ({
    load: (course) => writeUntilOver(course, (turn) => writeOne(course, turn)),
    read,
  }),
};

async function writeOne({ call, ledger, seed }: Course, turn: number): Promise<void> {
  const isThere = ledger.last(table) !== undefined;
  if (!isThere) {
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' };
    const input = { ...createTableInput(table), StreamSpecification };
    return ledger.write(table, 'there', () => call('CreateTable', input));
  }
  if (turn % putsPerTable === 0) {
    return ledger.write(table, undefined, () => call('DeleteTable', { TableName: table }));
  }
  const id = `${seed}-${turn}`;
  return ledger.write(`${table}/${id}`, 'streamed', () =>
    call('PutItem', { TableName: table, Item: item(id, `${turn}.0.1`) }),
  );
}

/** The table, if it is there, and every item that any stream of its name tells of. */
async function read(call: JsonCall): Promise<ReadonlyMap<string, string>> {
  const { TableNames } = await call('ListTables', {});
  const found = new Map<string, string>(TableNames.includes(table) ? [[table, 'there']] : []);
  let ExclusiveStartStreamArn: string | undefined;
  do {
    const page = await call('ListStreams', { TableName: table, ExclusiveStartStreamArn });
    for (const { StreamArn } of page.Streams) {
      for (const id of await idsOf(call, StreamArn)) found.set(`${table}/${id}`, 'streamed');
    }
    ExclusiveStartStreamArn = page.LastEvaluatedStreamArn;
  } while (ExclusiveStartStreamArn !== undefined);
  return found;
}

async function idsOf(call: JsonCall, StreamArn: string): Promise<readonly string[]> {
  const { StreamDescription } = await call('DescribeStream', { StreamArn });
  const pages = StreamDescription.Shards.map(async ({ ShardId }: { readonly ShardId: string }) => {
    const input = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    const { ShardIterator } = await call('GetShardIterator', input);
    const { Records } = await call('GetRecords', { ShardIterator });
    return Records.map(
      ({ dynamodb }: { readonly dynamodb: { readonly Keys: { readonly id: { S: string } } } }) =>
        dynamodb.Keys.id.S,
    );
  });
  return (await Promise.all(pages)).flat();
}
