import { expect, test } from 'vitest';
import { type Transfer, TransferBook, transferValue } from '../../src/lifecycle/transfer-book.ts';
import { openTables, type TablesForTest } from '../support/open-tables.ts';

const dayMs = 86_400_000;
const here = { account: '111122223333', region: 'us-east-1' };

async function bookOf({ tables, clock }: TablesForTest) {
  const decode = (entry: { readonly id: string; readonly value: unknown }) =>
    transferValue(entry) as Transfer;
  return TransferBook.open<Transfer>({ kind: 'test', decode, shelf: tables.copying.shelf, clock });
}

const transfer = (id: string, startedAtMs: number, more: Partial<Transfer> = {}): Transfer => ({
  ...here,
  id,
  arn: `arn/${id}`,
  tableArn: 'arn:table',
  tableId: 'table',
  bucket: 'b',
  clientToken: id,
  asked: '',
  startedAtMs,
  status: 'IN_PROGRESS',
  ...more,
});

test('transfers are found after a restart, the newest first, of one namespace or table', async () => {
  const site = await openTables();
  const book = await bookOf(site);
  const nowMs = site.clock.nowMs();
  await book.add(transfer('1', nowMs));
  await book.add(transfer('2', nowMs, { tableArn: 'arn:other' }));
  await book.add(transfer('3', nowMs, { region: 'eu-west-1' }));
  await book.keep(transfer('1', nowMs, { status: 'COMPLETED' }));
  const again = await bookOf(await site.restart({ crash: true }));
  expect(again.all(here).map(({ id }) => id)).toEqual(['2', '1']);
  expect(again.all(here, 'arn:other').map(({ id }) => id)).toEqual(['2']);
  expect(again.unfinished().map(({ id }) => id)).toEqual(['2', '3']);
});

test('a transfer is forgotten after ninety days', async () => {
  const site = await openTables();
  const book = await bookOf(site);
  await book.add(transfer('1', site.clock.nowMs()));
  site.clock.advance(90 * dayMs - 1);
  expect(book.all(here)).toHaveLength(1);
  site.clock.advance(1);
  expect(book.all(here)).toEqual([]);
  await bookOf(site);
  expect(await site.tables.copying.shelf.all('test')).toEqual([]);
});

test('a token stands for one transfer for eight hours, in its namespace', async () => {
  const site = await openTables();
  const book = await bookOf(site);
  await book.add(transfer('1', site.clock.nowMs(), { clientToken: 't' }));
  expect(book.withToken(here, 't')?.id).toBe('1');
  expect(book.withToken({ ...here, region: 'eu-west-1' }, 't')).toBeUndefined();
  site.clock.advance(8 * 3_600_000);
  expect(book.withToken(here, 't')).toBeUndefined();
});

test('ids say when they were made, and are no two the same', async () => {
  const site = await openTables();
  const book = await bookOf(site);
  const ids = [book.newId(), book.newId()];
  expect(ids[0]).toMatch(new RegExp(`^${String(site.clock.nowMs()).padStart(14, '0')}-[0-9a-f]{8}$`));
  expect(new Set(ids).size).toBe(2);
});
