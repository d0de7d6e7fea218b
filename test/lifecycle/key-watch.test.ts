import { describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import type { KeyLoss } from '../../src/keys/key-loss.ts';
import {
  changeLookMs,
  KeyWatch,
  type KeyWatchOptions,
  keyWatchIntervalMs,
  looksAtOnceMax,
} from '../../src/lifecycle/key-watch.ts';
import { TableLifecycle } from '../../src/lifecycle/table-lifecycle.ts';
import type { ProtectedTable } from '../../src/tables/table-summary.ts';
import {
  book,
  disabledText,
  dyingText,
  key,
  keyRefusalOf,
  openProtected,
  openT,
  putBook,
  readBook,
} from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, newConnection, type TablesForTest } from '../support/open-tables.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const lostStatus = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';

function watchOf(opened: TablesForTest, more: Partial<KeyWatchOptions & { log: Log }> = {}): KeyWatch {
  const { clock, tables } = opened;
  const nowMs = () => clock.nowMs();
  const lifecycle = new TableLifecycle({ statuses: tables.statuses, nowMs, ...more });
  return new KeyWatch({ ...opened, lifecycle, ...more });
}

function recordingLog() {
  const lines: string[] = [];
  const line = (level: string) => (_: object, sentence: string) => lines.push(`${level}: ${sentence}`);
  const log: Log = { info: line('info'), warn: line('warn'), error: line('error') };
  return { log, lines };
}

describe('while the key of a table is gone, before any look', () => {
  const losses = [
    {
      name: 'disabled',
      lose: ({ kms }: TablesForTest, arn: string) => kms.keys.disable(user, arn),
      text: disabledText,
    },
    {
      name: 'pending deletion',
      lose: ({ kms }: TablesForTest, arn: string) => kms.keys.scheduleDeletion(user, arn, 7),
      text: dyingText,
    },
  ] as const;

  for (const { name, lose, text } of losses) {
    test(`${name}: reads and writes are refused at once, in the words of the key service`, async () => {
      const opened = await openProtected();
      const { tables, keyArn } = opened;
      const connection = newConnection();
      const table = await tables.open(user, connection, 'T');
      await lose(opened, keyArn);
      expect(await keyRefusalOf(() => tables.open(user, connection, 'T'))).toBe(text(keyArn));
      expect(await keyRefusalOf(() => openT(tables))).toBe(text(keyArn));
      // A request that had the table open already.
      expect(await keyRefusalOf(() => table.get(key('a')))).toBe(text(keyArn));
      expect(await keyRefusalOf(() => putBook(table, book('b')))).toBe(text(keyArn));
      expect(await keyRefusalOf(() => table.items({}).next())).toBe(text(keyArn));
    });

    test(`${name}: it is described, listed, changed and deleted like any other`, async () => {
      const opened = await openProtected();
      const { tables, keyArn, memory } = opened;
      await lose(opened, keyArn);
      const { tables: again } = await opened.restart();
      expect(await again.describe(user, 'T')).toMatchObject({
        itemCount: 1,
        sse: { status: 'ENABLED', keyArn },
      });
      expect(await again.list(user, undefined, 10)).toEqual(['T']);
      await again.changeSettings(user, 'T', { tableClass: 'STANDARD_INFREQUENT_ACCESS' });
      await again.delete(user, 'T');
      expect(await memory.listTrees(1, 10)).toEqual([]);
      expect(tables).not.toBe(again);
    });
  }

  test('leaves no opened page in memory, and reads again once the key is back', async () => {
    const { tables, kms, keyArn, engine } = await openProtected();
    await readBook(tables);
    const cachedBytes = engine.cachedBytes;
    await kms.keys.disable(user, keyArn);
    expect(engine.cachedBytes).toBeLessThan(cachedBytes);
    await kms.keys.enable(user, keyArn);
    expect(await readBook(tables)).toEqual(book('a'));
  });

  test('does not keep others from their tables', async () => {
    const { tables, kms, keyArn } = await openProtected();
    await tables.create(user, definitionOf('U'));
    await kms.keys.disable(user, keyArn);
    const other = await openT(tables, 'U');
    await putBook(other, book('a'));
    expect((await other.get(key('a')))?.item).toEqual(book('a'));
  });
});

