import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import type { RestoreOverrides } from '../../src/lifecycle/restore-overrides.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import type { EncryptionChoice } from '../../src/tables/encryption-choice.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { disabledText, key, keyRefusalOf, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { type BackupsForTest, openBackupsOf } from '../support/open-backups.ts';
import { definitionOf, newConnection, newKey } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';
import { item, S } from '../tables/support.ts';

const long = 'x'.repeat(30_000);
const count = 400;

const asker = () => ({ caller: user, connection: newConnection() });

function bookOf(number: number) {
  return item({
    id: S(`book ${number}`),
    shelf: S(`s${number % 7}`),
    text: S(number % 50 === 0 ? long : 'short'),
  });
}

/** A table `T` with an index by shelf. */
async function filled({ site: { tables } }: BackupsForTest, encryption: EncryptionChoice): Promise<void> {
  const definition = definitionOf('T', encryption, {
    attributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'shelf', AttributeType: 'S' },
    ],
    indexes: [
      {
        kind: 'global',
        name: 'by-shelf',
        keySchema: [{ AttributeName: 'shelf', KeyType: 'HASH' }],
        projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  await tables.create(user, definition);
  const table = await openT(tables);
  await Promise.all(Array.from({ length: count }, (_, number) => putBook(table, bookOf(number))));
}

async function backUp({ backups }: BackupsForTest, name = 'copy'): Promise<string> {
  const { arn } = await backups.create(asker(), 'T', name);
  await backups.settled();
  expect(backups.find(user, arn).status).toBe('AVAILABLE');
  return arn;
}

async function expectAll(tables: Tables, name: string): Promise<void> {
  const table = await openT(tables, name);
  for (let number = 0; number < count; number++) {
    expect((await table.get(key(`book ${number}`)))?.item).toEqual(bookOf(number));
  }
  const { itemCount, indexes } = await tables.describe(user, name);
  expect([itemCount, indexes?.[0]?.itemCount]).toEqual([count, count]);
}

describe('a restored table', () => {
  for (const kind of ['owned', 'managed', 'customer'] as const) {
    test(`of a table under the ${kind} key has all that it had, its indexes too`, async () => {
      const opened = await openBackupsOf();
      const { site, restores } = opened;
      const keyId = kind === 'customer' ? await newKey(site.kms) : '';
      await filled(opened, kind === 'customer' ? { kind, keyId } : { kind });
      const backupArn = await backUp(opened);
      await site.tables.delete(user, 'T');
      const info = await restores.restore(user, { backupArn, target: 'R', overrides: {} });
      expect(info).toMatchObject({ status: 'CREATING', restore: { sourceBackupArn: backupArn } });
      await restores.settled();
      await expectAll(site.tables, 'R');
      expect((await site.tables.describe(user, 'R')).sse?.keyArn).toEqual(
        kind === 'customer' ? keyId : kind === 'managed' ? expect.stringContaining(':key/') : undefined,
      );
      const after = await opened.restart();
      await expectAll(after.site.tables, 'R');
    });
  }
});

/** A backup `B` of the table under a customer key. */
async function backedUp() {
  const opened = await openBackupsOf();
  const keyId = await newKey(opened.site.kms);
  await filled(opened, { kind: 'customer', keyId });
  return { ...opened, keyId, backupArn: await backUp(opened) };
}

/** Tables by name, and their trees in the store. */
async function traces({ site }: BackupsForTest) {
  return { names: await site.tables.list(user, undefined, 9), trees: await site.memory.listTrees(-1, 99) };
}

describe('a restore', () => {
  test('is of the state at the moment of the backup, whatever is written while it is copied', async () => {
    const opened = await openBackupsOf();
    const { site, backups, restores } = opened;
    await filled(opened, { kind: 'owned' });
    const { arn } = await backups.create(asker(), 'T', 'copy');
    const table = await openT(site.tables);
    await Promise.all(Array.from({ length: 50 }, (_, i) => putBook(table, item({ id: S(`book ${i}`) }))));
    await backups.settled();
    await restores.restore(user, { backupArn: arn, target: 'R', overrides: {} });
    await restores.settled();
    await expectAll(site.tables, 'R');
  });

  test('works under the key of the backup after the table was put under another one (mission 12)', async () => {
    const opened = await backedUp();
    const { site, restores, backupArn, keyId } = opened;
    const other = await newKey(site.kms);
    await site.tables.changeEncryption(user, 'T', { kind: 'customer', keyId: other });
    await site.kms.keys.disable(user, other);
    await restores.restore(user, { backupArn, target: 'R', overrides: {} });
    await restores.settled();
    await expectAll(site.tables, 'R');
    expect((await site.tables.describe(user, 'R')).sse?.keyArn).toBe(keyId);
  });

  test('is refused, and leaves nothing, where the key of the backup is disabled (bad-inputs D24)', async () => {
    const opened = await backedUp();
    const { site, restores, backupArn, keyId } = opened;
    await site.kms.keys.disable(user, keyId);
    const before = await traces(opened);
    const refused = keyRefusalOf(() => restores.restore(user, { backupArn, target: 'R', overrides: {} }));
    expect(await refused).toBe(disabledText(keyId));
    expect(await traces(opened)).toEqual(before);
  });

  test('under another key needs that one as well', async () => {
    const opened = await backedUp();
    const { site, restores, backupArn } = opened;
    const other = await newKey(site.kms);
    await site.kms.keys.disable(user, other);
    const before = await traces(opened);
    const overrides = { encryption: { kind: 'customer', keyId: other } } as const;
    const refused = keyRefusalOf(() => restores.restore(user, { backupArn, target: 'R', overrides }));
    expect(await refused).toBe(disabledText(other));
    expect(await traces(opened)).toEqual(before);
    await site.kms.keys.enable(user, other);
    await restores.restore(user, { backupArn, target: 'R', overrides });
    await restores.settled();
    await expectAll(site.tables, 'R');
    expect((await site.tables.describe(user, 'R')).sse?.keyArn).toBe(other);
  });

  test('ends, and leaves nothing, where a key goes away before it is done', async () => {
    const opened = await backedUp();
    const { site, restores, backupArn, keyId } = opened;
    const before = await traces(opened);
    const overrides = { encryption: { kind: 'owned' } } as const;
    await restores.restore(user, { backupArn, target: 'R', overrides });
    await site.kms.keys.disable(user, keyId);
    await restores.settled();
    expect(await traces(opened)).toEqual(before);
  });

  test("into another region needs to be told the key there, and asks for the backup's key where that is", async () => {
    const opened = await backedUp();
    const { site, restores, backups, backupArn, keyId } = opened;
    const abroad = { ...user, region: 'eu-west-1' };
    const start = (encryption?: EncryptionChoice) =>
      restores.restore(abroad, { backupArn, target: 'T', overrides: encryption ? { encryption } : {} });
    expect(await refusalOf(() => start())).toBe(
      'Validation: Invalid Request: sseSpecificationOverride must be provided for cross-region restores',
    );
    const { arn } = await site.kms.keys.create(abroad, {});
    await start({ kind: 'customer', keyId: arn });
    await restores.settled();
    expect(await site.tables.describe(abroad, 'T')).toMatchObject({ status: 'ACTIVE', itemCount: count });
    const table = await openT(site.tables, 'T', abroad);
    expect((await table.get(key('book 7')))?.item).toEqual(bookOf(7));
    // The table has its own key now; the backup does not.
    await site.kms.keys.disable(user, keyId);
    expect((await table.get(key('book 8')))?.item).toEqual(bookOf(8));
    await site.tables.delete(abroad, 'T');
    expect(await keyRefusalOf(() => start({ kind: 'owned' }))).toBe(disabledText(keyId));
    expect(await refusalOf(() => backups.find(abroad, backupArn))).toBe(
      `BackupNotFound: Backup not found: ${backupArn}`,
    );
    const stranger = { ...abroad, account: '999999999999' };
    expect(await refusalOf(() => restores.restore(stranger, { backupArn, target: 'T', overrides: {} }))).toBe(
      `BackupNotFound: Backup not found: ${backupArn}`,
    );
  });

  test('shows its table as CREATING and lets nobody in; names and backups are taken meanwhile (bad-inputs D24)', async () => {
    const { site, restores, backups, backupArn } = await backedUp();
    await restores.restore(user, { backupArn, target: 'R', overrides: {} });
    const again = (target: string) =>
      refusalOf(() => restores.restore(user, { backupArn, target, overrides: {} }));
    expect(await again('R')).toBe(
      `RestoreUnderWay: Table: R is already being restored from backup: ${backupArn}`,
    );
    expect(await again('T')).toBe('TableExists: Table already exists: T');
    expect(await again('other')).toBe(
      `BackupInUse: Backup is being used to restore another table: ${backupArn}`,
    );
    expect(await refusalOf(() => backups.delete(user, backupArn))).toBe(
      `BackupInUse: Backup is being used to restore table: ${backupArn}`,
    );
    expect(await refusalOf(() => openT(site.tables, 'R'))).toBe(
      'TableNotFound: Requested resource not found',
    );
    expect(await refusalOf(() => site.tables.delete(user, 'R'))).toBe(
      'TableInUse: Attempt to change a resource which is still in use: Table is being created: R',
    );
    expect(await refusalOf(() => backups.create(asker(), 'R', 'copy'))).toBe(
      'ContinuousTableNotFound: Table not found: R',
    );
    expect((await site.tables.describe(user, 'R')).status).toBe('CREATING');
    await restores.settled();
    const { status, restore } = await site.tables.describe(user, 'R');
    expect([status, restore]).toEqual(['ACTIVE', undefined]);
  });

  test('that a crash ended is not to be seen at the next start', async () => {
    const opened = await backedUp();
    const before = await traces(opened);
    await opened.restores.restore(user, { backupArn: opened.backupArn, target: 'R', overrides: {} });
    const after = await opened.restart({ crash: true });
    expect(await traces(after)).toEqual(before);
    await after.restores.restore(user, { backupArn: opened.backupArn, target: 'R', overrides: {} });
    await after.restores.settled();
    await expectAll(after.site.tables, 'R');
  });

  test('that the end of the process stops leaves nothing', async () => {
    const opened = await backedUp();
    const before = await traces(opened);
    await opened.restores.restore(user, { backupArn: opened.backupArn, target: 'R', overrides: {} });
    expect(await traces(await opened.restart())).toEqual(before);
  });

  test('finds every changed byte of a backup: nothing is restored of it', async () => {
    const opened = await backedUp();
    const { restores, backupArn, folder } = opened;
    const [file = ''] = readdirSync(folder);
    const path = join(folder, file);
    const whole = readFileSync(path);
    const before = await traces(opened);
    const tryIt = () => restores.restore(user, { backupArn, target: 'R', overrides: {} });
    for (let at = 0; at < whole.length; at += Math.floor(whole.length / 41)) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      await expect(tryIt(), `byte ${at}`).rejects.toThrow(IntegrityFault);
    }
    for (const bytes of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.alloc(1)]), Buffer.alloc(0)]) {
      writeFileSync(path, bytes);
      await expect(tryIt()).rejects.toThrow(IntegrityFault);
    }
    expect(await traces(opened)).toEqual(before);
  });

  test('takes no other backup for its own, though that is whole', async () => {
    const opened = await backedUp();
    const { restores, backupArn, folder } = opened;
    const [first = ''] = readdirSync(folder);
    await backUp(opened, 'second');
    const second = readdirSync(folder).find((name) => name !== first) ?? '';
    writeFileSync(join(folder, first), readFileSync(join(folder, second)));
    const restored = restores.restore(user, { backupArn, target: 'R', overrides: {} });
    await expect(restored).rejects.toThrow(IntegrityFault);
  });
});

