import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { backupStructure } from '../../src/lifecycle/backup-verification.ts';
import { book, disabledText, keyRefusalOf, openT, putBook } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { openBackupsOf } from '../support/open-backups.ts';
import { definitionOf, newKey } from '../support/open-tables.ts';

async function backedUp() {
  const opened = await openBackupsOf();
  const { site, backups, folder } = opened;
  const keyArn = await newKey(site.kms);
  await site.tables.create(user, definitionOf('T', { kind: 'customer', keyId: keyArn }));
  const table = await openT(site.tables);
  for (let number = 0; number < 300; number++) await putBook(table, book(`book ${number}`.padEnd(200)));
  await backups.make({ tableId: site.tables.copying.find(user, 'T').id, name: 'copy', type: 'USER' });
  return { ...opened, keyArn, path: join(folder, readdirSync(folder)[0] ?? '') };
}

/** Changed at one byte, its digest made good again: what only the seals tell. */
function forge(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  createHash('sha256')
    .update(bytes.subarray(0, -32))
    .digest()
    .copy(bytes, bytes.length - 32);
  writeFileSync(path, bytes);
}

describe('a backup that is verified', () => {
  test('tells its table, its key and its pages, and that all are sound', async () => {
    const { verify, path, keyArn } = await backedUp();
    const structure = await backupStructure(path);
    expect(structure.pages).toBeGreaterThan(5);
    const report = await verify(path);
    expect(report).toEqual({ structure, table: 'T', keyArn, pages: structure.pages, faults: [] });
  });

  test('tells the page that was forged under a good digest', async () => {
    const { verify, path } = await backedUp();
    const { bytes } = await backupStructure(path);
    forge(path, bytes - 5_000);
    await backupStructure(path);
    const { faults } = await verify(path);
    expect(faults).toEqual([
      { tree: expect.any(Number), page: expect.any(Number), problem: 'does not open' },
    ]);
  });

  test('is refused where its manifest was forged, or it has the name of another', async () => {
    const { verify, path, folder } = await backedUp();
    const renamed = join(folder, 'another.backup');
    copyFileSync(path, renamed);
    await expect(verify(renamed)).rejects.toThrow(IntegrityFault);
    forge(path, 100);
    await expect(verify(path)).rejects.toThrow(IntegrityFault);
  });

  test('needs the key that its table had', async () => {
    const { verify, path, site, keyArn } = await backedUp();
    await site.kms.keys.disable(user, keyArn);
    expect(await keyRefusalOf(() => verify(path))).toBe(disabledText(keyArn));
  });
});
