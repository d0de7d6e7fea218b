/** Tables of several regions in one store, looked after as in a database, and lines between them that a test can cut. */
import { silentLog } from '../../src/base/log.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import { RegionLines } from '../../src/lab/region-lines.ts';
import type { ReplicaPeer, ReplicaUpdate } from '../../src/lifecycle/replica-peer.ts';
import { Replication } from '../../src/lifecycle/replication.ts';
import { startTableCare } from '../../src/lifecycle/table-care.ts';
import type { Item } from '../../src/tables/attribute.ts';
import type { EncryptionChoice } from '../../src/tables/encryption-choice.ts';
import type { ReplicaMember } from '../../src/tables/replication/replication-state.ts';
import type { OpenTable } from '../../src/tables/table.ts';
import type { TableDefinition } from '../../src/tables/table-record.ts';
import { key } from './book-tables.ts';
import { user } from './embedded-kms.ts';
import {
  definitionOf,
  newConnection,
  openTables,
  type TablesForTest,
  type TablesForTestOptions,
} from './open-tables.ts';

export const home = 'us-east-1';
export const away = 'eu-west-1';
export const third = 'ap-south-1';

export interface ReplicationForTestOptions extends TablesForTestOptions {
  readonly remote?: (opened: TablesForTest) => readonly ReplicaPeer[];
  readonly lines?: RegionLines;
}

export function callerIn(region: string): Caller {
  return { ...user, region };
}

export type ReplicationForTest = Awaited<ReturnType<typeof start>> & {
  /** Stops it, and starts what is stored anew. */
  again(options?: { readonly crash?: boolean }): Promise<ReplicationForTest>;
};

export async function openReplication(options: ReplicationForTestOptions = {}): Promise<ReplicationForTest> {
  return startReplication(await openTables(options), options);
}

async function startReplication(
  opened: TablesForTest,
  options: ReplicationForTestOptions,
): Promise<ReplicationForTest> {
  const started = await start(opened, options);
  return {
    ...started,
    again: async ({ crash = false } = {}) => {
      await started.stop();
      return startReplication(await opened.restart({ crash }), options);
    },
  };
}

async function start(opened: TablesForTest, options: ReplicationForTestOptions) {
  const { tables, keys, clock, kms } = opened;
  const { lines = new RegionLines(), remote = () => [] } = options;
  let onStatusChange = () => {};
  const archived: string[] = [];
  const care = await startTableCare({
    tables,
    keys,
    clock,
    log: silentLog,
    keyWatchJitterMs: 0,
    onKeyChange: (listener) => kms.onKeyChange(listener),
    onStatusChange: () => onStatusChange(),
    backups: {
      findOf: () => undefined,
      make: async ({ name }) => {
        archived.push(name);
        return { arn: `arn of ${name}` };
      },
      stop: async () => {},
    },
  });
  const replication = new Replication({
    ...{ tables, keys, clock, log: silentLog, remote: remote(opened), between: lines.between },
    lifecycle: care.lifecycle,
    time: care.time,
  });
  onStatusChange = () => replication.statusesChanged();
  await replication.start();
  await clock.advanceAndSettle(0);
  const stop = async () => {
    await replication.stop();
    await care.stop();
  };
  const find = (region: string, name = 'T') => tables.replicas.find({ ...callerIn(region), name });
  return {
    ...opened,
    lines,
    replication,
    archived,
    find,
    pass: (ms: number) => clock.advanceAndSettle(ms),
    /** The states of the group as the replica in this region knows them. */
    states: (region: string, name = 'T') =>
      (find(region, name)?.replication.members ?? []).map((member) => `${member.region} ${member.state}`),
    member: (region: string, of: string): ReplicaMember | undefined =>
      find(region)?.replication.members.find((member) => member.region === of),
    status: async (region: string, name = 'T') => (await tables.show(callerIn(region), name)).status,
    create: (
      region = home,
      {
        encryption = { kind: 'owned' },
        ...more
      }: { encryption?: EncryptionChoice } & Partial<TableDefinition> = {},
    ) => tables.create(callerIn(region), definitionOf('T', encryption, more)),
    update: (change: ReplicaUpdate, region = home) =>
      replication.groups.update(callerIn(region), newConnection(), 'T', change),
    put: async (region: string, item: Item) => {
      const id = item.get('id');
      const table = await openIn(opened, region);
      await table.write(key(id !== undefined && 'S' in id ? id.S : ''), () => ({
        next: item,
        result: undefined,
      }));
    },
    remove: async (region: string, id: string) => {
      const table = await openIn(opened, region);
      await table.write(key(id), (old) =>
        old === undefined ? { unchanged: true, result: undefined } : { next: undefined, result: undefined },
      );
    },
    read: async (region: string, id: string) => (await (await openIn(opened, region)).get(key(id)))?.item,
    newKeyIn: async (region: string) => (await kms.keys.create(callerIn(region), {})).arn,
    stop,
  };
}

async function openIn({ tables }: TablesForTest, region: string): Promise<OpenTable> {
  return tables.open(callerIn(region), newConnection(), 'T');
}
