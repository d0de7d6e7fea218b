import { beforeEach, describe, expect, test } from 'vitest';
import { dynamodbOperations } from '../../src/api/dynamodb/index.ts';
import { parseInput } from '../../src/api/shape.ts';
import { tokenLifeMs } from '../../src/tables/transaction-tokens.ts';
import { verifyTables } from '../../src/verification.ts';
import {
  Api,
  caller,
  type Json,
  N,
  nextTokens,
  putAll,
  S,
  tableInput,
  withTables,
} from '../api/dynamodb/support.ts';
import { noBackups } from '../support/no-backups.ts';
import { newConnection, openTables, type TablesForTest } from '../support/open-tables.ts';

const name = 'TransactWriteItems';
const reused =
  'TokenReused: DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.';

const write = (ClientRequestToken: string, ...TransactItems: readonly Json[]) => ({
  TransactItems,
  ClientRequestToken,
});
const put = (Item: Json) => ({ Put: { TableName: 'notes', Item } });
const remove = (pk: string, more: Json = {}) => ({
  Delete: { TableName: 'notes', Key: { pk: S(pk) }, ...more },
});
/** One more for the item's count. */
const add = (token: string, more: Json = {}) => ({
  ...write(token, {
    Update: {
      TableName: 'notes',
      Key: { pk: S('a') },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': N(1) },
    },
  }),
  ...more,
});

let opened: TablesForTest;
let api: Api;
beforeEach(async () => {
  opened = await openTables();
  api = await withTables(new Api(opened.tables));
  await putAll(api, 'notes', [{ pk: S('a'), n: N(0) }]);
});

async function counted(): Promise<number> {
  const { Item } = await api.call('GetItem', { TableName: 'notes', Key: { pk: S('a') } });
  return Number((Item as { n: { N: string } }).n.N);
}

/** How many tokens are kept, of those that are over too. */
async function kept(): Promise<number> {
  const summary = opened.tables.summaries().find((table) => table.name === 'transaction tokens');
  const [tree] = summary?.trees ?? [];
  if (summary === undefined || tree === undefined) return 0;
  return (await opened.engine.openTree(tree, opened.keys.cipher(summary.id, tree))).stats().entries;
}

