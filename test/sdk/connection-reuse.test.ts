/** The point of the source page: a client that opens a connection for each request pays for it in calls and in time. */
import { Agent } from 'node:http';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newKey, newTable, Site, underKey } from './way.ts';

const requests = 40;
const Key = { city: { S: 'Bern' }, year: { N: '1' } };
let site: Site;
beforeAll(async () => {
  site = await Site.open('over HTTP');
  const clients = site.clients();
  const key = await newKey(clients);
  for (const name of ['keeping', 'opening']) {
    await newTable(clients, name, underKey(key));
    await clients.tables.send(new PutItemCommand({ TableName: name, Item: Key }));
  }
});
afterAll(() => site.end());

interface Course {
  readonly decrypts: number;
  readonly savable: number;
  readonly connections: number;
  readonly msEach: number;
}

/** Reads one item again and again with a client of its own. */
async function course(TableName: string, keepAlive: boolean): Promise<Course> {
  const httpAgent = new Agent({ keepAlive, maxSockets: 1 });
  const client = new DynamoDBClient({ ...site.settings(), requestHandler: { httpAgent } });
  const before = site.database.kmsUsage();
  const startMs = performance.now();
  for (let n = 0; n < requests; n++) await client.send(new GetItemCommand({ TableName, Key }));
  const msEach = (performance.now() - startMs) / requests;
  client.destroy();
  const countOf = (rows: typeof before, member: 'calls' | 'saved') =>
    rows
      .filter(({ operation, table }) => operation === 'Decrypt' && table === TableName)
      .reduce((sum, row) => sum + row[member], 0);
  const after = site.database.kmsUsage();
  const own = after.filter(({ table }) => table === TableName).length;
  return {
    decrypts: countOf(after, 'calls') - countOf(before, 'calls'),
    savable: countOf(after, 'saved') - countOf(before, 'saved'),
    connections: own - before.filter(({ table }) => table === TableName).length,
    msEach,
  };
}

test('one kept connection costs one KMS call, a connection for each request one call each (mission 9)', async () => {
  const keeping = await course('keeping', true);
  const opening = await course('opening', false);
  // Times are printed and not judged: a busy machine turns them round.
  console.log(
    [
      `${requests} GetItem       kept connection   one for each`,
      `KMS Decrypt calls  ${String(keeping.decrypts).padStart(12)}   ${String(opening.decrypts).padStart(12)}`,
      `ms a request       ${keeping.msEach.toFixed(2).padStart(12)}   ${opening.msEach.toFixed(2).padStart(12)}`,
    ].join('\n'),
  );
  expect(keeping.decrypts).toBe(1);
  expect(opening.decrypts).toBe(requests);
  expect(opening.connections).toBe(requests);
  // The very calls that the meter says a client would have saved: all but the first one of its caller.
  expect(opening.savable).toBeGreaterThanOrEqual(requests - 1);
});
