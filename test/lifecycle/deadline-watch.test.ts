import { describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import type { KeyLoss } from '../../src/keys/key-loss.ts';
import { TrustedTime } from '../../src/kms/embedded/trusted-time.ts';
import { Archive } from '../../src/lifecycle/archive.ts';
import { DeadlineWatch, deadlineRetryMs } from '../../src/lifecycle/deadline-watch.ts';
import { announceBeforeMs, archiveAfterMs, TableLifecycle } from '../../src/lifecycle/table-lifecycle.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import { openProtected } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import type { TablesForTest, TablesForTestOptions } from '../support/open-tables.ts';

const lostStatus = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';
const refusal = new Refusal('TableKeyRefused', { message: 'disabled', denied: false });
const loss: KeyLoss = { cause: 'disabled', refusal };
const hourMs = 3_600_000;

/** A table whose key is as the test says, looked after by a watch that was just started; a restart makes all anew. */
async function lostTable(options: TablesForTestOptions = {}) {
  const backups: string[] = [];
  const world = { found: async (): Promise<KeyLoss | undefined> => loss, make: async () => {} };
  const made = new Map<string, string>();
  const start = async (opened: TablesForTest) => {
    const { tables, clock } = opened;
    const { statuses } = tables;
    const time = new TrustedTime(clock);
    const lifecycle = new TableLifecycle({ statuses, nowMs: () => time.nowMs() });
    const archive = new Archive({
      lifecycle,
      backups: {
        make: async ({ tableId, name, type }) => {
          await world.make();
          expect(statuses.find(tableId)?.status).toBe('ARCHIVING');
          backups.push(`${type} ${name}`);
          made.set(tableId, 'arn');
          return { arn: 'arn' };
        },
        findOf: (tableId, name) => {
          expect(name).toBe('T-archived');
          const arn = made.get(tableId);
          return arn === undefined ? undefined : { arn };
        },
      },
    });
    const keys = { findLoss: () => world.found() };
    const watch = new DeadlineWatch({ statuses, lifecycle, keys, archive, clock, time });
    const status = async () => (await tables.show(user, 'T')).status;
    const kinds = () => statuses.all()[0]?.notices?.map(({ kind }) => kind) ?? [];
    const [table] = tables.protectedTables();
    if (table === undefined) throw new Error('there is no table to look after');
    watch.start();
    const pass = (ms: number) => clock.advanceAndSettle(ms);
    await pass(0);
    return {
      ...opened,
      lifecycle,
      watch,
      status,
      kinds,
      table,
      pass,
      again: async () => {
        await watch.stop();
        return start(await opened.restart({ crash: true }));
      },
    };
  };
  const running = await start(await openProtected(options));
  await running.lifecycle.keyLost(running.table, loss);
  return { ...running, world, backups };
}

describe('deadlines are kept to the second (R-LIFE-1)', () => {
  test('the owner is told 24 hours before, and seven days after the notice the table is archived', async () => {
    const { pass, kinds, status, backups, watch, clock } = await lostTable();
    await pass(archiveAfterMs - announceBeforeMs - 1000);
    expect(kinds()).toEqual(['keyLost']);
    await pass(1000);
    expect(kinds()).toEqual(['keyLost', 'archiveNear']);
    await pass(announceBeforeMs - 1000);
    expect([await status(), kinds(), backups]).toEqual([lostStatus, ['keyLost', 'archiveNear'], []]);
    await pass(1000);
    expect([await status(), kinds()]).toEqual(['ARCHIVED', ['keyLost', 'archiveNear', 'archived']]);
    await pass(1000);
    expect(backups).toEqual(['USER T-archived']);
    const timers = clock.timers;
    await watch.stop();
    expect(clock.timers).toBe(timers - 1);
  });

  test('what fell due while nobody ran is done at the start', async () => {
    const first = await lostTable();
    await first.watch.stop();
    for (const [ms, status, kinds] of [
      [archiveAfterMs - announceBeforeMs - 1000, lostStatus, ['keyLost']],
      [1000, lostStatus, ['keyLost', 'archiveNear']],
      [announceBeforeMs - 1000, lostStatus, ['keyLost', 'archiveNear']],
      [1000, 'ARCHIVED', ['keyLost', 'archiveNear', 'archived']],
    ] as const) {
      first.clock.advance(ms);
      const again = await first.again();
      expect([await again.status(), again.kinds()]).toEqual([status, kinds]);
      await again.watch.stop();
    }
  });
});

describe('a wall clock that was set', () => {
  test('backwards neither puts a deadline off, nor brings an archived table back', async () => {
    const { clock, pass, status } = await lostTable();
    await pass(hourMs);
    clock.jump(-30 * 24 * hourMs);
    await pass(archiveAfterMs - hourMs - 1000);
    expect(await status()).toBe(lostStatus);
    await pass(1000);
    expect(await status()).toBe('ARCHIVED');
    clock.jump(-30 * 24 * hourMs);
    await pass(2 * hourMs);
    expect(await status()).toBe('ARCHIVED');
  });

  test('forwards counts once it was seen three times, a minute apart', async () => {
    const { clock, pass, status } = await lostTable();
    clock.jump(10 * 24 * hourMs);
    // The next look comes within the hour, and is the first to see it.
    await pass(hourMs);
    expect(await status()).toBe(lostStatus);
    await pass(60_000);
    expect(await status()).toBe(lostStatus);
    await pass(59_000);
    expect(await status()).toBe(lostStatus);
    await pass(1_000);
    expect(await status()).toBe('ARCHIVED');
  });

  test('forwards by mistake, and back before it was seen three times, archives nothing', async () => {
    const { clock, pass, status } = await lostTable();
    clock.jump(10 * 24 * hourMs);
    await pass(hourMs + 60_000);
    clock.jump(-10 * 24 * hourMs);
    await pass(hourMs);
    expect(await status()).toBe(lostStatus);
  });
});

describe('at a deadline the key is asked for once more', () => {
  for (const ms of [archiveAfterMs - announceBeforeMs, archiveAfterMs]) {
    test(`a key that came back unnoticed is noticed then: ${ms / hourMs} hours`, async () => {
      const { world, pass, status, kinds, backups, lifecycle, table } = await lostTable();
      await pass(ms - 1000);
      world.found = async () => undefined;
      await pass(1000);
      expect([await status(), kinds().at(-1), backups]).toEqual(['ACTIVE', 'keyBack', []]);
      // The days begin anew with the next loss.
      world.found = async () => loss;
      await lifecycle.keyLost(table, loss);
      await pass(archiveAfterMs - 1000);
      expect(await status()).toBe(lostStatus);
      await pass(1000);
      expect(await status()).toBe('ARCHIVED');
    });
  }

  test('a key service that does not answer puts it off, a minute at a time', async () => {
    const { world, pass, status } = await lostTable();
    await pass(archiveAfterMs - 1000);
    world.found = () => Promise.reject(new Outage('KeyServiceUnavailable'));
    await pass(1000 + 3 * deadlineRetryMs);
    expect(await status()).toBe(lostStatus);
    world.found = async () => loss;
    await pass(deadlineRetryMs - 1);
    expect(await status()).toBe(lostStatus);
    await pass(1);
    expect(await status()).toBe('ARCHIVED');
  });
});

describe('archiving that is stopped on its way goes on', () => {
  test('where the backup could not be made: a minute later, the data untouched', async () => {
    const { world, pass, status, backups, memory } = await lostTable();
    world.make = () => Promise.reject(new Outage('StoreFull'));
    await pass(archiveAfterMs + deadlineRetryMs);
    expect(await status()).toBe('ARCHIVING');
    expect(await memory.listTrees(1, 10)).toHaveLength(1);
    world.make = async () => {};
    // A key that is back by now changes nothing: nobody may use the table until it is archived.
    world.found = async () => undefined;
    await pass(deadlineRetryMs);
    expect([await status(), backups]).toEqual(['ARCHIVED', ['USER T-archived']]);
  });

  test('where the process ended before the backup: after the next start', async () => {
    const first = await lostTable();
    first.world.make = () => Promise.reject(new Outage('Closed'));
    await first.pass(archiveAfterMs);
    expect(await first.status()).toBe('ARCHIVING');
    first.world.make = async () => {};
    const again = await first.again();
    expect([await again.status(), first.backups]).toEqual(['ARCHIVED', ['USER T-archived']]);
  });

  test('where the process ended after the backup: with that backup, and no second one', async () => {
    const first = await lostTable();
    const { archived } = first.lifecycle;
    first.lifecycle.archived = () => Promise.reject(new Outage('Closed'));
    await first.pass(archiveAfterMs);
    expect([await first.status(), first.backups]).toEqual(['ARCHIVING', ['USER T-archived']]);
    first.lifecycle.archived = archived;
    const again = await first.again();
    expect([await again.status(), first.backups]).toEqual(['ARCHIVED', ['USER T-archived']]);
    expect((await again.tables.show(user, 'T')).archival?.backupArn).toBe('arn');
  });
});

describe('whichever commit of archiving a crash hits', () => {
  for (const moment of ['before', 'after'] as const) {
    for (const index of [1, 2, 3, 4]) {
      test(`right ${moment} commit ${index}, the data is in the table or in a backup, and the next start goes on`, async () => {
        const stores: FaultyStore[] = [];
        const wrapStore = (memory: PageStore) => {
          const store = new FaultyStore(memory);
          stores.push(store);
          return store;
        };
        const first = await lostTable({ wrapStore });
        stores.at(-1)?.fail({ call: 'commit', moment, index, isLasting: true });
        await first.pass(archiveAfterMs);
        expect(stores.at(-1)?.failed).toBeGreaterThan(index < 4 ? 0 : -1);
        const isDataThere = (await first.memory.listTrees(1, 10)).length === 1;
        expect(isDataThere || first.backups.length === 1).toBe(true);
        const again = await first.again();
        expect([await again.status(), first.backups]).toEqual(['ARCHIVED', ['USER T-archived']]);
        expect(again.kinds()).toContain('archived');
        expect(new Set(again.kinds()).size).toBe(again.kinds().length);
        expect(await first.memory.listTrees(1, 10)).toEqual([]);
      });
    }
  }
});

test('a table that is deleted while it waits is passed over', async () => {
  const { tables, pass, watch, clock } = await lostTable();
  await tables.delete(user, 'T');
  await pass(archiveAfterMs);
  expect(await tables.list(user, undefined, 10)).toEqual([]);
  const timers = clock.timers;
  await watch.stop();
  expect(clock.timers).toBe(timers - 1);
});
