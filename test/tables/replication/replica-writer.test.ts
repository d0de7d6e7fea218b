import { describe, expect, test } from 'vitest';
import { HybridClock } from '../../../src/tables/replication/hybrid-clock.ts';
import { ReplicaLog } from '../../../src/tables/replication/replica-log.ts';
import { ReplicaWriter } from '../../../src/tables/replication/replica-writer.ts';
import { book, key } from '../../support/book-tables.ts';
import { openTables } from '../../support/open-tables.ts';
import { idIn, makeGroup, replicaIn } from '../../support/replica-tables.ts';

const region = 'us-east-1';
const from = 'eu-west-1/some-table';

async function start() {
  const { tables, engine, keys, clock } = await openTables();
  await makeGroup(tables, [region]);
  const number = replicaIn(tables, region).replication.tree ?? 0;
  const tree = await engine.openTree(number, keys.cipher(idIn(tables, region), number));
  const log = await ReplicaLog.behind({ tree, clock, stamps: new HybridClock(clock) });
  const told: string[] = [];
  let hasEnded = false;
  const onLocalWrite = () => told.push('local');
  const writer = new ReplicaWriter({ log, region, onLocalWrite, isEnded: () => hasEnded });
  return {
    told,
    clock,
    end: () => {
      hasEnded = true;
    },
    follow: (change: Partial<Parameters<ReplicaWriter['follow']>[1]>) =>
      engine.transact((tx) =>
        writer.follow(tx, { key: key('a'), old: undefined, next: undefined, ...change }),
      ),
    version: () => engine.transact((tx) => log.version(tx, key('a'))),
  };
}

describe('the writer of a replica', () => {
  test('gives a local write a stamp of its region, and tells that there was one', async () => {
    const { follow, version, told, clock } = await start();
    await follow({ next: book('a') });
    const first = await version();
    expect(first).toMatchObject({ stamp: { ms: clock.nowMs(), region }, isDeleted: false });
    expect(first?.from).toBeUndefined();
    await follow({});
    const second = await version();
    expect(second).toMatchObject({ stamp: { ms: clock.nowMs(), count: 1, region }, isDeleted: true });
    expect(second?.sequence).toBeGreaterThan(first?.sequence ?? 0);
    expect(told).toEqual(['local', 'local']);
  });

  test('keeps the stamp of a write from elsewhere, and tells nobody', async () => {
    const { follow, version, told } = await start();
    const stamp = { ms: 5, count: 6, region: 'eu-west-1' };
    await follow({ next: book('a'), replicated: { stamp, from } });
    expect(await version()).toMatchObject({ stamp, from, isDeleted: false });
    expect(told).toEqual([]);
  });

  test('gives a local write a later stamp than what it overwrites, however far ahead that is', async () => {
    const { follow, version, clock } = await start();
    const stamp = { ms: clock.nowMs() + 1000, count: 6, region: 'us-west-2' };
    await follow({ next: book('a'), replicated: { stamp, from } });
    await follow({ next: book('a', 2) });
    expect((await version())?.stamp).toEqual({ ms: stamp.ms, count: 7, region });
  });

  test('records no item that nobody wrote since there are replicas', async () => {
    const { follow, version } = await start();
    await follow({ next: book('a'), replicated: { stamp: undefined, from } });
    expect(await version()).toBeUndefined();
  });

  test('records nothing once replication has ended', async () => {
    const { follow, version, end, told } = await start();
    end();
    await follow({ next: book('a') });
    expect(await version()).toBeUndefined();
    expect(told).toEqual([]);
  });
});
