// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the client's own templates, which it fills in itself
import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Table } from 'dynamodb-onetable';
import { Dynamo } from 'dynamodb-onetable/Dynamo';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { iterator, read } from '../stream-calls.ts';
import { type Clients, refusal, Site, ways } from '../way.ts';

const schema = {
  format: 'onetable:1.1.0',
  version: '0.0.1',
  indexes: {
    primary: { hash: 'pk', sort: 'sk' },
    gs1: { hash: 'gs1pk', sort: 'gs1sk', follow: true, project: 'keys' },
    ls1: { sort: 'role', type: 'local' },
  },
  models: {
    Account: {
      pk: { type: String, value: 'account#${id}' },
      sk: { type: String, value: 'account#' },
      id: { type: String, generate: 'ulid' },
      name: { type: String, required: true, unique: true },
      plan: { type: String, default: 'free' },
    },
    User: {
      pk: { type: String, value: 'account#${accountId}' },
      sk: { type: String, value: 'user#${email}' },
      gs1pk: { type: String, value: 'user#${email}' },
      gs1sk: { type: String, value: 'user#' },
      accountId: { type: String, required: true },
      email: { type: String, required: true },
      role: { type: String, enum: ['user', 'admin'], default: 'user' },
      balance: { type: Number, default: 0 },
      address: { type: Object, schema: { city: { type: String }, zip: { type: String } } },
      tags: { type: Set },
      joined: { type: Date },
      expires: { type: Date, ttl: true },
    },
  },
  params: { isoDates: true, timestamps: true },
} as const;

const newTable = ({ tables }: Clients) =>
  new Table({ client: new Dynamo({ client: tables }), name: 'onetable', schema, partial: true });

