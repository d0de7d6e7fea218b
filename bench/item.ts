/** What items cost in process: reads, durable writes, queries and scans, and each again with a null cipher. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { EmbeddedTable } from '../src/embedded-table.ts';
import type { AttributeValue } from '../src/tables/attribute.ts';
import { type BenchEngine, openEngine } from './engine.ts';
import type { Bench, Figure } from './figures.ts';
import { bodyOf, idOf, itemBody, updateOf } from './http-body.ts';
import { type Contestant, costPercent, interleaved, of, perSecond } from './measure.ts';

const itemCount = 20_000;
const partitionCount = 500;
const partitionItems = 100;
const putsAtOnce = 500;
const tableName = 'bench';
const turnMs = 1_000;
const rounds = 5;
const writersMany = 512;
/** Of batches and transactions. */
const writersSome = 32;
/** Far less than the table, so that a read finds its leaf sealed. */
const smallCacheBytes = 1024 * 1024;

const kinds = ['sealed', 'plain'] as const;

interface Trial {
  readonly name: string;
  readonly engine: BenchEngine;
  /** Items of 1 KB. */
  readonly large: EmbeddedTable;
  /** Partitions of 100 items of 100 bytes; empty where reads go past the cache. */
  readonly small: EmbeddedTable;
}

