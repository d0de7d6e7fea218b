import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import type { KeyLoss, KeyLossCause } from '../../src/keys/key-loss.ts';
import {
  announceBeforeMs,
  archiveAfterMs,
  archiveAtMs,
  TableLifecycle,
} from '../../src/lifecycle/table-lifecycle.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { book, openProtected, readBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, type TablesForTest } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

const lostStatus = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';
const refusal = new Refusal('TableKeyRefused', { message: 'disabled', denied: false });
const loss = (cause: KeyLossCause = 'disabled'): KeyLoss => ({ cause, refusal });

/** The lifecycle of the tables that are open, its time the virtual one. */
function lifecycleOf({ tables, clock }: TablesForTest) {
  let notices = 0;
  const lifecycle = new TableLifecycle({
    statuses: tables.statuses,
    // A trusted time may lie between two milliseconds: dates do not.
    nowMs: () => clock.nowMs() + 0.345,
    onNotice: () => notices++,
  });
  return { lifecycle, noticeCount: () => notices };
}

async function openWatched() {
  const opened = await openProtected();
  const [table] = opened.tables.protectedTables();
  if (table === undefined) throw new Error('there is no table to look after');
  return { ...opened, ...lifecycleOf(opened), table };
}

function recordIn({ tables }: Pick<TablesForTest, 'tables'>): TableRecord {
  const [record] = tables.statuses.all();
  if (record === undefined) throw new Error('the table is gone');
  return record;
}

const kinds = ({ notices = [] }: TableRecord) => notices.map(({ kind }) => kind);

describe('the mark of a lost key', () => {
  test('is there over a restart, with why, and goes when the key is back', async () => {
    const first = await openWatched();
    const { keyArn, table, clock } = first;
    const noticedMs = clock.nowMs();
    await first.lifecycle.keyLost(table, loss());
    clock.advance(1000);
    // The first notice counts, and the last cause.
    await first.lifecycle.keyLost(table, loss('pendingDeletion'));
    await first.lifecycle.keyLost(table, { ...loss('pendingDeletion'), keyDeletionMs: 7 });
    const second = await first.restart({ crash: true });
    const { tables } = second;
    expect(await tables.describe(user, 'T')).toMatchObject({
      status: lostStatus,
      sse: { status: 'ENABLED', keyArn, inaccessibleSinceMs: noticedMs },
    });
    expect(recordIn(second).keyLoss).toEqual({ cause: 'pendingDeletion', keyDeletionMs: 7 });
    // The mark alone refuses nothing: the key decides.
    expect(await readBook(tables)).toEqual(book('a'));
    await tables.changeSettings(user, 'T', { deletionProtection: true });
    expect((await tables.describe(user, 'T')).status).toBe(lostStatus);
    await lifecycleOf(second).lifecycle.keyBack(table);
    const { status, sse } = await tables.describe(user, 'T');
    expect({ status, sse }).toEqual({ status: 'ACTIVE', sse: { status: 'ENABLED', keyArn } });
    expect(kinds(recordIn(second))).toEqual(['keyLost', 'keyBack']);
  });

  test('is not made for a key the table has left, nor for a deleted table', async () => {
    const opened = await openWatched();
    const { tables, lifecycle, table } = opened;
    await lifecycle.keyLost(table, loss());
    await tables.changeEncryption(user, 'T', { kind: 'managed' });
    expect(await tables.describe(user, 'T')).toMatchObject({ status: 'ACTIVE' });
    // Whoever was told of the loss is told of its end.
    expect(kinds(recordIn(opened))).toEqual(['keyLost', 'keyBack']);
    await lifecycle.keyLost(table, loss());
    expect(await tables.describe(user, 'T')).toMatchObject({ status: 'ACTIVE' });
    const deleting = tables.delete(user, 'T');
    await Promise.all([deleting, lifecycle.keyBack(table), lifecycle.keyLost(table, loss())]);
    await lifecycle.keyBack(table);
    await lifecycle.announceArchiving(table.identity.id);
    await lifecycle.beginArchiving(table.identity.id);
    await lifecycle.archived(table.identity.id, 'arn');
    expect(tables.protectedTables()).toEqual([]);
  });

  test('wakes whoever sends notices once, and not where nothing changes', async () => {
    const { lifecycle, table, noticeCount } = await openWatched();
    await lifecycle.keyBack(table);
    expect(noticeCount()).toBe(0);
    await lifecycle.keyLost(table, loss());
    await lifecycle.keyLost(table, loss());
    expect(noticeCount()).toBe(1);
    await lifecycle.keyBack(table);
    await lifecycle.keyBack(table);
    expect(noticeCount()).toBe(2);
  });
});

