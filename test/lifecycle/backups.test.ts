import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { PageSnapshot, PageStore } from '../../src/store/page-store.ts';
import { book, disabledText, key, keyRefusalOf, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { type BackupsForTest, openBackupsOf } from '../support/open-backups.ts';
import { definitionOf, newConnection, newKey, type TablesForTestOptions } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

const asker = () => ({ caller: user, connection: newConnection() });

/** The table T under a customer key, with one book. */
async function opened(options: TablesForTestOptions = {}) {
  const backups = await openBackupsOf(options);
  const { tables, kms } = backups.site;
  const keyId = await newKey(kms);
  await tables.create(user, definitionOf('T', { kind: 'customer', keyId }));
  await putBook(await openT(tables), book('a'));
  return { ...backups, keyId, tableId: tables.copying.find(user, 'T').id };
}

function filesOf({ folder }: BackupsForTest): readonly string[] {
  return readdirSync(folder);
}

describe('a backup', () => {
  test('needs the key of its table where a caller asks for it (aws-behaviour §1.8.1)', async () => {
    const { backups, site, keyId } = await opened();
    await site.kms.keys.disable(user, keyId);
    expect(await keyRefusalOf(() => backups.create(asker(), 'T', 'copy'))).toBe(disabledText(keyId));
    expect(backups.all()).toEqual([]);
  });

  test('needs none where the table is archived, and is restored once that is back (mission 16)', async () => {
    const { backups, restores, site, keyId, tableId } = await opened();
    await site.kms.keys.disable(user, keyId);
    const { arn, bytes } = await backups.make({ tableId, name: 'archive', type: 'USER' });
    expect(backups.find(user, arn)).toMatchObject({ status: 'AVAILABLE', bytes, name: 'archive' });
    expect(backups.findOf(tableId, 'archive')?.arn).toBe(arn);
    expect(backups.findOf(tableId, 'other')).toBeUndefined();
    await site.tables.delete(user, 'T');
    const restore = () => restores.restore(user, { backupArn: arn, target: 'T', overrides: {} });
    expect(await keyRefusalOf(restore)).toBe(disabledText(keyId));
    await site.kms.keys.enable(user, keyId);
    await restore();
    await restores.settled();
    expect((await (await openT(site.tables)).get(key('a')))?.item).toEqual(book('a'));
  });

  test('of a replica is made into a table of its own', async () => {
    const { backups, restores, site, tableId } = await opened();
    await site.tables.replicas.begin(tableId, { groupId: 'group', members: [] });
    await putBook(await openT(site.tables), book('b'));
    const trees = site.tables.dataKeys.dataKeys()[0]?.trees.map(({ part }) => part);
    expect(trees).toEqual(['items', 'replication']);
    const { arn } = await backups.create(asker(), 'T', 'copy');
    await backups.settled();
    await restores.restore(user, { backupArn: arn, target: 'U', overrides: {} });
    await restores.settled();
    expect((await (await openT(site.tables, 'U')).get(key('b')))?.item).toEqual(book('b'));
    expect((await site.tables.describe(user, 'U')).replication).toBeUndefined();
    expect(site.tables.replicas.all().map(({ identity }) => identity.name)).toEqual(['T']);
    const restored = site.tables.dataKeys.dataKeys().find(({ table }) => table === 'U');
    expect(restored?.trees.map(({ part }) => part)).toEqual(['items']);
  });

  test('is there after a restart, and after a crash where it was whole; half of one never is', async () => {
    let running: BackupsForTest = await opened();
    const { arn } = await running.backups.create(asker(), 'T', 'whole');
    await running.backups.settled();
    running = await running.restart();
    await running.backups.create(asker(), 'T', 'half');
    running = await running.restart({ crash: true });
    expect(running.backups.all().map((record) => [record.arn, record.status])).toEqual([[arn, 'AVAILABLE']]);
    const names = filesOf(running).filter((name) => !name.endsWith('.partial'));
    expect(names).toHaveLength(1);
  });

  test('that is being made when the store closes is given up', async () => {
    const running = await opened();
    await running.backups.create(asker(), 'T', 'half');
    const after = await running.restart();
    expect([after.backups.all(), filesOf(after)]).toEqual([[], []]);
  });

  test('that cannot be written leaves nothing, and is told to whoever waits for it', async () => {
    const running = await opened();
    const { backups, folder, tableId } = running;
    await backups.make({ tableId, name: 'first', type: 'USER' });
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'in its way');
    await expect(backups.make({ tableId, name: 'second', type: 'USER' })).rejects.toThrow(Outage);
    expect(backups.all().map(({ name }) => name)).toEqual(['first']);
    rmSync(folder);
    mkdirSync(folder, { mode: 0o700 });
    await backups.make({ tableId, name: 'third', type: 'USER' });
    const names = backups.all().map(({ name }) => name);
    expect(names.sort()).toEqual(['first', 'third']);
  });

  test('whose snapshot ends leaves nothing', async () => {
    const ends = (store: PageStore): PageStore => ({
      ...store,
      snapshot: () => {
        const snapshot = store.snapshot?.();
        if (snapshot === undefined) throw new Error('it has none');
        const readStretch: PageSnapshot['readStretch'] = () => {
          throw new Outage('StoreUnavailable');
        };
        return { ...snapshot, readStretch };
      },
    });
    const running = await opened({ wrapStore: ends });
    const { backups, tableId } = running;
    await expect(backups.make({ tableId, name: 'copy', type: 'USER' })).rejects.toThrow(Outage);
    expect([backups.all(), filesOf(running)]).toEqual([[], []]);
    await backups.create(asker(), 'T', 'copy');
    await backups.settled();
    expect([backups.all(), filesOf(running)]).toEqual([[], []]);
  });

  test('is of no table that is not there, and of none once the store closes', async () => {
    const { backups } = await opened();
    const make = () => backups.make({ tableId: 'none', name: 'copy', type: 'USER' });
    expect(await refusalOf(make)).toBe('ContinuousTableNotFound: Table not found: none');
    await backups.stop();
    await expect(make()).rejects.toThrow(Outage);
  });

  test('whose file is gone can be deleted still', async () => {
    const running = await opened();
    const { backups, tableId, folder } = running;
    const { arn } = await backups.make({ tableId, name: 'copy', type: 'USER' });
    for (const name of filesOf(running)) rmSync(join(folder, name));
    expect((await backups.delete(user, arn)).status).toBe('DELETED');
    expect(backups.all()).toEqual([]);
  });

  test('that only a restore knows is shown to nobody, and not there after a restart', async () => {
    const running = await opened();
    const { backups, tableId } = running;
    const { record, open } = await backups.borrow(tableId);
    await (await open()).close();
    expect(filesOf(running)).toHaveLength(1);
    expect(backups.all()).toEqual([]);
    expect(() => backups.find(user, record.arn)).toThrow('Backup not found');
    const after = await running.restart({ crash: true });
    expect(filesOf(after)).toEqual([]);
  });
});
