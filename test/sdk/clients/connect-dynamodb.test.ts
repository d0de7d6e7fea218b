import { EventEmitter } from 'node:events';
import { promisify } from 'node:util';
import { DescribeTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import connectDynamo from 'connect-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { timeToLiveIntervalMsDefault } from '../../../src/lifecycle/upkeep.ts';
import { type Clients, Site, ways } from '../way.ts';

/** All that the store asks of a web framework's sessions: a class to inherit from, which there is an emitter too. */
const Store = connectDynamo(Object.assign(() => () => undefined, { Store: EventEmitter }));

interface Session {
  readonly cookie: { readonly maxAge: number };
  readonly user: string;
}

type Done<Result> = (fault: Error | null, result: Result) => void;

/** Its own types lean on those of express, which is not here. */
interface SessionStore {
  get(id: string, done: Done<Session | null>): void;
  set(id: string, session: Session, done: Done<void>): void;
  touch(id: string, session: Session, done: Done<{ expires: string }>): void;
  destroy(id: string, done: Done<void>): void;
  reap(done: Done<void>): void;
}

const hourMs = 3_600_000;

function storeOf({ tables }: Clients) {
  const options = { client: tables, table: 'sessions', readCapacityUnits: 7, writeCapacityUnits: 3 };
  const store: SessionStore = new Store(options);
  return {
    get: promisify(store.get.bind(store)),
    set: promisify(store.set.bind(store)),
    touch: promisify(store.touch.bind(store)),
    destroy: promisify(store.destroy.bind(store)),
    reap: promisify(store.reap.bind(store)),
  };
}

for (const way of ways) {
  describe(`connect-dynamodb ${way}`, () => {
    let site: Site;
    let clients: Clients;
    let store: ReturnType<typeof storeOf>;
    const userOf = (user: string, maxAge = hourMs): Session => ({ cookie: { maxAge }, user });
    /** Without a signature, which a clock that is set forward would refuse. */
    const ids = async () =>
      (await site.database.table('sessions').scan()).items.map((item) => item.get('id'));
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
      store = storeOf(clients);
    });
    afterAll(() => site.end());

    test('makes its table when the first session is asked for', async () => {
      expect(await store.get('nobody')).toBeNull();
      const { Table } = await clients.tables.send(new DescribeTableCommand({ TableName: 'sessions' }));
      expect([Table?.TableStatus, Table?.KeySchema]).toEqual([
        'ACTIVE',
        [{ AttributeName: 'id', KeyType: 'HASH' }],
      ]);
      expect(Table?.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 7, WriteCapacityUnits: 3 });
    });

    test('finds the table that another store has made', async () => {
      await store.set('ann', userOf('Ann'));
      expect(await storeOf(clients).get('ann')).toEqual(userOf('Ann'));
    });

    test('a session is kept, replaced, prolonged and ended', async () => {
      await store.set('bob', userOf('Bob'));
      await store.set('bob', userOf('Robert'));
      expect(await store.get('bob')).toEqual(userOf('Robert'));
      const { expires } = await store.touch('bob', userOf('Robert', 2 * hourMs));
      expect(Number(expires) * 1000 - Date.now()).toBeGreaterThan(1.9 * hourMs);
      expect(await store.get('bob')).toEqual(userOf('Robert'));
      await store.destroy('bob');
      expect(await store.get('bob')).toBeNull();
      await store.destroy('bob');
    });

    test('a session past its time is not given out, and the reaper takes it away alone', async () => {
      await store.set('old', userOf('Old', -hourMs));
      await store.set('new', userOf('New'));
      expect(await store.get('old')).toBeNull();
      expect(await ids()).toContainEqual({ S: 'sess:old' });
      await store.reap();
      expect(await ids()).toContainEqual({ S: 'sess:new' });
      expect(await ids()).not.toContainEqual({ S: 'sess:old' });
    });

    test('the time to live of the table takes sessions away without a reaper', async () => {
      const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
      await clients.tables.send(
        new UpdateTimeToLiveCommand({ TableName: 'sessions', TimeToLiveSpecification }),
      );
      await store.set('passing', userOf('Passing', -hourMs));
      await store.set('staying', userOf('Staying'));
      await site.clock.advanceAndSettle(timeToLiveIntervalMsDefault);
      await expect.poll(ids).not.toContainEqual({ S: 'sess:passing' });
      expect(await ids()).toContainEqual({ S: 'sess:staying' });
    });
  });
}