describe('on the way to the archive', () => {
  const offsets = [
    ['a second too early', -1000, lostStatus],
    ['at its time', 0, 'ARCHIVING'],
    ['a second later', 1000, 'ARCHIVING'],
  ] as const;
  for (const [name, offsetMs, status] of offsets) {
    test(`a table that is due ${name} is ${status} (R-LIFE-1)`, async () => {
      const opened = await openWatched();
      const { lifecycle, table, clock } = opened;
      await lifecycle.keyLost(table, loss());
      const record = recordIn(opened);
      expect(archiveAtMs(record)).toBe(clock.nowMs() + archiveAfterMs);
      clock.advance(archiveAfterMs + offsetMs);
      await lifecycle.beginArchiving(record.id);
      expect(recordIn(opened).status).toBe(status);
    });
  }

  test('its owner is told once for each loss, with the date', async () => {
    const opened = await openWatched();
    const { lifecycle, table, clock } = opened;
    const { id } = table.identity;
    await lifecycle.announceArchiving(id);
    expect(kinds(recordIn(opened))).toEqual([]);
    await lifecycle.keyLost(table, loss('deleted'));
    const sinceMs = clock.nowMs();
    clock.advance(archiveAfterMs - announceBeforeMs);
    await lifecycle.announceArchiving(id);
    await lifecycle.announceArchiving(id);
    expect(recordIn(opened).notices?.slice(1)).toMatchObject([
      { kind: 'archiveNear', cause: 'deleted', sinceMs, archiveAtMs: sinceMs + archiveAfterMs, sent: [] },
    ]);
    await lifecycle.keyBack(table);
    await lifecycle.keyLost(table, loss());
    // The days begin anew.
    expect(archiveAtMs(recordIn(opened))).toBe(clock.nowMs() + archiveAfterMs);
    await lifecycle.announceArchiving(id);
    expect(kinds(recordIn(opened))).toEqual(['keyLost', 'archiveNear', 'keyBack', 'keyLost', 'archiveNear']);
  });

  test('its owner is told when the key itself is deleted, and of a deletion that was cancelled nothing more', async () => {
    const opened = await openWatched();
    const { lifecycle, table } = opened;
    const { id } = table.identity;
    await lifecycle.keyLost(table, { ...loss('pendingDeletion'), keyDeletionMs: 7 });
    expect(recordIn(opened).notices).toMatchObject([{ cause: 'pendingDeletion', keyDeletionMs: 7 }]);
    await lifecycle.keyLost(table, { ...loss('pendingDeletion'), keyDeletionMs: 8 });
    await lifecycle.announceArchiving(id);
    expect(recordIn(opened).notices?.at(-1)).toMatchObject({ kind: 'archiveNear', keyDeletionMs: 8 });
    await lifecycle.keyLost(table, loss('disabled'));
    expect(recordIn(opened).keyLoss).toEqual({ cause: 'disabled', isArchiveAnnounced: true });
  });

  test('an archived table is shown with its backup, holds nothing, can only be deleted, and stays so', async () => {
    const opened = await openWatched();
    const { tables, lifecycle, table, clock, memory } = opened;
    await tables.changeSettings(user, 'T', { deletionProtection: true });
    const { id } = table.identity;
    await lifecycle.archived(id, 'too early');
    expect(recordIn(opened).status).toBe('ACTIVE');
    await lifecycle.keyLost(table, loss());
    clock.advance(archiveAfterMs);
    await lifecycle.beginArchiving(id);
    const atMs = clock.nowMs();
    await lifecycle.archived(id, 'arn of a backup');
    await lifecycle.archived(id, 'another');
    expect(await memory.listTrees(1, 10)).toEqual([]);
    const check = async (again: TablesForTest) => {
      expect(await again.tables.show(user, 'T')).toMatchObject({
        status: 'ARCHIVED',
        itemCount: 1,
        archival: { atMs, backupArn: 'arn of a backup' },
        sse: { keyArn: opened.keyArn, inaccessibleSinceMs: atMs - archiveAfterMs },
      });
      const record = recordIn(again);
      expect(record.keys.dataKeys).toEqual([]);
      expect(kinds(record)).toEqual(['keyLost', 'archived']);
      const { lifecycle: later } = lifecycleOf(again);
      await later.keyBack(table);
      await later.keyLost(table, loss());
      await later.beginArchiving(id);
      expect(recordIn(again)).toEqual(record);
      expect(await refusalOf(() => readBook(again.tables))).toBe(
        'TableNotFound: Requested resource not found',
      );
      const gone = 'TableNotFound: Requested resource not found: Table: T not found';
      expect(await refusalOf(() => again.tables.describe(user, 'T'))).toBe(gone);
      const choice = { kind: 'managed' } as const;
      expect(await refusalOf(() => again.tables.changeEncryption(user, 'T', choice))).toBe(gone);
    };
    await check(opened);
    const again = await opened.restart();
    await check(again);
    await again.tables.delete(user, 'T');
    await again.tables.create(user, definitionOf('T'));
    expect((await again.tables.describe(user, 'T')).status).toBe('ACTIVE');
  });

  test('nothing is done to a table while it is being archived, but that it is shown and listed', async () => {
    const opened = await openWatched();
    const { tables, lifecycle, table, clock } = opened;
    await lifecycle.keyLost(table, loss());
    clock.advance(archiveAfterMs);
    await lifecycle.beginArchiving(table.identity.id);
    expect((await tables.show(user, 'T')).status).toBe('ARCHIVING');
    expect(await tables.list(user, undefined, 10)).toEqual(['T']);
    const busy = 'TableInUse: Attempt to change a resource which is still in use: Table is being archived: T';
    expect(await refusalOf(() => tables.delete(user, 'T'))).toBe(busy);
    expect(await refusalOf(() => tables.changeSettings(user, 'T', { deletionProtection: true }))).toBe(busy);
    expect(await refusalOf(() => tables.changeStream(user, 'T', { view: 'KEYS_ONLY' }))).toBe(busy);
    expect(await refusalOf(() => tables.changeEncryption(user, 'T', { kind: 'owned' }))).toBe(busy);
    expect(await refusalOf(() => readBook(tables))).toBe('TableNotFound: Requested resource not found');
    expect(await refusalOf(() => tables.describe(user, 'T'))).toMatch(/^TableNotFound/);
  });
});