describe('a look', () => {
  test('finds a lost key at its time and a key that is back, and the status is there over a restart', async () => {
    const first = await openProtected();
    const { kms, clock, keyArn } = first;
    const { log, lines } = recordingLog();
    await watchOf(first, { log }).look();
    expect(lines).toEqual([]);
    await kms.keys.disable(user, keyArn);
    clock.advance(1000);
    const noticedMs = clock.nowMs();
    await watchOf(first, { log }).look();
    expect(await first.tables.describe(user, 'T')).toMatchObject({
      status: lostStatus,
      sse: { status: 'ENABLED', keyArn, inaccessibleSinceMs: noticedMs },
    });
    clock.advance(1000);
    const second = await first.restart({ crash: true });
    await watchOf(second, { log }).look();
    expect((await second.tables.describe(user, 'T')).sse?.inaccessibleSinceMs).toBe(noticedMs);
    await kms.keys.enable(user, keyArn);
    await watchOf(second, { log }).look();
    const { status, sse } = await second.tables.describe(user, 'T');
    expect({ status, sse }).toEqual({ status: 'ACTIVE', sse: { status: 'ENABLED', keyArn } });
    expect(lines).toEqual([
      'warn: The key of a table cannot be used: enable it, or the table stays inaccessible.',
      'info: A table has its key back.',
    ]);
  });

  test('does not look at tables under the owned key, and touches no others', async () => {
    const opened = await openProtected();
    await opened.tables.create(user, definitionOf('U'));
    await opened.tables.create(user, definitionOf('V', { kind: 'managed' }));
    await opened.kms.keys.disable(user, opened.keyArn);
    const asked: string[] = [];
    const keys = {
      findLoss: (table: ProtectedTable['identity']) => {
        asked.push(table.name);
        return opened.keys.findLoss(table);
      },
    };
    await watchOf(opened, { keys }).look();
    expect(asked).toEqual(['T', 'V']);
    const statuses = ['T', 'U', 'V'].map(async (name) => (await opened.tables.describe(user, name)).status);
    expect(await Promise.all(statuses)).toEqual([lostStatus, 'ACTIVE', 'ACTIVE']);
  });

  test('wipes no key and keeps none: it leaves the cache as it was', async () => {
    const opened = await openProtected();
    const connection = newConnection();
    const table = await opened.tables.open(user, connection, 'T');
    await watchOf(opened).look();
    expect(opened.tables.open(user, connection, 'T')).toBe(table);
    connection.close();
    await watchOf(opened).look();
    opened.clock.advance(600_000);
    const refused = await keyRefusalOf(() => table.get(key('a'))).catch((fault: Outage) => fault.code);
    expect(refused).toBe('KeyServiceUnavailable');
  });
});

/** Parts of which a test decides what they say. */
function watched(statuses: Record<string, ProtectedTable['status']>) {
  const marks: string[] = [];
  const answers = new Map<string, () => Promise<KeyLoss | undefined>>();
  const clock = new VirtualClock();
  const { log, lines } = recordingLog();
  let lookCount = 0;
  const options: KeyWatchOptions = {
    clock,
    log,
    tables: {
      protectedTables: () => {
        lookCount++;
        return Object.entries(statuses).map(([id, status]) => ({
          identity: { id, name: id, account: '1', region: 'r' },
          status,
          keyArn: `key of ${id}`,
        }));
      },
    },
    lifecycle: {
      keyLost: async ({ identity, keyArn }, { cause }) => {
        marks.push(`lost: ${identity.id}, ${keyArn}, ${cause}`);
      },
      keyBack: async ({ identity }) => {
        marks.push(`back: ${identity.id}`);
      },
    },
    keys: { findLoss: ({ id }) => answers.get(id)?.() ?? Promise.resolve(undefined) },
  };
  return { options, clock, marks, answers, lines, looks: () => lookCount };
}

const refusal = new Refusal('TableKeyRefused', { message: 'disabled', denied: false });
const loss: KeyLoss = { cause: 'disabled', refusal };

describe('what is no answer', () => {
  test('an outage changes nothing, is logged, and keeps nobody from the next table', async () => {
    const { options, marks, answers, lines } = watched({ a: 'ACTIVE', b: lostStatus, c: 'ACTIVE' });
    answers.set('a', () => Promise.reject(new Outage('KeyServiceUnavailable')));
    answers.set('b', () => Promise.reject(new Outage('KeyServiceUnavailable')));
    answers.set('c', () => Promise.resolve(loss));
    await new KeyWatch(options).look();
    expect(marks).toEqual(['lost: c, key of c, disabled']);
    expect(lines.filter((line) => line.startsWith('warn: Whether'))).toHaveLength(2);
  });

  test('a table that was deleted meanwhile is passed over without a word', async () => {
    const { options, marks, answers, lines } = watched({ a: 'ACTIVE', b: lostStatus });
    answers.set('a', () => Promise.reject(new Refusal('TableNotFound', {})));
    await new KeyWatch(options).look();
    expect(marks).toEqual(['back: b']);
    expect(lines).toEqual([]);
  });

  test('a mark that could not be stored is made by the next look', async () => {
    const { options, answers, lines, marks } = watched({ a: 'ACTIVE' });
    answers.set('a', () => Promise.resolve(loss));
    const { keyLost } = options.lifecycle;
    const failOnce = async (): Promise<void> => {
      options.lifecycle.keyLost = keyLost;
      throw new Outage('StoreUnavailable');
    };
    options.lifecycle.keyLost = failOnce;
    const watch = new KeyWatch(options);
    await watch.look();
    expect([marks, lines]).toEqual([[], ['warn: Whether a table has its key could not be found out.']]);
    await watch.look();
    expect(marks).toEqual(['lost: a, key of a, disabled']);
  });
});

