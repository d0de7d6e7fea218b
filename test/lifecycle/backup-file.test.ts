import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { syncFolder, writeBackupFile } from '../../src/lifecycle/backup-file.ts';
import { BackupReader } from '../../src/lifecycle/backup-reader.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { change, outcomeOf, put, temporaryFolder } from '../store/support.ts';

async function parts() {
  const store = createMemoryStore();
  const puts = Array.from({ length: 700 }, (_, index) => put(3, index + 1, 2, 8_142));
  await store.commit(change({ puts: [...puts, put(5, 9, 4, 60)] }));
  const snapshot = store.snapshot?.();
  if (snapshot === undefined) throw new Error('it has none');
  const folder = temporaryFolder();
  return {
    folder,
    path: join(folder, 'a.backup'),
    snapshot,
    manifest: Uint8Array.of(1, 2, 3),
    mayGoOn: () => {},
  };
}

describe('the file of a backup', () => {
  test('is written whole under its own name, for its owner alone', async () => {
    const options = await parts();
    const { bytes, pages, digest } = await writeBackupFile({ ...options, trees: [3, 5, 8] });
    const { folder, path, manifest } = options;
    expect(readdirSync(folder)).toEqual(['a.backup']);
    expect({ size: statSync(path).size, mode: statSync(path).mode & 0o777, pages }).toEqual({
      size: bytes,
      mode: 0o600,
      pages: 701,
    });
    const reader = await BackupReader.open(path);
    expect(reader.structure).toEqual({ bytes, pages: 701, trees: [3, 5, 8], digest });
    expect([...reader.manifest]).toEqual([...manifest]);
    await reader.close();
  });

  test('is the same for the same pages: it has nothing of its own', async () => {
    const options = await parts();
    const second = { ...options, path: join(options.folder, 'b.backup'), trees: [3, 5] };
    await writeBackupFile({ ...options, trees: [3, 5] });
    await writeBackupFile(second);
    expect(readFileSync(second.path).equals(readFileSync(options.path))).toBe(true);
  });

  test('is not there at all where it was stopped, or could not be written', async () => {
    const options = await parts();
    let asked = 0;
    const mayGoOn = () => {
      if (++asked > 2) throw new Outage('Closed');
    };
    expect(await outcomeOf(() => writeBackupFile({ ...options, trees: [3, 5], mayGoOn }))).toBe('Closed');
    expect(readdirSync(options.folder)).toEqual([]);
    const nowhere = join(options.folder, 'none', 'a.backup');
    expect(await outcomeOf(() => writeBackupFile({ ...options, path: nowhere, trees: [3] }))).toBe(
      'StoreUnavailable',
    );
  });

  test('stands in its folder for good once that is flushed', async () => {
    expect(await outcomeOf(() => syncFolder(temporaryFolder()))).toBe('answered');
  });
});