describe('a transaction with a token', () => {
  test('is made once in ten minutes, and then answers with what looking at its items costs', async () => {
    const call = add('once', { ReturnConsumedCapacity: 'TOTAL' });
    const units = { TableName: 'notes', CapacityUnits: 2 };
    expect(await api.call(name, call)).toEqual({ ConsumedCapacity: [{ ...units, WriteCapacityUnits: 2 }] });
    expect(await api.call(name, call)).toEqual({ ConsumedCapacity: [{ ...units, ReadCapacityUnits: 2 }] });
    opened.clock.jump(tokenLifeMs - 1);
    await api.call(name, call);
    expect(await counted()).toBe(1);
    opened.clock.jump(1);
    await api.call(name, call);
    expect(await counted()).toBe(2);
  });

  test('is known after a restart and after a crash', async () => {
    await api.call(name, add('kept'));
    for (const crash of [false, true]) {
      opened = await opened.restart({ crash });
      api = new Api(opened.tables);
      await api.call(name, add('kept'));
      expect(await counted()).toBe(1);
    }
  });

  test('is taken after a restart and after a crash too', async () => {
    await api.call(name, add('first'));
    for (const [index, crash] of [false, true].entries()) {
      opened = await opened.restart({ crash });
      api = new Api(opened.tables);
      await api.call(name, add(`another ${index}`));
      expect(await counted()).toBe(index + 2);
    }
  });

  test('is known when the clock is set back', async () => {
    await api.call(name, add('before'));
    opened.clock.jump(-tokenLifeMs / 2);
    await api.call(name, add('before'));
    opened.clock.jump(-tokenLifeMs / 2);
    await api.call(name, add('before'));
    expect(await counted()).toBe(1);
  });

  test('is no other request under its token, and changes nothing then', async () => {
    await api.call(name, add('taken'));
    expect(await api.refusal(name, write('taken', remove('a')))).toBe(reused);
    expect(await counted()).toBe(1);
  });

  test('is the same with its maps in another order', async () => {
    const first = { pk: S('c'), m: { M: { x: N(1), y: N(2) } } };
    await api.call(name, write('order', put(first)));
    await api.call(name, write('order', put({ m: { M: { y: N(2), x: N(1) } }, pk: S('c') })));
    const other = { ...first, m: { M: { x: N(2), y: N(1) } } };
    expect(await api.refusal(name, write('order', put(other)))).toBe(reused);
  });

  test('is made anew where it was cancelled before', async () => {
    const condition = {
      ConditionExpression: 'n = :one',
      ExpressionAttributeValues: { ':one': N(1) },
    };
    const call = write('cancelled', put({ pk: S('c') }), remove('a', condition));
    expect(await api.refusal(name, call)).toMatch(/\[None, ConditionalCheckFailed\]$/);
    await api.call(name, add('between'));
    await api.call(name, call);
    expect((await api.call('Scan', { TableName: 'notes' })).Items).toEqual([{ pk: S('c') }]);
  });

  test('is made once where many send it at one time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => api.call(name, add('many'))));
    expect(await counted()).toBe(1);
  });

  test('is told from that of another account, region or token', async () => {
    const run = async (account: string, region: string, token: string) => {
      const context = {
        tables: opened.tables,
        ...noBackups,
        nextTokens,
        caller: { ...caller, account, region },
        connection: newConnection(),
      };
      const of = (operation: string) => dynamodbOperations.find((each) => each.name === operation);
      await of(name)?.run(context, parseInput('dynamodb', name, add(token)));
      const get = { TableName: 'notes', Key: { pk: S('a') } };
      return JSON.stringify(await of('GetItem')?.run(context, parseInput('dynamodb', 'GetItem', get)));
    };
    const other = { ...caller, region: 'eu-west-1' };
    const connection = newConnection();
    const create = dynamodbOperations.find((each) => each.name === 'CreateTable');
    await create?.run(
      { tables: opened.tables, ...noBackups, nextTokens, caller: other, connection },
      parseInput('dynamodb', 'CreateTable', tableInput('notes')),
    );
    await run(caller.account, caller.region, 'same');
    await run(caller.account, 'eu-west-1', 'same');
    await run(caller.account, caller.region, 'another');
    expect(await counted()).toBe(2);
    expect(await kept()).toBe(3);
  });

  test('has 1 to 36 characters', async () => {
    expect(await api.refusal(name, add('x'.repeat(37)))).toBe(
      `1 validation error detected: Value '${'x'.repeat(37)}' at 'clientRequestToken' ` +
        'failed to satisfy constraint: Member must have length less than or equal to 36',
    );
    await api.call(name, add('x'.repeat(36)));
    expect(await counted()).toBe(1);
  });
});

describe('tokens', () => {
  test('take no room before there is one', () => {
    expect(opened.tables.summaries()).toHaveLength(2);
  });

  test('are trimmed once they are over, by those that come', async () => {
    for (let index = 0; index < 20; index++) await api.call(name, add(`old ${index}`));
    expect(await kept()).toBe(20);
    opened.clock.jump(2 * tokenLifeMs);
    await api.call(name, add('new'));
    expect(await kept()).toBe(5);
    await api.call(name, add('newer'));
    expect(await kept()).toBe(2);
    await api.call(name, add('new'));
    expect(await counted()).toBe(22);
  });

  test('are known under another data key of their tree', async () => {
    await api.call(name, add('before'));
    const { id = '' } = opened.tables.summaries().find((table) => table.name === 'transaction tokens') ?? {};
    await opened.tables.dataKeys.rotate(id);
    await api.call(name, add('behind'));
    opened = await opened.restart();
    api = new Api(opened.tables);
    for (const token of ['before', 'behind']) await api.call(name, add(token));
    expect(await counted()).toBe(2);
  });

  test('are kept where no caller sees a table', async () => {
    await api.call(name, add('hidden'));
    expect((await api.call('ListTables', {})).TableNames).toEqual(['events', 'notes']);
  });

  test('are pages that are verified as those of any table', async () => {
    await api.call(name, add('verified'));
    const report = await verifyTables(opened);
    expect(report).toMatchObject({ tables: 3, faults: [], skipped: [] });
    const { engine, memory } = opened;
    const [tree] = opened.tables.summaries().at(-1)?.trees ?? [];
    const [page] = await memory.listPages(tree ?? 0, 0, 1);
    expect(page).toBeDefined();
    await memory.commit({ puts: [], deletes: [{ tree: tree ?? 0, id: page ?? 0 }], heads: [], drops: [] });
    expect((await verifyTables({ ...opened, engine })).faults).not.toEqual([]);
  });
});