describe('a watch', () => {
  test('looks at its start and after each interval, until it is stopped', async () => {
    const { options, clock, looks } = watched({ a: 'ACTIVE' });
    const watch = new KeyWatch(options);
    expect(looks()).toBe(0);
    watch.start();
    watch.start();
    await clock.advanceAndSettle(0);
    expect(looks()).toBe(1);
    await clock.advanceAndSettle(keyWatchIntervalMs - 1);
    expect(looks()).toBe(1);
    await clock.advanceAndSettle(1);
    expect(looks()).toBe(2);
    await clock.advanceAndSettle(keyWatchIntervalMs * 3);
    expect(looks()).toBe(5);
    await watch.stop();
    expect(clock.timers).toBe(0);
    await clock.advanceAndSettle(keyWatchIntervalMs * 3);
    expect(looks()).toBe(5);
  });

  test('never looks twice at once, and waits the interval from the end of a look', async () => {
    const { options, clock, looks, answers } = watched({ a: 'ACTIVE' });
    const waiting: (() => void)[] = [];
    answers.set('a', () => new Promise((resolve) => waiting.push(() => resolve(undefined))));
    const watch = new KeyWatch({ ...options, intervalMs: 1000 });
    watch.start();
    expect(watch.look()).toBe(watch.look());
    await clock.advanceAndSettle(10_000);
    expect(looks()).toBe(1);
    for (const answer of waiting.splice(0)) answer();
    await clock.advanceAndSettle(999);
    expect(looks()).toBe(1);
    await clock.advanceAndSettle(1);
    expect(looks()).toBe(2);
    let isStopped = false;
    const stopping = watch.stop().then(() => {
      isStopped = true;
    });
    await clock.advanceAndSettle(0);
    expect(isStopped).toBe(false);
    for (const answer of waiting.splice(0)) answer();
    await stopping;
    expect(clock.timers).toBe(0);
  });

  test('waits longer than the interval by chance, and never by more than it may', async () => {
    const { options, clock, looks } = watched({ a: 'ACTIVE' });
    const chances = [0.5, 0.25];
    const random = () => chances.shift() ?? 0;
    const watch = new KeyWatch({ ...options, intervalMs: 1000, jitterMs: 400, random });
    watch.start();
    await clock.advanceAndSettle(1199);
    expect(looks()).toBe(1);
    await clock.advanceAndSettle(1);
    expect(looks()).toBe(2);
    await clock.advanceAndSettle(1099);
    expect(looks()).toBe(2);
    await clock.advanceAndSettle(1);
    expect(looks()).toBe(3);
    await watch.stop();
  });

  test('asks for a few tables at one time, and leaves alone those that are archived', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `t${index}`);
    const statuses = Object.fromEntries(names.map((name) => [name, 'ACTIVE' as const]));
    const { options, answers, marks } = watched({ ...statuses, gone: 'ARCHIVED', going: 'ARCHIVING' });
    let most = 0;
    let now = 0;
    const asked = new Set<string>();
    for (const name of [...names, 'gone', 'going']) {
      answers.set(name, async () => {
        asked.add(name);
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        now--;
        return loss;
      });
    }
    await new KeyWatch(options).look();
    expect([most, asked.size, marks.length]).toEqual([looksAtOnceMax, 20, 20]);
  });

  test('that is started again goes on with one timer', async () => {
    const { options, clock, looks } = watched({ a: 'ACTIVE' });
    const watch = new KeyWatch(options);
    watch.start();
    const stopping = watch.stop();
    watch.start();
    await stopping;
    await clock.advanceAndSettle(0);
    expect([looks(), clock.timers]).toEqual([1, 1]);
    await watch.stop();
  });
});

test('of a key that changed its tables alone are looked at, once for several changes', async () => {
  const tables = ['one', 'two', 'other'].map((name) => ({
    identity: { id: name, name, account: '000000000000', region: 'us-east-1' },
    status: 'ACTIVE' as const,
    keyArn: name === 'other' ? 'other' : 'changed',
  }));
  const seen: string[] = [];
  const clock = new VirtualClock();
  const watch = new KeyWatch({
    tables: { protectedTables: () => tables },
    keys: {
      findLoss: async ({ name }) => {
        seen.push(name);
        return undefined;
      },
    },
    lifecycle: { keyLost: async () => {}, keyBack: async () => {} },
    clock,
  });
  watch.keyChanged('nobody is under it');
  expect(clock.timers).toBe(0);
  watch.keyChanged('changed');
  await clock.advanceAndSettle(changeLookMs / 2);
  watch.keyChanged('changed');
  await clock.advanceAndSettle(changeLookMs / 2);
  expect(seen).toEqual(['one', 'two']);
  expect(clock.timers).toBe(0);
  watch.keyChanged('other');
  await watch.stop();
  watch.keyChanged('other');
  await clock.advanceAndSettle(changeLookMs);
  expect(seen).toEqual(['one', 'two']);
  expect(clock.timers).toBe(0);
});
