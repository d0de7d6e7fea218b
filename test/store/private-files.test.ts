import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makePrivate, mustBeWritable } from '../../src/store/private-files.ts';
import { openRecordStorage } from '../../src/store/record-storage.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { openStore, outcomeOf, temporaryFolder } from './support.ts';

const system = vi.hoisted(() => ({ type: 0, readOnly: '' }));

vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  const statfsSync = ((...args: Parameters<typeof fs.statfsSync>) => {
    const found = fs.statfsSync(...args);
    return system.type === 0 ? found : { ...found, type: system.type };
  }) as typeof fs.statfsSync;
  // The superuser, whom tests may be run by, may write to anything.
  const accessSync = ((path: string, mode: number) => {
    if (path !== system.readOnly) return fs.accessSync(path, mode);
    throw Object.assign(new Error(`EACCES: permission denied, access '${path}'`), { code: 'EACCES' });
  }) as typeof fs.accessSync;
  return { ...fs, statfsSync, accessSync };
});

afterEach(() => {
  system.type = 0;
  system.readOnly = '';
  vi.restoreAllMocks();
});

const isRoot = process.geteuid?.() === 0;

function filledFolder(): { folder: string; file: string } {
  const folder = join(temporaryFolder(), 'kept');
  mkdirSync(folder, { mode: 0o700 });
  const file = join(folder, 'file');
  writeFileSync(file, '', { mode: 0o600 });
  return { folder, file };
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe('a store that this process may not write to', () => {
  const openers = [
    ['store.sqlite', (folder: string) => openSqliteStore({ folder, create: false })],
    ['kms.sqlite', (folder: string) => openRecordStorage({ folder, file: 'kms.sqlite', create: false })],
  ] as const;
  for (const [file, open] of openers) {
    test(`is refused when it is opened, by the name of what may not be written: ${file}`, async () => {
      const { folder } = filledFolder();
      await openSqliteStore({ folder, create: true }).close();
      await openRecordStorage({ folder, file: 'kms.sqlite', create: true }).close();
      for (const path of [folder, join(folder, file)]) {
        system.readOnly = path;
        expect(() => open(folder), path).toThrow(`This process may not write to ${path}.`);
      }
      system.readOnly = '';
      await open(folder).close();
    });
  }

  test('is not one where nothing is there yet', () => {
    mustBeWritable({ folder: join(temporaryFolder(), 'missing'), files: ['file'] });
  });
});

describe('the files of a store (R-FS-1)', () => {
  for (const mode of [0o644, 0o660, 0o666, 0o604]) {
    test(`that are ${mode.toString(8)} are made their owner's alone`, () => {
      const { folder, file } = filledFolder();
      chmodSync(file, mode);
      makePrivate({ folder, files: ['file', 'missing'] });
      expect(modeOf(file)).toBe(0o600);
    });
  }

  test('are not there yet, nor the folder: nothing is refused', () => {
    makePrivate({ folder: join(temporaryFolder(), 'missing'), files: ['file'], isFolderPrivate: true });
  });

  test('behind a symbolic link are refused, also where it leads nowhere', async () => {
    const { folder, file } = filledFolder();
    symlinkSync(file, join(folder, 'link'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    for (const name of ['link', 'dangling']) {
      expect(await outcomeOf(() => makePrivate({ folder, files: [name] })), name).toBe('StoreUnsafe');
    }
  });

  test('that are folders are refused', async () => {
    const { folder } = filledFolder();
    mkdirSync(join(folder, 'inner'));
    expect(await outcomeOf(() => makePrivate({ folder, files: ['inner'] }))).toBe('StoreUnsafe');
  });

  test.skipIf(!isRoot)('of another user are refused, but to the superuser', async () => {
    const { folder, file } = filledFolder();
    chownSync(file, 12_345, 12_345);
    makePrivate({ folder, files: ['file'] });
    vi.spyOn(process, 'geteuid').mockReturnValue(statSync(folder).uid + 7);
    expect(await outcomeOf(() => makePrivate({ folder, files: [] })), 'the folder').toBe('StoreUnsafe');
    chownSync(folder, statSync(folder).uid + 7, 0);
    expect(await outcomeOf(() => makePrivate({ folder, files: ['file'] })), 'a file').toBe('StoreUnsafe');
    chownSync(file, statSync(folder).uid, 0);
    expect(await outcomeOf(() => makePrivate({ folder, files: ['file'] }))).toBe('answered');
  });

  for (const [name, type] of [
    ['NFS', 0x6969],
    ['SMB', 0xff534d42],
    ['Ceph', 0x00c36400],
  ] as const) {
    test(`on ${name} are refused, since locks there are not to be relied on`, async () => {
      const { folder } = filledFolder();
      system.type = type;
      expect(await outcomeOf(() => makePrivate({ folder, files: [] }))).toBe('StoreUnsafe');
      expect(await outcomeOf(() => openSqliteStore({ folder, create: true }))).toBe('StoreUnsafe');
    });
  }
});

describe('the folder of the keys (R-FS-1)', () => {
  for (const mode of [0o770, 0o702, 0o777]) {
    test(`is refused where it is ${mode.toString(8)}; that of the pages is not`, async () => {
      const { folder } = filledFolder();
      chmodSync(folder, mode);
      expect(await outcomeOf(() => openRecordStorage({ folder, file: 'keys', create: true }))).toBe(
        'StoreUnsafe',
      );
      expect(await outcomeOf(() => openStore({ folder }))).toBe('answered');
    });
  }

  test('may be read by others, since what is in it is sealed and its files are closed', async () => {
    const { folder } = filledFolder();
    chmodSync(folder, 0o755);
    const storage = openRecordStorage({ folder, file: 'keys', create: true });
    await storage.commit({ puts: [{ id: 'a', body: Uint8Array.of(1) }], deletes: [] });
    for (const name of ['keys', 'keys-wal', 'keys-shm', 'owner.lock']) {
      expect([name, modeOf(join(folder, name))]).toEqual([name, 0o600]);
    }
    await storage.close();
  });
});

test('a store makes its folder 0700 and each of its files 0600 (R-FS-1)', async () => {
  const folder = join(temporaryFolder(), 'made');
  const store = openStore({ folder });
  await store.commit({
    puts: [{ tree: 1, id: 1, version: 1, body: Uint8Array.of(1) }],
    deletes: [],
    heads: [],
    drops: [],
  });
  expect(modeOf(folder)).toBe(0o700);
  for (const name of ['store.sqlite', 'store.sqlite-wal', 'store.sqlite-shm', 'owner.lock']) {
    expect([name, modeOf(join(folder, name))]).toEqual([name, 0o600]);
  }
});
