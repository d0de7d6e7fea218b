import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { exportFolder } from '../../src/lifecycle/export-record.ts';
import { book, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { type ExchangeForTest, openExchangeOf } from '../support/open-exchange.ts';
import { definitionOf, newConnection, newKey } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

let opened: ExchangeForTest;
beforeEach(async () => {
  opened = await openExchangeOf();
  await makeTable('T');
});

async function makeTable(name: string, keyId?: string): Promise<void> {
  const { tables } = opened.base.site;
  const encryption =
    keyId === undefined ? ({ kind: 'owned' } as const) : ({ kind: 'customer', keyId } as const);
  await tables.create(user, definitionOf(name, encryption));
  await opened.base.pointInTime.change(user, name, {});
}

const start = (more: object = {}) =>
  opened.exports.start(
    { caller: user, connection: newConnection() },
    { table: 'T', bucket: 'things', ...more },
  );

async function finished(more: object = {}) {
  const { arn } = await start(more);
  await opened.exports.settled();
  return opened.exports.find(user, arn);
}

function linesOf(folder: string): readonly string[] {
  const data = join(opened.bucket, folder, 'data');
  return readdirSync(data).flatMap((file) =>
    gunzipSync(readFileSync(join(data, file)))
      .toString()
      .trim()
      .split('\n'),
  );
}

describe('an export', () => {
  test('has every item as it was when it was begun, and no other', async () => {
    const table = await openT(opened.base.site.tables);
    for (let n = 0; n < 30; n++) await putBook(table, book(`${n}`));
    const begun = await start({ prefix: 'p' });
    expect(begun).toMatchObject({ status: 'IN_PROGRESS', bucket: 'things', prefix: 'p' });
    await putBook(table, book('late'));
    await opened.exports.settled();
    const done = opened.exports.find(user, begun.arn);
    expect(done).toMatchObject({ status: 'COMPLETED', itemCount: 30 });
    const lines = linesOf(exportFolder(done));
    expect(lines).toHaveLength(30);
    expect(lines.every((line) => 'Item' in JSON.parse(line))).toBe(true);
    expect(lines.join()).not.toContain('late');
    expect(readdirSync(join(opened.base.folder))).toEqual([]);
  });

  test('fails for a bucket that is not there, as on AWS', async () => {
    expect(await finished({ bucket: 'none' })).toMatchObject({
      status: 'FAILED',
      failure: { code: 'S3NoSuchBucket', message: 'The specified bucket does not exist' },
    });
  });

  test('whose folder fails tells no more than that', async () => {
    rmSync(opened.bucket, { recursive: true });
    mkdirSync(opened.bucket);
    writeFileSync(join(opened.bucket, 'AWSDynamoDB'), 'a file in the way');
    expect(await finished()).toMatchObject({
      status: 'FAILED',
      failure: { code: 'InternalServerError', message: 'The export could not be made.' },
    });
  });

  test('of a table whose key is gone is refused', async () => {
    const { kms } = opened.base.site;
    const keyId = await newKey(kms);
    await makeTable('kept', keyId);
    await kms.keys.disable(user, keyId);
    expect(await refusalOf(() => start({ table: 'kept' }))).toMatch(
      /^TableKeyRefused: KMS key disabled error/,
    );
    expect(opened.exports.all(user)).toEqual([]);
  });

  test('is refused for a table that is not there, or whose past is not kept, and for a way out of the bucket', async () => {
    await opened.base.site.tables.create(user, definitionOf('bare'));
    expect(await refusalOf(() => start({ table: 'none' }))).toBe(
      'ContinuousTableNotFound: Table not found: none',
    );
    expect(await refusalOf(() => start({ table: 'bare' }))).toBe(
      "PointInTimeOff: Point in time recovery is not enabled for table 'bare'",
    );
    expect(await refusalOf(() => start({ prefix: '../..' }))).toMatch(/^Validation: The S3 key cannot be/);
    expect(opened.exports.all(user)).toEqual([]);
  });
});

describe('a token', () => {
  test('makes one export of one request, also of two at once', async () => {
    const both = await Promise.all([start({ clientToken: 't' }), start({ clientToken: 't' })]);
    expect(both[0].arn).toBe(both[1].arn);
    await opened.exports.settled();
    expect((await start({ clientToken: 't' })).status).toBe('COMPLETED');
    expect(opened.exports.all(user)).toHaveLength(1);
  });

  test('of another request is refused', async () => {
    await start({ clientToken: 't' });
    expect(await refusalOf(() => start({ clientToken: 't', prefix: 'p' }))).toBe(
      'ExportConflict: The client token was used for another export: t',
    );
  });
});

describe('exports are known', () => {
  test('of their own account and region, the newest first, and of one table', async () => {
    await makeTable('U');
    const first = await finished();
    opened.base.site.clock.advance(1);
    const second = await finished({ table: 'U' });
    expect(opened.exports.all(user).map(({ arn }) => arn)).toEqual([second.arn, first.arn]);
    expect(opened.exports.all(user, first.tableArn)).toHaveLength(1);
    const elsewhere = { ...user, region: 'eu-west-1' };
    expect(opened.exports.all(elsewhere)).toEqual([]);
    expect(await refusalOf(() => opened.exports.find(elsewhere, first.arn))).toBe(
      `ExportNotFound: Export not found: ${first.arn}`,
    );
  });

  test('after a restart; one that was under way has failed, and left nothing', async () => {
    const done = await finished();
    const id = '00000000000001-00000000';
    const half = { ...done, id, arn: `${done.tableArn}/export/${id}`, status: 'IN_PROGRESS' as const };
    await opened.base.site.tables.copying.shelf.put('export', half.id, { format: 1, ...half });
    const folder = join(opened.bucket, exportFolder(half), 'data');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'part.json.gz'), 'half');
    opened = await opened.restart({ crash: true });
    expect(opened.exports.find(user, done.arn)).toEqual(done);
    expect(opened.exports.find(user, half.arn)).toMatchObject({
      status: 'FAILED',
      failure: { message: 'The server ended before the export did.' },
    });
    expect(readdirSync(join(opened.bucket, 'AWSDynamoDB'))).toEqual([done.id]);
  });
});

