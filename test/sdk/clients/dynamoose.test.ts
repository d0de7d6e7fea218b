import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDB,
  ListTagsOfResourceCommand,
} from '@aws-sdk/client-dynamodb';
import dynamoose from 'dynamoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, refusal, Site, ways } from '../way.ts';

const dayMs = 86_400_000;
const waitForActive = { enabled: true, check: { timeout: 5_000, frequency: 0 } };

const catSchema = () =>
  new dynamoose.Schema(
    {
      owner: { type: String, hashKey: true },
      name: { type: String, rangeKey: true },
      breed: { type: String, index: { name: 'byBreed', type: 'global', rangeKey: 'age' } },
      age: { type: Number, index: { name: 'byAge', type: 'local' } },
      nickname: String,
      born: Date,
      toys: { type: Set, schema: [String] },
      visits: { type: Array, schema: [String] },
      chip: { type: Object, schema: { maker: String, number: Number } },
    },
    { timestamps: { createdAt: 'made', updatedAt: 'changed' } },
  );

/** Its calls go to whatever client was set last, so a site sets its own before each of its tests. */
function catsOf(name: string) {
  const model = dynamoose.model(name, catSchema());
  const table = new dynamoose.Table(name, [model], {
    throughput: 'ON_DEMAND',
    waitForActive,
    expires: dayMs,
    tags: { project: 'cats' },
    initialize: false,
  });
  return { model, table };
}