describe('a table restored without some of its local indexes', () => {
  test('counts its item collections by those it has', async () => {
    const opened = await openBackupsOf();
    const { tables } = opened.site;
    const local = (name: string) => ({
      kind: 'local' as const,
      name,
      keySchema: [
        { AttributeName: 'id', KeyType: 'HASH' as const },
        { AttributeName: name, KeyType: 'RANGE' as const },
      ],
      projection: { ProjectionType: 'ALL' as const },
    });
    await tables.create(
      user,
      definitionOf(
        'T',
        { kind: 'owned' },
        {
          keySchema: [
            { AttributeName: 'id', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          attributeDefinitions: ['id', 'sk', 'l1', 'l2'].map((AttributeName) => ({
            AttributeName,
            AttributeType: 'S',
          })),
          indexes: [local('l1'), local('l2')],
        },
      ),
    );
    const table = await openT(tables);
    const keyOf = (sk: string) => encodeKey(table.keySchema, item({ id: S('a'), sk: S(sk) }));
    for (let number = 0; number < 250; number++) {
      const next = item({ id: S('a'), sk: S(`${number}`), l1: S('x'), l2: S('y') });
      await table.write(keyOf(`${number}`), () => ({ next, result: undefined }));
    }
    const whole = Number(await table.collectionBytes(keyOf('0')));
    const backupArn = await backUp(opened);
    const { restores } = opened;
    const restored = async (target: string, overrides: RestoreOverrides) => {
      await restores.restore(user, { backupArn, target, overrides });
      await restores.settled();
      return (await openT(tables, target)).collectionBytes(keyOf('0'));
    };
    expect(await restored('all', {})).toBe(whole);
    expect(await restored('one', { localIndexes: [local('l2')] })).toBe((whole / 3) * 2);
    expect(await restored('none', { localIndexes: [] })).toBeUndefined();
  });
});

describe('a restore whose store fails', () => {
  test('at whichever of its commits leaves nothing, there or at the next start', async () => {
    let faulty: FaultyStore | undefined;
    const wrapStore = (memory: PageStore): PageStore => {
      faulty = new FaultyStore(memory);
      const { snapshot } = memory;
      return snapshot === undefined ? faulty : Object.assign(faulty, { snapshot });
    };
    let opened = await openBackupsOf({ wrapStore });
    await opened.site.tables.create(user, definitionOf('T'));
    const table = await openT(opened.site.tables);
    // More pages than one commit takes.
    for (let number = 0; number < 30; number++) {
      await putBook(table, item({ id: S(`${number}`), text: S('x'.repeat(390_000)) }));
    }
    const backupArn = await backUp(opened);
    const before = await traces(opened);
    let failed = 0;
    for (let index = 1; failed === index - 1; index++) {
      opened = await opened.restart({ crash: true });
      faulty?.fail({ call: 'commit', moment: index % 2 === 0 ? 'before' : 'after', index, isLasting: true });
      const restored = opened.restores.restore(user, { backupArn, target: 'R', overrides: {} });
      await restored.catch(() => {});
      await opened.restores.settled();
      if ((faulty?.failed ?? 0) === 0) break;
      failed++;
      opened = await opened.restart({ crash: true });
      expect(await traces(opened), `commit ${index}`).toEqual(before);
    }
    // The table, its pages in three, and that it is whole.
    expect(failed).toBe(5);
    const restored = await openT(opened.site.tables, 'R');
    expect((await restored.get(key('29')))?.item.get('text')).toEqual(S('x'.repeat(390_000)));
  });
});
