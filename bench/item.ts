/** What one item costs in process: cached and uncached reads, durable writes, and each again with a null cipher. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type BenchEngine, openEngine } from './engine.ts';
import type { Bench, Figure } from './figures.ts';
import { itemBody } from './http-load.ts';
import { type Contestant, costPercent, interleaved, of, perSecond } from './measure.ts';

const itemCount = 20_000;
const itemsPerBatch = 25;
const tableName = 'bench';
const turnMs = 1_000;
const rounds = 5;
const writersMany = 512;
/** Far less than the table, so that a read finds its leaf sealed. */
const smallCacheBytes = 1024 * 1024;

const kinds = ['sealed', 'plain'] as const;

export const item: Bench = {
  question:
    'microseconds a read and durable writes a second in process, items of 1 KB, sealed beside a null cipher',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-bench-'));
    const engines = new Map<string, BenchEngine>();
    try {
      for (const kind of kinds) {
        for (const cache of ['cached', 'uncached']) {
          const name = `${kind} ${cache}`;
          say(`filling ${name} with ${itemCount} items`);
          const pageCacheBytes = cache === 'uncached' ? { pageCacheBytes: smallCacheBytes } : {};
          const engine = await openEngine(join(folder, name.replace(' ', '-')), { kind, ...pageCacheBytes });
          engines.set(name, engine);
          await fill(engine);
        }
      }
      say(`${rounds} rounds of ${turnMs / 1000} s for each of the contestants`);
      const sdk = new DynamoDBClient(engineOf(engines, 'sealed cached').clientConfig);
      const medians = await interleaved(contestants(engines, sdk), rounds);
      sdk.destroy();
      return figuresOf(medians);
    } finally {
      for (const engine of engines.values()) await engine.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function contestants(engines: ReadonlyMap<string, BenchEngine>, sdk: DynamoDBClient): Contestant[] {
  const reads = [...engines].map(([name, engine]) => ({
    name: `get ${name}`,
    turn: () => perSecond(1, turnMs, () => engine.call('GetItem', { TableName: tableName, Key: anyKey() })),
  }));
  const writes = kinds.flatMap((kind) =>
    [1, writersMany].map((writers) => {
      const engine = engineOf(engines, `${kind} cached`);
      return { name: `put ${kind} ${writers}`, turn: () => perSecond(writers, turnMs, () => put(engine)) };
    }),
  );
  const throughSdk = () => sdk.send(new GetItemCommand({ TableName: tableName, Key: anyKey() }));
  return [...reads, ...writes, { name: 'get through the SDK', turn: () => perSecond(1, turnMs, throughSdk) }];
}

function figuresOf(medians: ReadonlyMap<string, number>): readonly Figure[] {
  const microseconds = (name: string) => 1e6 / of(medians, name);
  const cost = (name: string) => costPercent(of(medians, name), of(medians, name.replace('sealed', 'plain')));
  const many = `put sealed ${writersMany}`;
  return [
    {
      name: 'get_cached_us',
      value: microseconds('get sealed cached'),
      note: 'µs a GetItem whose page is in the cache',
    },
    {
      name: 'get_uncached_us',
      value: microseconds('get sealed uncached'),
      note: 'µs a GetItem that opens its page',
    },
    {
      name: 'get_sdk_us',
      value: microseconds('get through the SDK'),
      note: "µs a cached GetItem with the AWS SDK's own time",
    },
    {
      name: 'put_durable_1_per_s',
      value: of(medians, 'put sealed 1'),
      note: 'durable PutItem a second, one after another',
    },
    {
      name: `put_durable_${writersMany}_per_s`,
      value: of(medians, many),
      note: `the same, ${writersMany} in flight`,
    },
    {
      name: 'encryption_cost_get_pct',
      value: cost('get sealed cached'),
      note: '% a cached GetItem is slower than with the null cipher',
    },
    {
      name: 'encryption_cost_get_uncached_pct',
      value: cost('get sealed uncached'),
      note: '% an uncached GetItem is slower',
    },
    {
      name: 'encryption_cost_put_pct',
      value: cost(many),
      note: `% PutItem is slower, ${writersMany} in flight`,
    },
    {
      name: 'encryption_cost_put_1_pct',
      value: cost('put sealed 1'),
      note: '% PutItem is slower, one after another',
    },
  ];
}

async function fill(engine: BenchEngine): Promise<void> {
  await engine.call('CreateTable', {
    TableName: tableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await engine.untilActive(tableName);
  for (let from = 0; from < itemCount; from += itemsPerBatch) {
    const requests = Array.from({ length: itemsPerBatch }, (_, index) => ({
      PutRequest: { Item: { ...keyOf(from + index), ...itemBody(from + index) } },
    }));
    await engine.call('BatchWriteItem', { RequestItems: { [tableName]: requests } });
  }
}

let turn = 0;

// A stride that is prime to the count visits every item, and no neighbour after its neighbour.
function anyIndex(): number {
  turn = (turn + 7_919) % itemCount;
  return turn;
}

function anyKey(): { id: { S: string } } {
  return keyOf(anyIndex());
}

function keyOf(index: number): { id: { S: string } } {
  return { id: { S: `item-${String(index).padStart(8, '0')}` } };
}

function put(engine: BenchEngine): Promise<unknown> {
  const index = anyIndex();
  return engine.call('PutItem', { TableName: tableName, Item: { ...keyOf(index), ...itemBody(index) } });
}

function engineOf(engines: ReadonlyMap<string, BenchEngine>, name: string): BenchEngine {
  const engine = engines.get(name);
  if (engine === undefined) throw new Error(`no engine is ${name}`);
  return engine;
}