for (const way of ways) {
  describe(`dynamodb-onetable ${way}`, () => {
    let site: Site;
    let clients: Clients;
    let table: ReturnType<typeof newTable>;
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
      table = newTable(clients);
      await table.createTable({
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      });
    });
    afterAll(() => site.end());

    const user = (accountId: string, number: number) => ({
      accountId,
      email: `${number}@${accountId}`,
      role: number % 3 === 0 ? ('admin' as const) : ('user' as const),
      balance: number * 10,
    });

    test('makes its table with both kinds of index, and finds it there', async () => {
      expect(await table.exists()).toBe(true);
      const { Table: made } = await clients.tables.send(new DescribeTableCommand({ TableName: 'onetable' }));
      expect(made?.TableStatus).toBe('ACTIVE');
      expect(made?.GlobalSecondaryIndexes?.[0]?.Projection).toEqual({ ProjectionType: 'KEYS_ONLY' });
      expect(made?.LocalSecondaryIndexes?.[0]?.IndexName).toBe('ls1');
      expect(await refusal(table.createTable())).toBe(
        'ResourceInUseException: Table already exists: onetable',
      );
    });

    test('gave the table a time to live', async () => {
      const { TimeToLiveDescription } = await clients.tables.send(
        new DescribeTimeToLiveCommand({ TableName: 'onetable' }),
      );
      expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    });

    test('creates an item once, every type of it, and gets it by its key and by its index', async () => {
      const users = table.getModel('User');
      const made = {
        ...user('once', 1),
        address: { city: 'Bern', zip: '3000' },
        tags: new Set(['a', 'b']),
        joined: new Date(Date.UTC(2026, 0, 1)),
        expires: new Date(Date.UTC(2030, 0, 1)),
      };
      await users.create(made);
      expect(await users.get({ accountId: 'once', email: made.email })).toMatchObject(made);
      expect(await users.get({ email: made.email }, { index: 'gs1', follow: true })).toMatchObject(made);
      expect(await refusal(users.create(made))).toContain('Conditional create failed for "User"');
      expect(await users.get({ accountId: 'once', email: 'nobody' })).toBeUndefined();
    });

    test('updates with add, set, push and remove, nested too, under a condition', async () => {
      const users = table.getModel('User');
      const key = { accountId: 'update', email: '1@update' };
      await users.create({ ...user('update', 1), address: { city: 'Bern', zip: '3000' } });
      await users.update(key, { add: { balance: 5 } });
      await users.update({ ...key, address: { city: 'Chur' } });
      const where = '${balance} < {100}';
      const updated = await users.update({ ...key, role: 'admin' }, { where, remove: ['address.zip'] });
      expect(updated).toMatchObject({ balance: 15, role: 'admin' });
      expect(updated?.address).toEqual({ city: 'Chur' });
      const refused = users.update({ ...key, role: 'user' }, { where: '${balance} > {100}' });
      expect(await refusal(refused)).toContain('The conditional request failed');
      expect(await refusal(users.update({ ...key, email: 'nobody' }, { exists: true }))).toContain(
        'The conditional request failed',
      );
    });

    test('finds on the base and on an index, filtered, counted, either way, page after page', async () => {
      const users = table.getModel('User');
      const batch = {};
      for (let number = 0; number < 9; number++) await users.create(user('find', number), { batch });
      await table.batchWrite(batch);
      const accountId = 'find';
      const balances = (found: Iterable<{ balance?: number | undefined }>) =>
        Array.from(found, ({ balance }) => balance);
      expect(balances(await users.find({ accountId, role: 'admin' }))).toEqual([0, 30, 60]);
      const rich = await users.find({ accountId }, { where: '${balance} >= {60}', reverse: true });
      expect(balances(rich)).toEqual([80, 70, 60]);
      const admins = await users.find({ accountId, role: 'admin' }, { index: 'ls1' });
      expect(balances(admins).sort()).toEqual([0, 30, 60]);
      expect((await users.find({ accountId }, { count: true })).count).toBe(9);
      const seen: (number | undefined)[] = [];
      let next: object | undefined;
      do {
        const page = await users.find({ accountId }, { limit: 4, ...(next === undefined ? {} : { next }) });
        seen.push(...balances(page));
        next = page.next;
      } while (next !== undefined);
      expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80]);
      expect(await users.scan({ accountId }, { where: '${balance} < {20}' })).toHaveLength(2);
    });

    test('reads in a batch what it wrote in one, and fetches all kinds of one account', async () => {
      const accounts = table.getModel('Account');
      const users = table.getModel('User');
      const account = await accounts.create({ name: 'Batch' });
      const id = account.id ?? 'no id';
      await users.create(user(id, 1));
      const batch = {};
      await accounts.get({ id }, { batch });
      await users.get({ accountId: id, email: `1@${id}` }, { batch });
      expect(await table.batchGet(batch, { parse: true, hidden: false })).toHaveLength(2);
      const items = await table.queryItems({ pk: `account#${id}` }, { parse: true, hidden: true });
      const kinds = table.groupByType(items);
      expect([kinds.Account?.length, kinds.User?.length]).toEqual([1, 1]);
    });

    test('holds an attribute unique through a transaction, until its item is gone', async () => {
      const accounts = table.getModel('Account');
      const made = await accounts.create({ name: 'Unique' });
      expect(await refusal(accounts.create({ name: 'Unique' }))).toContain('Cannot create unique attributes');
      await accounts.remove({ id: made.id ?? 'no id' });
      expect((await accounts.create({ name: 'Unique' })).plan).toBe('free');
    });

    test('a transaction changes all of its items or none', async () => {
      const users = table.getModel('User');
      const write = async (number: number) => {
        const transaction = {};
        await users.update({ accountId: 'all', email: '1@all' }, { add: { balance: 1 }, transaction });
        await users.create(user('all', number), { transaction });
        await table.transact('write', transaction, { parse: true });
      };
      await users.create(user('all', 1));
      await write(2);
      expect(await refusal(write(2))).toContain('Transaction Cancelled');
      const transaction = {};
      await users.get({ accountId: 'all', email: '1@all' }, { transaction });
      await users.get({ accountId: 'all', email: '2@all' }, { transaction });
      expect(await table.transact('get', transaction, { parse: true })).toMatchObject([
        { balance: 11 },
        { balance: 20 },
      ]);
    });

    test('removes one item, and many that a condition tells', async () => {
      const users = table.getModel('User');
      for (let number = 0; number < 4; number++) await users.create(user('gone', number));
      await users.remove({ accountId: 'gone', email: '1@gone' });
      expect(await users.find({ accountId: 'gone' })).toHaveLength(3);
      await users.remove({ accountId: 'gone' }, { many: true });
      expect(await users.find({ accountId: 'gone' })).toHaveLength(0);
      const missing = users.remove({ accountId: 'gone', email: '1@gone' }, { exists: true });
      expect(await refusal(missing)).toContain('The conditional request failed');
    });

    test('gives an index to a table that has items, which are then found by it', async () => {
      await table.getModel('User').create(user('late', 7));
      await table.updateTable({ create: { name: 'late', hash: 'accountId', project: 'keys' } });
      await expect.poll(indexStatus).toBe('ACTIVE');
      const query = {
        TableName: 'onetable',
        IndexName: 'late',
        KeyConditionExpression: 'accountId = :id',
        ExpressionAttributeValues: { ':id': 'late' },
      };
      const { Items } = await clients.documents.send(new QueryCommand(query));
      expect(Items).toEqual([{ accountId: 'late', pk: 'account#late', sk: 'user#7@late' }]);
    });

    async function indexStatus() {
      const { Table: made } = await clients.tables.send(new DescribeTableCommand({ TableName: 'onetable' }));
      return made?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === 'late')?.IndexStatus;
    }

    test('reads from the stream of its table what became of its items', async () => {
      const users = table.getModel('User');
      const { Table: made } = await clients.tables.send(new DescribeTableCommand({ TableName: 'onetable' }));
      const from = await iterator(clients, made?.LatestStreamArn ?? 'no stream', 'LATEST');
      await users.create(user('stream', 1));
      await users.update({ accountId: 'stream', email: '1@stream', balance: 99 });
      await users.remove({ accountId: 'stream', email: '1@stream' });
      const { Records = [] } = await read(clients, from);
      const { User: changes = [] } = table.stream(Records);
      expect(changes.map((change) => [change.type, change.old?.balance, change.new?.balance])).toEqual([
        ['INSERT', undefined, 10],
        ['MODIFY', 10, 99],
        ['REMOVE', 99, undefined],
      ]);
    });
  });
}
