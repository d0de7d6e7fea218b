import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../src/database.ts';
import { open } from '../src/open.ts';

let folder: string;
let database: Database;
const options = () => ({ rootKey: { file: join(folder, 'root.key') } });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-database-'));
  database = await open(join(folder, 'data'), options());
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function clientWithTable(): Promise<DynamoDBClient> {
  const client = new DynamoDBClient(database.clientConfig());
  await client.send(
    new CreateTableCommand({
      TableName: 'things',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return client;
}

const thing = (id: string) => ({ id: { S: id } });

function listTables({ host, port }: { readonly host: string; readonly port: number }): Promise<Response> {
  return fetch(`http://${host}:${port}/`, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' },
    body: '{}',
  });
}

describe('listening', () => {
  test('is on this machine alone unless said otherwise, and shares the tables', async () => {
    await clientWithTable();
    const server = await database.listen();
    expect(server.host).toBe('127.0.0.1');
    expect(await (await listTables(server)).json()).toEqual({ TableNames: ['things'] });
  });

  test.each(['0.0.0.0', '::', '192.0.2.1'])(
    'on %s needs credentials, or the word that everyone is trusted',
    async (host) => {
      await expect(database.listen({ host })).rejects.toThrow(`Other machines can reach ${host}`);
      await expect(database.listen({ host, credentials: [] })).rejects.toThrow(TypeError);
    },
  );

  test('beyond this machine is possible on demand', async () => {
    const trusting = await database.listen({ host: '0.0.0.0', trustEveryCaller: true });
    expect((await listTables({ ...trusting, host: '127.0.0.1' })).status).toBe(200);
    const credentials = [{ accessKeyId: 'AKID', secretAccessKey: 'a-secret' }];
    const checking = await database.listen({ host: '0.0.0.0', credentials });
    expect((await listTables({ ...checking, host: '127.0.0.1' })).status).toBe(400);
  });

  test('on a port that is taken rejects with the error of the system', async () => {
    const { port } = await database.listen();
    await expect(database.listen({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('ends for one server without the other', async () => {
    const [first, second] = [await database.listen(), await database.listen()];
    await first.close();
    await expect(listTables(first)).rejects.toThrow('fetch failed');
    expect((await listTables(second)).status).toBe(200);
  });
});

describe('closing', () => {
  test('answers what is under way, keeps it, and takes no more', async () => {
    const client = await clientWithTable();
    const server = await database.listen();
    const puts = Array.from({ length: 100 }, (_, index) =>
      client.send(new PutItemCommand({ TableName: 'things', Item: thing(`thing-${index}`) })).then(
        () => true,
        () => false,
      ),
    );
    await puts[0];
    await database.close();
    const kept = (await Promise.all(puts)).flatMap((done, index) => (done ? [index] : []));
    expect(kept.length).toBeGreaterThan(0);
    await expect(listTables(server)).rejects.toThrow('fetch failed');
    const late = client.send(new GetItemCommand({ TableName: 'things', Key: thing('thing-0') }));
    await expect(late).rejects.toMatchObject({ name: 'Outage', code: 'Closed' });
    await expect(database.listen()).rejects.toMatchObject({ name: 'Outage', code: 'Closed' });
    await expect(database.verify()).rejects.toMatchObject({ name: 'Outage', code: 'Closed' });

    database = await open(join(folder, 'data'), options());
    const reader = new DynamoDBClient(database.clientConfig());
    for (const index of kept) {
      const Key = thing(`thing-${index}`);
      const { Item } = await reader.send(new GetItemCommand({ TableName: 'things', Key }));
      expect(Item, `thing-${index} was acknowledged`).toEqual(Key);
    }
  });

  test('is waited for by a program that does nothing else', async () => {
    const program =
      'const { open } = await import(process.argv[1]); const database = await open(process.argv[2], ' +
      "{ rootKey: { file: process.argv[3] } }); await database.close(); process.stdout.write('closed');";
    const index = new URL('../dist/index.js', import.meta.url).href;
    for (let run = 0; run < 3; run++) {
      const place = join(folder, `program-${run}`);
      const args = [
        '--input-type=module',
        '--eval',
        program,
        index,
        join(place, 'data'),
        join(place, 'root.key'),
      ];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      expect(stdout).toBe('closed');
    }
  });

  test('twice is closing once', async () => {
    await Promise.all([database.close(), database.close()]);
    await database.close();
  });
});

test('the figures grow with what is done', async () => {
  const before = database.stats();
  expect(before).toMatchObject({ kernel: expect.any(String), rootKey: join(folder, 'root.key') });
  const client = await clientWithTable();
  await client.send(new PutItemCommand({ TableName: 'things', Item: thing('one') }));
  const after = database.stats();
  expect(after.pagesSealed).toBeGreaterThan(before.pagesSealed);
  expect(after.bytesSealed).toBeGreaterThan(before.bytesSealed);
  expect(after.sealMs).toBeGreaterThan(before.sealMs);
  expect(after.cachedBytes).toBeGreaterThan(before.cachedBytes);
  expect(after.kmsCalls.GenerateDataKey).toBe((before.kmsCalls.GenerateDataKey ?? 0) + 1);
  await database.close();
  database = await open(join(folder, 'data'), options());
  const opened = database.stats();
  expect(opened.pagesOpened).toBeGreaterThan(0);
  expect(opened.openMs).toBeGreaterThan(0);
  expect(opened.bytesOpened).toBeGreaterThanOrEqual(opened.pagesOpened);
});

test('verification opens every page and tells how far it is', async () => {
  await clientWithTable();
  const seen: [number, number][] = [];
  const report = await database.verify((done, total) => seen.push([done, total]));
  expect(report).toMatchObject({ tables: 1, faults: [], skipped: [] });
  expect(seen.at(-1)).toEqual([report.pages, report.pages]);
});
