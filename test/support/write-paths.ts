/**
 * Every way of writing there is, for the tests that kill: a new one is one entry here. What takes longer than a life of these
 * (exports, imports, archives) has a test of its own beside them.
 */
import { randomUUID } from 'node:crypto';
import { auditTrail } from './audit-load.ts';
import { backups } from './backup-load.ts';
import { createTableInput, item, loadItems, readItems } from './item-load.ts';
import type { JsonCall } from './json-call.ts';
import { keyService } from './key-service-load.ts';
import { loadManagement, prepareManagement, readManagement } from './management-load.ts';
import { outlivedStreams } from './outlived-streams.ts';
import { type Course, type WritePath, writeUntilOver } from './write-path.ts';

/** Tables and keys made, deleted, moved and switched, while items are written. */
const management: WritePath = {
  name: 'management',
  async prepare(call) {
    const keys = await prepareManagement(call);
    return {
      load: (course) => loadManagement({ ...course, keys }),
      read: (now) => readManagement(now, keys),
    };
  },
};

const indexedTable = 'indexed';
const indexName = 'by-content';

/** Items that move in an index with each write. */
const indexes: WritePath = {
  name: 'indexes',
  async prepare(call) {
    await call('CreateTable', {
      ...createTableInput(indexedTable),
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'content', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: indexName,
          KeySchema: [{ AttributeName: 'content', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
    return {
      load: (course) => loadItems({ ...course, table: indexedTable, writers: 3 }),
      read: readIndexed,
    };
  },
};

/** What the table holds, where its index holds the same. */
async function readIndexed(call: JsonCall): Promise<ReadonlyMap<string, string>> {
  const found = await readItems(call, indexedTable);
  const throughIndex: JsonCall = (operation, input) =>
    call(operation, { ...input, IndexName: indexName, ConsistentRead: false });
  const indexed = await readItems(throughIndex, indexedTable);
  const ids = new Set([...found.keys(), ...indexed.keys()]);
  return new Map(
    [...ids].map((id) => {
      const [content = 'nothing', other = 'nothing'] = [found.get(id), indexed.get(id)];
      return [id, content === other ? content : `${content}, and ${other} in the index`];
    }),
  );
}

const pairedTables = ['paired-1', 'paired-2'];
const pairs = 12;

/** One transaction writes to two tables, or deletes from both. */
const transactions: WritePath = {
  name: 'transactions',
  async prepare(call) {
    for (const table of pairedTables) await call('CreateTable', createTableInput(table));
    return {
      load: async (course) => {
        const writers = [0, 1, 2].map((writer) =>
          writeUntilOver(course, (turn) => writePair(course, writer * pairs + (turn % pairs), turn)),
        );
        await Promise.all(writers);
      },
      read: readPairs,
    };
  },
};

async function writePair({ call, ledger }: Course, id: number, turn: number): Promise<void> {
  const content = turn % 5 === 0 ? undefined : `${id}.${turn}.${turn % 90}`;
  const TransactItems = pairedTables.map((TableName) =>
    content === undefined
      ? { Delete: { TableName, Key: { id: { S: `${id}` } } } }
      : { Put: { TableName, Item: item(`${id}`, content) } },
  );
  await ledger.write(`pair/${id}`, content, () =>
    call('TransactWriteItems', { TransactItems, ClientRequestToken: randomUUID() }),
  );
}

async function readPairs(call: JsonCall): Promise<ReadonlyMap<string, string>> {
  const [first = new Map(), second = new Map()] = await Promise.all(
    pairedTables.map(async (table) => {
      const found = await readItems(call, table);
      return new Map([...found].map(([id, content]) => [id.slice(table.length + 1), content]));
    }),
  );
  const ids = new Set([...first.keys(), ...second.keys()]);
  return new Map(
    [...ids].map((id) => {
      const [one, other] = [first.get(id), second.get(id)];
      return [`pair/${id}`, one === other ? `${one}` : `${one} without its other half, ${other}`];
    }),
  );
}

const streamedTable = 'streamed';

/** Items whose every change goes into a stream. */
const streams: WritePath = {
  name: 'streams',
  async prepare(call) {
    await call('CreateTable', {
      ...createTableInput(streamedTable),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    return {
      load: (course) => loadItems({ ...course, table: streamedTable, writers: 3 }),
      read: readStreamed,
    };
  },
};

/** What the table holds, where its stream, played from the beginning, leads to the same. */
async function readStreamed(call: JsonCall): Promise<ReadonlyMap<string, string>> {
  const [found, played] = await Promise.all([
    readItems(call, streamedTable),
    playStream(call, streamedTable),
  ]);
  const ids = new Set([...found.keys(), ...played.keys()]);
  return new Map(
    [...ids].flatMap((id): [string, string][] => {
      const [content, other] = [found.get(id), played.get(id)];
      if (content !== other) return [[id, `${content}, and ${other} by the stream`]];
      return content === undefined ? [] : [[id, content]];
    }),
  );
}

/** Where the records lead; a record whose old image is not what the ones before it left is told in place of that. */
async function playStream(call: JsonCall, table: string): Promise<ReadonlyMap<string, string | undefined>> {
  const { Table } = await call('DescribeTable', { TableName: table });
  const StreamArn = Table.LatestStreamArn;
  const { StreamDescription } = await call('DescribeStream', { StreamArn });
  const state = new Map<string, string | undefined>();
  for (const { ShardId } of StreamDescription.Shards) {
    const input = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let { ShardIterator } = await call('GetShardIterator', input);
    while (ShardIterator !== undefined) {
      const { Records, NextShardIterator } = await call('GetRecords', { ShardIterator });
      for (const { dynamodb } of Records) {
        const id = `${table}/${dynamodb.Keys.id.S}`;
        const isNext = state.get(id) === dynamodb.OldImage?.content.S;
        state.set(id, isNext ? dynamodb.NewImage?.content.S : 'a record out of order');
      }
      ShardIterator = Records.length === 0 ? undefined : NextShardIterator;
    }
  }
  return state;
}

export const writePaths: readonly WritePath[] = [
  management,
  keyService,
  indexes,
  transactions,
  streams,
  outlivedStreams,
  backups,
  auditTrail,
];