export const item: Bench = {
  question:
    'microseconds a read and durable writes a second in process, items of 1 KB, sealed beside a null cipher',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-bench-'));
    const trials: Trial[] = [];
    try {
      for (const kind of kinds) {
        for (const cache of ['cached', 'uncached']) {
          const name = `${kind} ${cache}`;
          say(`filling ${name} with ${itemCount} items`);
          const pageCacheBytes = cache === 'uncached' ? { pageCacheBytes: smallCacheBytes } : {};
          const engine = await openEngine(join(folder, name.replace(' ', '-')), { kind, ...pageCacheBytes });
          const large = await engine.createTable(tableName);
          const small = await engine.createTable('small', { range: true });
          trials.push({ name, engine, large, small });
          await putAll(large, itemCount, itemOf);
          if (cache === 'cached') await putAll(small, partitionCount * partitionItems, smallItemOf);
        }
      }
      say(`${rounds} rounds of ${turnMs / 1000} s for each of the contestants`);
      return figuresOf(await interleaved(trials.flatMap(contestantsOf), rounds));
    } finally {
      for (const { engine } of trials) await engine.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function contestantsOf(trial: Trial): Contestant[] {
  const { name, large, small } = trial;
  const [kind = ''] = name.split(' ');
  const get = { name: `get ${name}`, turn: () => perSecond(1, turnMs, () => large.get(keyOf(anyIndex()))) };
  if (name.endsWith('uncached')) return [get];
  const puts = [1, writersMany].map((writers) => ({
    name: `put ${kind} ${writers}`,
    turn: () => perSecond(writers, turnMs, () => large.put(itemOf(anyIndex()))),
  }));
  const query = { name: `query ${kind}`, turn: () => perSecond(1, turnMs, () => queryOne(small)) };
  const scan = {
    name: `scan ${kind}`,
    turn: async () => partitionCount * partitionItems * (await perSecond(1, turnMs, () => scanAll(small))),
  };
  const wire = kind === 'sealed' ? onTheWire(trial) : [];
  return [get, ...puts, ...otherWrites(trial, kind), query, scan, ...wire];
}

function otherWrites({ engine, large }: Trial, kind: string): Contestant[] {
  const { UpdateExpression, ConditionExpression } = updateOf(0);
  const names = updateOf(0).ExpressionAttributeNames;
  const update = () => {
    const index = anyIndex();
    const values = new Map([[':count', { N: String(index) }]]);
    return large.update(keyOf(index), UpdateExpression, { condition: ConditionExpression, names, values });
  };
  const batchOrTransaction = (operation: 'BatchWriteItem' | 'TransactWriteItems') => () =>
    engine.call(operation, bodyOf({ operation, tableName, itemCount }, anyIndex()));
  return [
    { name: `update ${kind}`, turn: () => perSecond(writersMany, turnMs, update) },
    {
      name: `batch ${kind}`,
      turn: () => perSecond(writersSome, turnMs, batchOrTransaction('BatchWriteItem')),
    },
    {
      name: `transact ${kind}`,
      turn: () => perSecond(writersSome, turnMs, batchOrTransaction('TransactWriteItems')),
    },
  ];
}

/** The same by JSON, through the handler that clients of AWS are given, and through such a client. */
function onTheWire({ engine }: Trial): Contestant[] {
  const sdk = new DynamoDBClient(engine.clientConfig);
  const get = () =>
    engine.call('GetItem', { TableName: tableName, Key: Object.fromEntries(keyOf(anyIndex())) });
  const put = () =>
    engine.call('PutItem', { TableName: tableName, Item: Object.fromEntries(itemOf(anyIndex())) });
  const getBySdk = () =>
    sdk.send(new GetItemCommand({ TableName: tableName, Key: { id: idOf(anyIndex()) } }));
  return [
    { name: 'get by JSON', turn: () => perSecond(1, turnMs, get) },
    { name: 'put by JSON', turn: () => perSecond(writersMany, turnMs, put) },
    { name: 'get through the SDK', turn: () => perSecond(1, turnMs, getBySdk) },
  ];
}

function figuresOf(medians: ReadonlyMap<string, number>): readonly Figure[] {
  const microseconds = (contestant: string) => 1e6 / of(medians, contestant);
  const rate = (contestant: string) => of(medians, contestant);
  const cost = (contestant: string) =>
    costPercent(of(medians, contestant), of(medians, contestant.replace('sealed', 'plain')));
  const many = `put sealed ${writersMany}`;
  const rows: readonly (readonly [name: string, value: number, note: string])[] = [
    ['get_cached_us', microseconds('get sealed cached'), 'µs a get whose page is in the cache'],
    ['get_uncached_us', microseconds('get sealed uncached'), 'µs a get that opens its page'],
    ['get_json_us', microseconds('get by JSON'), 'µs a cached GetItem as a client of AWS asks for it'],
    ['get_sdk_us', microseconds('get through the SDK'), "µs the same with the AWS SDK's own time"],
    ['put_durable_1_per_s', rate('put sealed 1'), 'durable puts a second, one after another'],
    [`put_durable_${writersMany}_per_s`, rate(many), `the same, ${writersMany} in flight`],
    [
      `put_json_${writersMany}_per_s`,
      rate('put by JSON'),
      'the same, each a PutItem as a client asks for it',
    ],
    [
      `update_condition_${writersMany}_per_s`,
      rate('update sealed'),
      `durable updates with a condition a second, ${writersMany} in flight`,
    ],
    [
      `batch_write_25_per_s`,
      rate('batch sealed'),
      `durable BatchWriteItem of 25 items a second by JSON, ${writersSome} in flight`,
    ],
    [
      `transact_write_4_per_s`,
      rate('transact sealed'),
      `durable TransactWriteItems of 4 items a second by JSON, ${writersSome} in flight`,
    ],
    ['query_100_per_s', rate('query sealed'), 'queries a second of 100 items of 100 bytes'],
    ['scan_100b_per_s', rate('scan sealed'), 'scanned items a second of 100 bytes'],
    [
      'encryption_cost_get_pct',
      cost('get sealed cached'),
      '% a cached get is slower than with the null cipher',
    ],
    ['encryption_cost_get_uncached_pct', cost('get sealed uncached'), '% an uncached get is slower'],
    ['encryption_cost_put_pct', cost(many), `% a put is slower, ${writersMany} in flight`],
    ['encryption_cost_put_1_pct', cost('put sealed 1'), '% a put is slower, one after another'],
    ['encryption_cost_update_pct', cost('update sealed'), '% an update with a condition is slower'],
    ['encryption_cost_batch_write_pct', cost('batch sealed'), '% a BatchWriteItem of 25 is slower'],
    ['encryption_cost_transact_write_pct', cost('transact sealed'), '% a TransactWriteItems of 4 is slower'],
    ['encryption_cost_scan_pct', cost('scan sealed'), '% a cached scan is slower'],
  ];
  return rows.map(([name, value, note]) => ({ name, value, note }));
}

async function putAll(
  table: EmbeddedTable,
  count: number,
  itemAt: (index: number) => ReadonlyMap<string, AttributeValue>,
): Promise<void> {
  for (let from = 0; from < count; from += putsAtOnce) {
    await Promise.all(Array.from({ length: putsAtOnce }, (_, index) => table.put(itemAt(from + index))));
  }
}

async function queryOne(table: EmbeddedTable): Promise<void> {
  const partition = `partition-${anyIndex() % partitionCount}`;
  const { items } = await table.query('id = :id', { values: new Map([[':id', { S: partition }]]) });
  if (items.length !== partitionItems) throw new Error('a query found less than was put');
}

async function scanAll(table: EmbeddedTable): Promise<void> {
  let { items, lastKey } = await table.scan();
  let count = items.length;
  while (lastKey !== undefined) {
    ({ items, lastKey } = await table.scan({ startKey: lastKey }));
    count += items.length;
  }
  if (count !== partitionCount * partitionItems) throw new Error('a scan found less than was put');
}

let turn = 0;

// A stride that is prime to the count visits every item, and no neighbour after its neighbour.
function anyIndex(): number {
  turn = (turn + 7_919) % itemCount;
  return turn;
}

function keyOf(index: number): ReadonlyMap<string, AttributeValue> {
  return new Map([['id', idOf(index)]]);
}

function itemOf(index: number): ReadonlyMap<string, AttributeValue> {
  return new Map<string, AttributeValue>([['id', idOf(index)], ...Object.entries(itemBody(index))]);
}

function smallItemOf(index: number): ReadonlyMap<string, AttributeValue> {
  return new Map<string, AttributeValue>([
    ['id', { S: `partition-${Math.floor(index / partitionItems)}` }],
    ['n', { N: String(index % partitionItems) }],
    ['text', { S: 'x'.repeat(80) }],
  ]);
}
