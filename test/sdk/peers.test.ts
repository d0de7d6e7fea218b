/** Global tables over two stores that replicate over mutual TLS on loopback, through the clients of AWS. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTableCommand,
  DynamoDBClient,
  type ReplicaDescription,
  type ReplicationGroupUpdate,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../src/database.ts';
import { open } from '../../src/open.ts';
import type { PeerOptions } from '../../src/server/peers/peer-options.ts';
import { TestAuthority } from '../support/certificates.ts';
import { freePorts } from '../support/replicated-pair.ts';
import { type Clients, newKey, newTable, refusal, underKey } from './way.ts';

const TableName = 'cities';
const city = { city: 'Sankt Gallen', year: 612 };
const places = ['us-east-1', 'eu-west-1'] as const;
type Place = (typeof places)[number];
const authority = new TestAuthority();

let folder: string;
let ports: Map<string, number>;
const databases = new Map<Place, Database>();
const opened: Clients[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-peers-sdk-'));
  const [first = 0, second = 0, third = 0] = await freePorts(3);
  ports = new Map([
    ['us-east-1.test', first],
    ['eu-west-1.test', second],
    ['moved.test', third],
  ]);
});
afterEach(async () => {
  for (const { tables, keys, streams } of opened.splice(0)) {
    for (const client of [tables, keys, streams]) client.destroy();
  }
  for (const place of [...databases.keys()]) await close(place);
  rmSync(folder, { recursive: true, force: true });
});

interface Names {
  readonly own?: string;
  readonly other?: string;
}

/** The process of this region is called by the region's name, unless it moved. */
function peersOf(place: Place, { own = `${place}.test`, other }: Names): PeerOptions {
  const otherPlace = places.find((one) => one !== place) ?? place;
  const name = other ?? `${otherPlace}.test`;
  return {
    ...authority.sign({ names: [own] }),
    authority: authority.certificate,
    listen: { host: '127.0.0.1', port: ports.get(own) ?? 0 },
    regions: { [otherPlace]: { url: `https://127.0.0.1:${ports.get(name)}`, name } },
  };
}

async function start(place: Place, names: Names = {}): Promise<Clients> {
  const database = await open(join(folder, place), {
    rootKey: { file: join(folder, `${place}.key`) },
    region: place,
    peers: peersOf(place, names),
    encryptionChangeQuota: 'none',
    keyWatchIntervalMs: 500,
  });
  databases.set(place, database);
  const settings = database.clientConfig({ region: place });
  const tables = new DynamoDBClient(settings);
  const clients = {
    tables,
    documents: DynamoDBDocumentClient.from(tables),
    keys: new KMSClient(settings),
    streams: new DynamoDBStreamsClient(settings),
  };
  opened.push(clients);
  return clients;
}

async function close(place: Place): Promise<void> {
  const database = databases.get(place);
  databases.delete(place);
  await database?.close();
}

const replicas = ({ tables }: Clients, ...ReplicaUpdates: readonly ReplicationGroupUpdate[]) =>
  tables.send(new UpdateTableCommand({ TableName, ReplicaUpdates: [...ReplicaUpdates] }));
const create = (clients: Clients, KMSMasterKeyId?: string) =>
  replicas(clients, { Create: { RegionName: 'eu-west-1', ...(KMSMasterKeyId && { KMSMasterKeyId }) } });
const shown = async ({ tables }: Clients) =>
  (await tables.send(new DescribeTableCommand({ TableName }))).Table;
const put = ({ documents }: Clients, by: string) =>
  documents.send(new PutCommand({ TableName, Item: { ...city, by } }));
const read = async ({ documents }: Clients) =>
  (await documents.send(new GetCommand({ TableName, Key: city }))).Item?.by;

const patienceMs = 20_000;

