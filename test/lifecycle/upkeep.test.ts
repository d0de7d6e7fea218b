import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import {
  backupIntervalMs,
  grantIntervalMs,
  startUpkeep,
  timeToLiveIntervalMsDefault,
  trimIntervalMs,
} from '../../src/lifecycle/upkeep.ts';
import { openTables } from '../support/open-tables.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const backups = { expire: async () => {} };

for (const [title, timeToLiveIntervalMs] of [
  ['after the interval it was given', 1000],
  ['after the usual interval', undefined],
] as const) {
  test(`items and streams are looked at when it starts, and again ${title}`, async () => {
    const { tables } = await openTables();
    const clock = new VirtualClock();
    const looks: string[] = [];
    const sweep = tables.expiry.sweep.bind(tables.expiry);
    const trim = tables.streams.trim.bind(tables.streams);
    tables.expiry.sweep = () => {
      looks.push('items');
      return sweep();
    };
    tables.streams.trim = () => {
      looks.push('streams');
      return trim();
    };
    const upkeep = startUpkeep({ tables, backups, clock, log: silentLog, timeToLiveIntervalMs });
    expect(looks).toEqual(['items', 'streams']);
    const itemsMs = timeToLiveIntervalMs ?? timeToLiveIntervalMsDefault;
    await clock.advanceAndSettle(Math.min(itemsMs, trimIntervalMs));
    expect(looks.slice(2)).toEqual([itemsMs < trimIntervalMs ? 'items' : 'streams']);
    await upkeep.stop();
    expect(clock.timers).toBe(0);
  });
}

test('grants that no table needs are looked for when it starts, and each hour', async () => {
  const { tables } = await openTables();
  const clock = new VirtualClock();
  let looks = 0;
  const retire = tables.grants.retireOthers.bind(tables.grants);
  tables.grants.retireOthers = () => {
    looks++;
    return retire();
  };
  const upkeep = startUpkeep({ tables, backups, clock, log: silentLog, timeToLiveIntervalMs: undefined });
  expect(looks).toBe(1);
  await tables.grants.settled();
  await clock.advanceAndSettle(grantIntervalMs);
  expect(looks).toBe(2);
  await upkeep.stop();
});

test('backups and kept changes whose time is up are looked for when it starts, and again', async () => {
  const { tables } = await openTables();
  const clock = new VirtualClock();
  const looks: string[] = [];
  const trim = tables.pasts.trim.bind(tables.pasts);
  tables.pasts.trim = () => {
    looks.push('changes');
    return trim();
  };
  const counted = { expire: async () => void looks.push('backups') };
  const upkeep = startUpkeep({
    ...{ tables, backups: counted, clock, log: silentLog },
    timeToLiveIntervalMs: undefined,
  });
  expect(looks.toSorted()).toEqual(['backups', 'changes']);
  await clock.advanceAndSettle(trimIntervalMs);
  expect(looks.slice(2)).toEqual(['changes']);
  await clock.advanceAndSettle(backupIntervalMs - trimIntervalMs);
  expect(looks.filter((look) => look === 'backups')).toHaveLength(2);
  await upkeep.stop();
  expect(clock.timers).toBe(0);
});