test('changes that were being exported when the process ended leave nothing, and those of others stay', async () => {
  await putBook(await openT(opened.base.site.tables), book('a'));
  opened.base.site.clock.advance(15 * 60_000);
  const changes = {
    fromMs: opened.base.site.clock.nowMs() - 15 * 60_000,
    view: 'NEW_AND_OLD_IMAGES',
  } as const;
  const done = await finished({ changes });
  expect(done).toMatchObject({ status: 'COMPLETED', itemCount: 1, changes: { toMs: done.startedAtMs } });
  const id = '00000000000001-00000000';
  const half = { ...done, id, arn: `${done.tableArn}/export/${id}`, status: 'IN_PROGRESS' as const };
  await opened.base.site.tables.copying.shelf.put('export', half.id, { format: 1, ...half });
  const data = join(opened.bucket, 'AWSDynamoDB', 'data');
  writeFileSync(join(data, `${id}-1.json.gz.unfinished`), 'half');
  writeFileSync(join(data, `${id}-0.json.gz`), 'whole');
  opened = await opened.restart({ crash: true });
  expect(opened.exports.find(user, half.arn).status).toBe('FAILED');
  expect(readdirSync(data).map((name) => name.startsWith(done.id))).toEqual([true]);
});

test('a store that closes waits for what is exported, and begins nothing more', async () => {
  const { arn } = await start();
  await opened.exports.stop();
  expect(['COMPLETED', 'FAILED']).toContain(opened.exports.find(user, arn).status);
  await expect(start()).rejects.toMatchObject({ code: 'Closed' });
});