/** What `look` finds in the end: replication is a matter of moments, and here of real ones. */
async function eventually<T>(look: () => Promise<T>, isIt: (found: T | undefined) => boolean): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && isIt(found)) return found;
    if (performance.now() - startMs > patienceMs) expect.unreachable(`still ${JSON.stringify(found)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const replicaIn = (clients: Clients, state: string): Promise<ReplicaDescription | undefined> =>
  eventually(
    async () => (await shown(clients))?.Replicas?.[0],
    (replica) => replica?.ReplicaStatus === state,
  );
const reads = (clients: Clients, by: string) =>
  eventually(
    () => read(clients),
    (found) => found === by,
  );

test('a table is created here, gets a replica there, and both are written and read', async () => {
  const [home, away] = [await start('us-east-1'), await start('eu-west-1')];
  await newTable(home, TableName);
  await put(home, 'Gallus');
  const { TableDescription } = await create(home);
  expect(TableDescription).toMatchObject({
    TableStatus: 'UPDATING',
    Replicas: [{ ReplicaStatus: 'CREATING' }],
  });
  await reads(away, 'Gallus');
  await replicaIn(home, 'ACTIVE');
  expect(await replicaIn(away, 'ACTIVE')).toMatchObject({ RegionName: 'us-east-1' });
  await put(away, 'Otmar');
  await reads(home, 'Otmar');
  await home.documents.send(new DeleteCommand({ TableName, Key: city }));
  await eventually(
    async () => (await read(away)) === undefined,
    (isGone) => isGone === true,
  );
  await replicas(home, { Delete: { RegionName: 'eu-west-1' } });
  await eventually(
    () => refusal(shown(away)),
    (said) => said?.startsWith('ResourceNotFoundException') === true,
  );
  await eventually(
    async () => (await shown(home))?.GlobalTableVersion === undefined,
    (isAlone) => isAlone === true,
  );
});

test('the replica is under a key of its own process, which is changed there', async () => {
  const [home, away] = [await start('us-east-1'), await start('eu-west-1')];
  const [mine, theirs, next] = [await newKey(home), await newKey(away), await newKey(away)];
  await newTable(home, TableName, underKey(mine));
  await create(home, theirs);
  expect(await replicaIn(home, 'ACTIVE')).toMatchObject({ KMSMasterKeyId: theirs });
  expect((await shown(away))?.SSEDescription?.KMSMasterKeyArn).toBe(theirs);
  await away.tables.send(new UpdateTableCommand({ TableName, SSESpecification: underKey(next) }));
  await eventually(
    async () => (await shown(home))?.Replicas?.[0]?.KMSMasterKeyId,
    (arn) => arn === next,
  );
});

test('a replica whose key is lost is told of, and goes on when the key is back', async () => {
  const [home, away] = [await start('us-east-1'), await start('eu-west-1')];
  const key = await newKey(away);
  await newTable(home, TableName, underKey(await newKey(home)));
  await create(home, key);
  await replicaIn(home, 'ACTIVE');
  await away.keys.send(new DisableKeyCommand({ KeyId: key }));
  const lost = await replicaIn(home, 'INACCESSIBLE_ENCRYPTION_CREDENTIALS');
  expect(lost?.ReplicaInaccessibleDateTime).toBeInstanceOf(Date);
  await put(home, 'Gallus');
  await away.keys.send(new EnableKeyCommand({ KeyId: key }));
  await reads(away, 'Gallus');
  await replicaIn(home, 'ACTIVE');
});

test('what the other process refuses is told by descriptions, and taken away again', async () => {
  const [home, away] = [await start('us-east-1'), await start('eu-west-1')];
  await newTable(home, TableName);
  await newTable(away, TableName);
  await create(home);
  expect(await replicaIn(home, 'CREATION_FAILED')).toMatchObject({
    ReplicaStatusDescription: expect.stringMatching(/already exist/),
  });
  await replicas(home, { Delete: { RegionName: 'eu-west-1' } });
  expect((await shown(home))?.Replicas).toBeUndefined();
});

test('a key that the other process does not have is told by descriptions', async () => {
  const home = await start('us-east-1');
  await start('eu-west-1');
  await newTable(home, TableName, underKey(await newKey(home)));
  await create(home, '1234abcd-12ab-34cd-56ef-1234567890ab');
  expect(await replicaIn(home, 'CREATION_FAILED')).toMatchObject({
    ReplicaStatusDescription: expect.stringMatching(/NotFoundException/),
  });
});

test('a process that is not there yet, or not any more, is waited for', async () => {
  const home = await start('us-east-1');
  await newTable(home, TableName);
  await put(home, 'Gallus');
  await create(home);
  expect((await shown(home))?.Replicas).toMatchObject([{ ReplicaStatus: 'CREATING' }]);
  let away = await start('eu-west-1');
  await reads(away, 'Gallus');
  await close('eu-west-1');
  await put(home, 'Otmar');
  away = await start('eu-west-1');
  await reads(away, 'Otmar');
});

test('a region that moves to another process goes on where it was', async () => {
  let [home, away] = [await start('us-east-1'), await start('eu-west-1')];
  await newTable(home, TableName);
  await put(home, 'Gallus');
  await create(home);
  await reads(away, 'Gallus');
  await close('eu-west-1');
  await close('us-east-1');
  home = await start('us-east-1', { other: 'moved.test' });
  await put(home, 'Otmar');
  // At another address, under another name, with another certificate.
  away = await start('eu-west-1', { own: 'moved.test' });
  await reads(away, 'Otmar');
  await put(away, 'Notker');
  await reads(home, 'Notker');
});

test('a peer that takes connections and never answers holds up neither calls nor closing', async () => {
  const home = await start('us-east-1');
  const sockets: Socket[] = [];
  const hanging = createServer((socket) => sockets.push(socket)).listen(
    ports.get('eu-west-1.test'),
    '127.0.0.1',
  );
  await once(hanging, 'listening');
  try {
    await newTable(home, TableName);
    await create(home);
    await eventually(
      async () => sockets.length,
      (count) => count !== undefined && count > 0,
    );
    await put(home, 'Gallus');
    expect(await read(home)).toBe('Gallus');
    const startMs = performance.now();
    await close('us-east-1');
    expect(performance.now() - startMs).toBeLessThan(10_000);
  } finally {
    hanging.close();
    for (const socket of sockets) socket.destroy();
  }
});

/** What a socket is told of where to connect to, however else that is given. */
function isEnd(part: unknown): part is { readonly host: unknown; readonly port: unknown } {
  return typeof part === 'object' && part !== null && 'host' in part && 'port' in part;
}

test('no field of a request is ever connected to (R-SSRF-1)', async () => {
  const [home, away] = [await start('us-east-1'), await start('eu-west-1')];
  await newTable(home, TableName);
  // TLS connects by it too.
  const connecting = vi.spyOn(Socket.prototype, 'connect');
  try {
    const names = [
      '127.0.0.1:9',
      'https://127.0.0.1:9',
      'elsewhere.test',
      'localhost',
      '[::1]',
      '..',
      'a'.repeat(300),
    ];
    for (const RegionName of names) {
      await refusal(replicas(home, { Create: { RegionName } }));
      await refusal(replicas(home, { Create: { RegionName, KMSMasterKeyId: `https://${RegionName}` } }));
      await refusal(replicas(home, { Delete: { RegionName } }));
    }
    await put(home, 'Gallus');
    await create(home);
    await reads(away, 'Gallus');
    const parts: readonly unknown[] = connecting.mock.calls.flat(2);
    const ends = parts.filter(isEnd).map(({ host, port }) => `${host}:${port}`);
    const configured = places.map((place) => `127.0.0.1:${ports.get(`${place}.test`)}`);
    expect(new Set(ends)).toEqual(new Set(configured));
  } finally {
    connecting.mockRestore();
  }
});
