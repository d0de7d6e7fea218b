import { describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { changeLookMs } from '../../src/lifecycle/key-watch.ts';
import type { NoticeEvent } from '../../src/lifecycle/notice.ts';
import { startTableCare, type TableCareOptions } from '../../src/lifecycle/table-care.ts';
import { archiveAfterMs } from '../../src/lifecycle/table-lifecycle.ts';
import { book, openProtected, readBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import type { TablesForTest } from '../support/open-tables.ts';

const hourMs = 3_600_000;

/** Care for one table, its key in the embedded key service and its notices in a list. */
async function careFor(opened: TablesForTest, more: Partial<TableCareOptions> = {}) {
  const events: NoticeEvent[] = [];
  const names: string[] = [];
  const care = await startTableCare({
    ...opened,
    log: silentLog,
    keyWatchIntervalMs: hourMs,
    onKeyChange: () => () => {},
    backups: {
      findOf: () => undefined,
      make: async ({ name }) => {
        names.push(name);
        return { arn: `arn of ${name}` };
      },
      stop: async () => {},
    },
    notices: { events: (event) => void events.push(event) },
    ...more,
  });
  const { clock, tables } = opened;
  return {
    care,
    names,
    kinds: () => events.map((event) => event['detail-type']),
    causes: () => events.map(({ detail }) => detail.cause),
    status: async () => (await tables.show(user, 'T')).status,
    pass: (ms: number) => clock.advanceAndSettle(ms),
  };
}

describe('care for tables', () => {
  test('notices a key that goes and comes back, at the pace it is told, and tells the owner once each', async () => {
    const opened = await openProtected();
    const { kms, keyArn, tables } = opened;
    const { care, kinds, status, pass } = await careFor(opened);
    await pass(0);
    await kms.keys.disable(user, keyArn);
    await pass(hourMs - 1);
    expect([await status(), kinds()]).toEqual(['ACTIVE', []]);
    await pass(1);
    expect([await status(), kinds()]).toEqual([
      'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
      ['Table Encryption Key Inaccessible'],
    ]);
    await kms.keys.enable(user, keyArn);
    expect(await readBook(tables)).toEqual(book('a'));
    await pass(3 * hourMs);
    expect([await status(), kinds()]).toEqual([
      'ACTIVE',
      ['Table Encryption Key Inaccessible', 'Table Encryption Key Accessible'],
    ]);
    await care.stop();
  });

  test('tells causes apart: a key that is disabled, then on its way out, then gone', async () => {
    const opened = await openProtected();
    const { kms, keyArn } = opened;
    const { care, causes, kinds, names, status, pass } = await careFor(opened);
    await kms.keys.disable(user, keyArn);
    await pass(hourMs);
    await kms.keys.scheduleDeletion(user, keyArn, 7);
    await pass(hourMs);
    const sinceMs = (await opened.tables.show(user, 'T')).sse?.inaccessibleSinceMs ?? 0;
    await pass(sinceMs + archiveAfterMs - opened.clock.nowMs());
    expect([await status(), names]).toEqual(['ARCHIVED', ['T-archived']]);
    expect(kinds()).toEqual([
      'Table Encryption Key Inaccessible',
      'Table Archival Approaching',
      'Table Archived',
    ]);
    expect(causes()).toEqual(['disabled', 'pendingDeletion', 'pendingDeletion']);
    await care.stop();
  });

  test('tells the owner of a table that was put under another key that it is accessible again', async () => {
    const opened = await openProtected();
    const { tables } = opened;
    let isLost = true;
    const findLoss: TableCareOptions['keys']['findLoss'] = async (table) => {
      if (!isLost) return opened.keys.findLoss(table);
      const refusal = new Refusal('TableKeyRefused', { message: 'no grant', denied: true });
      return { cause: 'grantRevoked', refusal };
    };
    const { care, kinds, status, pass } = await careFor(opened, { keys: { findLoss } });
    await pass(hourMs);
    isLost = false;
    await tables.changeEncryption(user, 'T', { kind: 'managed' });
    expect(await status()).toBe('ACTIVE');
    await pass(60_000);
    expect(kinds()).toEqual(['Table Encryption Key Inaccessible', 'Table Encryption Key Accessible']);
    await care.stop();
  });

  test('does not wait for a backup when it ends, which is made anew after the next start', async () => {
    const opened = await openProtected();
    const { kms, keyArn } = opened;
    let end = () => {};
    const errors: string[] = [];
    const log = { ...silentLog, error: (_: object, sentence: string) => void errors.push(sentence) };
    const backups: TableCareOptions['backups'] = {
      findOf: () => undefined,
      make: () => new Promise((_, reject) => (end = () => reject(new Outage('Closed')))),
      stop: async () => end(),
    };
    const first = await careFor(opened, { backups, log });
    await kms.keys.disable(user, keyArn);
    await first.pass(hourMs);
    await first.pass(archiveAfterMs);
    expect(await first.status()).toBe('ARCHIVING');
    await first.care.stop();
    expect([await first.status(), errors]).toEqual(['ARCHIVING', []]);
    const second = await careFor(opened);
    await second.pass(0);
    expect([await second.status(), second.names]).toEqual(['ARCHIVED', ['T-archived']]);
    await second.care.stop();
  });

  test('leaves no timer behind, and does not begin with channels that cannot be', async () => {
    const opened = await openProtected();
    const before = opened.clock.timers;
    const { care, pass } = await careFor(opened, { notices: undefined, keyWatchJitterMs: 1000 });
    await pass(0);
    expect(opened.clock.timers).toBeGreaterThan(before);
    await care.stop();
    expect(opened.clock.timers).toBe(before);
    await expect(careFor(opened, { notices: { from: 'a@example.com' } })).rejects.toThrow(TypeError);
    expect(opened.clock.timers).toBe(before);
  });
});

test('a key service that tells of changes need not wait to be asked: seconds later the status is true', async () => {
  const opened = await openProtected();
  const { kms, keyArn } = opened;
  const { care, status, pass, kinds } = await careFor(opened, {
    onKeyChange: (listener) => kms.onKeyChange(listener),
  });
  await kms.keys.disable(user, keyArn);
  await pass(changeLookMs - 1);
  expect(await status()).toBe('ACTIVE');
  await pass(1);
  expect(await status()).toBe('INACCESSIBLE_ENCRYPTION_CREDENTIALS');
  await kms.keys.enable(user, keyArn);
  await pass(changeLookMs);
  expect(await status()).toBe('ACTIVE');
  expect(kinds()).toHaveLength(2);
  await care.stop();
  await kms.keys.disable(user, keyArn);
  await pass(changeLookMs);
  expect(await status()).toBe('ACTIVE');
});