for (const way of ways) {
  describe(`dynamoose ${way}`, () => {
    const name = way === 'in process' ? 'cats-in-process' : 'cats-over-http';
    let site: Site;
    let clients: Clients;
    let client: DynamoDB;
    let cats: ReturnType<typeof catsOf>['model'];
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
      client = new DynamoDB(site.settings());
      dynamoose.aws.ddb.set(client);
      const { model, table } = catsOf(name);
      cats = model;
      await table.initialize();
    });
    afterAll(async () => {
      dynamoose.aws.ddb.revert();
      client.destroy();
      await site.end();
    });

    const cat = (owner: string, number: number) => ({
      owner,
      name: `cat ${number}`,
      breed: `${owner} ${number % 2 === 0 ? 'even' : 'odd'}`,
      age: 20 - number,
    });

    test('makes its table with indexes, tags and a time to live', async () => {
      const { Table } = await clients.tables.send(new DescribeTableCommand({ TableName: name }));
      expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
      expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['byBreed']);
      expect(Table?.LocalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['byAge']);
      const { Tags } = await clients.tables.send(
        new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }),
      );
      expect(Tags).toEqual([{ Key: 'project', Value: 'cats' }]);
      const { TimeToLiveDescription } = await clients.tables.send(
        new DescribeTimeToLiveCommand({ TableName: name }),
      );
      expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
    });

    test('creates an item once, with the time it has to live, and gets it', async () => {
      const made = {
        ...cat('once', 1),
        born: new Date(Date.UTC(2020, 1, 29)),
        toys: new Set(['ball', 'mouse']),
        visits: ['spring'],
        chip: { maker: 'x', number: 7 },
      };
      await cats.create(made);
      const found = await cats.get({ owner: 'once', name: 'cat 1' }, { consistent: true, return: 'item' });
      expect({ ...found }).toMatchObject(made);
      expect(found.ttl.getTime() - Date.now()).toBeGreaterThan(0.9 * dayMs);
      expect(await refusal(cats.create(made))).toBe(
        'ConditionalCheckFailedException: The conditional request failed',
      );
      expect(await cats.get({ owner: 'once', name: 'nobody' })).toBeUndefined();
    });

    test('updates with set, add, remove and a condition', async () => {
      await cats.create({ ...cat('update', 1), nickname: 'Tom', visits: ['spring'] });
      const key = { owner: 'update', name: 'cat 1' };
      const change = {
        $ADD: { age: 2, visits: ['fall'] },
        $SET: { breed: 'new' },
        $REMOVE: { nickname: null },
      };
      const condition = new dynamoose.Condition().where('age').eq(19);
      const updated = await cats.update(key, change, { condition, return: 'item' });
      expect(updated.toJSON()).toMatchObject({ age: 21, visits: ['spring', 'fall'], breed: 'new' });
      expect(updated.nickname).toBeUndefined();
      expect(await refusal(cats.update(key, change, { condition, return: 'item' }))).toBe(
        'ConditionalCheckFailedException: The conditional request failed',
      );
    });

    test('queries the base and its indexes, sorted, filtered, counted, and page after page', async () => {
      await cats.batchPut(Array.from({ length: 9 }, (_, number) => cat('query', number)));
      const base = await cats
        .query('owner')
        .eq('query')
        .where('name')
        .beginsWith('cat')
        .sort('descending')
        .exec();
      expect(base.map(({ name: each }) => each)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => `cat ${n}`));
      const local = await cats.query('owner').eq('query').where('age').between(13, 16).using('byAge').exec();
      expect(local.map(({ age }) => age)).toEqual([13, 14, 15, 16]);
      const even = cats.query('breed').eq('query even').using('byBreed');
      const first = await even.limit(2).exec();
      expect(first.map(({ age }) => age)).toEqual([12, 14]);
      const rest = await cats
        .query('breed')
        .eq('query even')
        .where('age')
        .gt(0)
        .filter('name')
        .not()
        .eq('cat 0')
        .using('byBreed')
        .startAt(first.lastKey ?? {})
        .all()
        .exec();
      expect(rest.map(({ age }) => age)).toEqual([16, 18]);
      const { count } = await cats.query('owner').eq('query').count().exec();
      expect(count).toBe(9);
    });

    test('scans with conditions, in parallel too', async () => {
      await cats.batchPut(Array.from({ length: 7 }, (_, number) => cat('scan', number)));
      const some = await cats.scan('owner').eq('scan').and().where('age').in([20, 18, 99]).exec();
      expect(some.map(({ age }) => age).sort()).toEqual([18, 20]);
      const all = await cats.scan('owner').eq('scan').parallel(3).all().exec();
      expect(all).toHaveLength(7);
    });

    test('batches write, read and delete', async () => {
      const made = Array.from({ length: 20 }, (_, number) => cat('batch', number));
      expect((await cats.batchPut(made)).unprocessedItems).toEqual([]);
      const keys = made.map(({ owner, name: each }) => ({ owner, name: each }));
      expect(await cats.batchGet(keys)).toHaveLength(20);
      expect((await cats.batchDelete(keys)).unprocessedItems).toEqual([]);
      expect(await cats.batchGet(keys)).toHaveLength(0);
    });

    test('a transaction changes all of its items or none', async () => {
      await cats.batchPut([cat('all', 1), cat('all', 2)]);
      const write = () =>
        dynamoose.transaction([
          cats.transaction.create(cat('all', 3)),
          cats.transaction.update({ owner: 'all', name: 'cat 1' }, { nickname: 'One' }),
          cats.transaction.delete({ owner: 'all', name: 'cat 2' }),
        ]);
      await write();
      expect(await refusal(write())).toBe(
        'TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for ' +
          'specific reasons [ConditionalCheckFailed, None, None]',
      );
      const get = (number: number) => cats.transaction.get({ owner: 'all', name: `cat ${number}` });
      const read = await dynamoose.transaction([get(3), get(1)]);
      expect(read).toMatchObject([cat('all', 3), { ...cat('all', 1), nickname: 'One' }]);
      expect(await cats.get({ owner: 'all', name: 'cat 2' })).toBeUndefined();
    });

    test('deletes under a condition', async () => {
      await cats.create(cat('gone', 1));
      const key = { owner: 'gone', name: 'cat 1' };
      const condition = (age: number) => new dynamoose.Condition().where('age').gt(age);
      expect(await refusal(cats.delete(key, { condition: condition(99), return: null }))).toBe(
        'ConditionalCheckFailedException: The conditional request failed',
      );
      await cats.delete(key, { condition: condition(1), return: null });
      expect(await cats.get(key)).toBeUndefined();
    });
  });
}
