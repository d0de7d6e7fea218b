import { describe, expect, test } from 'vitest';
import { restoreLagMs } from '../../src/tables/past/past-state.ts';
import { disabledText, key, keyRefusalOf, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { type BackupsForTest, openBackupsOf } from '../support/open-backups.ts';
import { definitionOf, newConnection, newKey } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { item, N, S } from '../tables/support.ts';

const asker = () => ({ caller: user, connection: newConnection() });
const dayMs = 24 * 3_600_000;

/** The table T under a customer key, its past kept from now on. */
async function kept(periodDays?: number) {
  const opened = await openBackupsOf();
  const keyId = await newKey(opened.site.kms);
  await opened.site.tables.create(user, definitionOf('T', { kind: 'customer', keyId }));
  await opened.pointInTime.change(user, 'T', periodDays === undefined ? {} : { periodDays });
  return { ...opened, keyId };
}

async function put({ site }: BackupsForTest, id: string, year: number): Promise<void> {
  await putBook(await openT(site.tables), item({ id: S(id), year: N(year) }));
}

async function remove({ site }: BackupsForTest, id: string): Promise<void> {
  const table = await openT(site.tables);
  await table.write(key(id), () => ({ next: undefined, result: undefined }));
}

async function contents({ site }: BackupsForTest, name: string): Promise<Record<string, unknown>> {
  const table = await openT(site.tables, name);
  const found: Record<string, unknown> = {};
  for (const id of ['a', 'b', 'c', 'd']) {
    const year = (await table.get(key(id)))?.item.get('year');
    if (year !== undefined && 'N' in year) found[id] = Number(year.N);
  }
  return found;
}

async function restored(opened: BackupsForTest, at: number | 'latest', target: string) {
  await opened.pointInTime.restore(asker(), { source: 'T', target, at, overrides: {} });
  await opened.restores.settled();
  return contents(opened, target);
}

describe('a table whose past is kept', () => {
  test('can be had as it was at any moment of it, to the millisecond, restarts and other keys between', async () => {
    let opened: BackupsForTest = await kept();
    const { clock } = opened.site;
    const moments: { at: number; as: Record<string, unknown> }[] = [];
    const mark = async () => {
      moments.push({ at: clock.nowMs(), as: await contents(opened, 'T') });
      clock.advance(1);
    };
    await mark();
    await put(opened, 'a', 1);
    await put(opened, 'b', 1);
    await mark();
    await put(opened, 'a', 2);
    await put(opened, 'a', 3);
    await remove(opened, 'b');
    await mark();
    opened = await opened.restart();
    await put(opened, 'c', 1);
    await put(opened, 'b', 4);
    await mark();
    const other = await newKey(opened.site.kms);
    await opened.site.tables.changeEncryption(user, 'T', { kind: 'customer', keyId: other });
    await remove(opened, 'c');
    await put(opened, 'd', 5);
    await mark();
    clock.advance(restoreLagMs);
    for (const [number, { at, as }] of moments.entries()) {
      expect(await restored(opened, at, `R${number}`), `moment ${number}`).toEqual(as);
    }
    expect(await restored(opened, 'latest', 'R')).toEqual({ a: 3, b: 4, d: 5 });
    expect(opened.backups.all()).toEqual([]);
  });

  test('needs no old key: what was under one that is deleted by now can be had, but for backups of then', async () => {
    const opened = await kept();
    const { site, backups, restores, keyId } = opened;
    const { kms, clock } = site;
    await put(opened, 'a', 1);
    const { arn: backupArn } = await backups.create(asker(), 'T', 'under-the-old-key');
    await backups.settled();
    const at = clock.nowMs();
    clock.advance(1);
    await put(opened, 'a', 2);
    const other = await newKey(kms);
    await site.tables.changeEncryption(user, 'T', { kind: 'customer', keyId: other });
    await put(opened, 'a', 3);
    await kms.keys.scheduleDeletion(user, keyId, 7);
    await clock.advanceAndSettle(7 * dayMs);
    expect(await refusalOf(() => kms.describeKey(user, keyId))).toMatch(/^KeyNotFound: /);
    expect(await restored(opened, at, 'then')).toEqual({ a: 1 });
    expect((await site.tables.describe(user, 'then')).sse?.keyArn).toBe(other);
    expect(await restored(opened, 'latest', 'now')).toEqual({ a: 3 });
    // A backup keeps the key of its moment (mission.md row 12).
    expect(
      await refusalOf(() => restores.restore(user, { backupArn, target: 'lost', overrides: {} })),
    ).toMatch(/^TableKeyRefused: /);
  });

  test('tells which moments those are, five minutes behind the present and as far back as it is kept', async () => {
    const opened = await kept(2);
    const { clock } = opened.site;
    const since = clock.nowMs();
    const { pointInTime } = opened;
    expect(pointInTime.describe(user, 'T')).toEqual({ periodDays: 2, earliestMs: since, latestMs: since });
    clock.advance(dayMs);
    const latestMs = clock.nowMs() - restoreLagMs;
    expect(pointInTime.describe(user, 'T')).toEqual({ periodDays: 2, earliestMs: since, latestMs });
    clock.advance(2 * dayMs);
    expect(pointInTime.describe(user, 'T')?.earliestMs).toBe(since + dayMs);
    await pointInTime.change(user, 'T', { periodDays: 35 });
    expect(pointInTime.describe(user, 'T')).toMatchObject({ periodDays: 35, earliestMs: since + dayMs });
  });

  test('keeps no change longer than that', async () => {
    const opened = await kept(1);
    const { site } = opened;
    site.clock.advance(1);
    await put(opened, 'a', 1);
    site.clock.advance(dayMs / 2);
    await put(opened, 'a', 2);
    const tree = site.tables.copying.find(user, 'T').past?.tree ?? 0;
    const count = async () =>
      site.keys.withService(site.tables.dataKeys.find({ ...user, name: 'T' }), async () => {
        const { id } = site.tables.copying.find(user, 'T');
        return (await site.engine.openTree(tree, site.keys.cipher(id, tree))).stats().entries;
      });
    expect(await count()).toBe(2);
    site.clock.advance(dayMs / 2);
    await site.tables.pasts.trim();
    expect(await count()).toBe(1);
    site.clock.advance(dayMs);
    await site.tables.pasts.trim();
    expect(await count()).toBe(0);
  });

  test('loses it where it is no longer kept, and begins anew', async () => {
    const opened = await kept();
    const { site, pointInTime } = opened;
    const trees = (await site.memory.listTrees(-1, 99)).length;
    await put(opened, 'a', 1);
    await pointInTime.change(user, 'T', 'off');
    expect(pointInTime.describe(user, 'T')).toBeUndefined();
    expect((await site.memory.listTrees(-1, 99)).length).toBe(trees - 1);
    site.clock.advance(1000);
    await pointInTime.change(user, 'T', {});
    expect(pointInTime.describe(user, 'T')?.earliestMs).toBe(site.clock.nowMs());
  });

  test('leaves a backup of the system behind when it is deleted, which nobody can delete and which ends', async () => {
    const opened = await kept();
    const { site, pointInTime, backups, restores } = opened;
    await put(opened, 'a', 7);
    await pointInTime.keepDeleted(user, 'T');
    await site.tables.delete(user, 'T');
    const [backup] = backups.all();
    expect(backup).toMatchObject({ type: 'SYSTEM', name: 'T$DeletedTableBackup', status: 'AVAILABLE' });
    const backupArn = backup?.arn ?? '';
    expect(backupArn).toMatch(/\/backup\/\d{14}-00000000$/);
    expect(await refusalOf(() => backups.delete(user, backupArn))).toContain('Validation: ');
    await restores.restore(user, { backupArn, target: 'T', overrides: {} });
    await restores.settled();
    expect(await contents(opened, 'T')).toEqual({ a: 7 });
    site.clock.advance(35 * dayMs - 1);
    expect(backups.all()).toHaveLength(1);
    site.clock.advance(1);
    expect(backups.all()).toEqual([]);
    await backups.expire();
    expect(await refusalOf(() => backups.find(user, backupArn))).toBe(
      `BackupNotFound: Backup not found: ${backupArn}`,
    );
  });
});

describe('a restore to a point in time', () => {
  const restore = ({ pointInTime }: BackupsForTest, at: number | 'latest', target = 'R', source = 'T') =>
    refusalOf(() => pointInTime.restore(asker(), { source, target, at, overrides: {} }));

  test('is refused by table, past, moment and target, in this order', async () => {
    const opened = await kept();
    const { site, pointInTime } = opened;
    expect(await restore(opened, 'latest', 'T', 'other')).toBe(
      'ContinuousTableNotFound: Table not found: other',
    );
    const since = site.clock.nowMs();
    const told = (at: number) =>
      `InvalidRestoreTime: RestoreDateTime '${new Date(at).toISOString()}' must be within ` +
      `EarliestRestorableDateTime '${new Date(since).toISOString()}' and ` +
      `LatestRestorableDateTime '${new Date(since).toISOString()}'`;
    expect(await restore(opened, since - 1, 'T')).toBe(told(since - 1));
    expect(await restore(opened, since + 1, 'T')).toBe(told(since + 1));
    expect(await restore(opened, since, 'T')).toBe('TableExists: Table already exists: T');
    await pointInTime.change(user, 'T', 'off');
    expect(await restore(opened, since - 1, 'T')).toBe(
      "PointInTimeOff: Point in time recovery is not enabled for table 'T'",
    );
  });

  test('needs the key of the table; that its past is kept does not (aws-behaviour §1.8.1)', async () => {
    const opened = await openBackupsOf();
    const { site, pointInTime } = opened;
    const keyId = await newKey(site.kms);
    await site.tables.create(user, definitionOf('T', { kind: 'customer', keyId }));
    await put(opened, 'a', 1);
    await site.kms.keys.disable(user, keyId);
    await pointInTime.change(user, 'T', {});
    const refused = keyRefusalOf(() =>
      pointInTime.restore(asker(), { source: 'T', target: 'R', at: 'latest', overrides: {} }),
    );
    expect(await refused).toBe(disabledText(keyId));
    await site.kms.keys.enable(user, keyId);
    const at = site.clock.nowMs();
    site.clock.advance(1);
    await put(opened, 'a', 2);
    site.clock.advance(restoreLagMs);
    expect(await restored(opened, at, 'R')).toEqual({ a: 1 });
  });
});
