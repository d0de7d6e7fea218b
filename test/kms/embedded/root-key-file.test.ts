import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { defaultRootKeyPath, rootKeyFromFile } from '../../../src/kms/embedded/root-key-file.ts';
import { user } from '../../support/embedded-kms.ts';

const core = createFallbackCore();
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'root-key-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const pathIn = (...parts: string[]) => join(directory, ...parts);
const openKms = (path: string, storage: MemoryRecordStorage) =>
  EmbeddedKms.open({ core, storage, rootKey: rootKeyFromFile({ path }) });

describe('the file of a root key', () => {
  test('is made 0600 in a 0700 directory, whole or not at all, and opens the store again', async () => {
    const path = pathIn('config', 'cryptable', 'root.key');
    const storage = new MemoryRecordStorage();
    const first = await openKms(path, storage);
    const { keyId } = await first.keys.create(user, {});
    await first.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(path))).toEqual(['root.key']);
    const again = await openKms(path, storage);
    expect(again.summaries()).toMatchObject([{ keyId }]);
    expect(again.rootKeyPlace).toBe(path);
  });

  test('serves two stores, and neither opens with another file', async () => {
    const [one, two] = [new MemoryRecordStorage(), new MemoryRecordStorage()];
    await (await openKms(pathIn('a.key'), one)).close();
    await (await openKms(pathIn('a.key'), two)).close();
    await (await openKms(pathIn('b.key'), new MemoryRecordStorage())).close();
    await (await openKms(pathIn('a.key'), two)).close();
    await expect(openKms(pathIn('b.key'), one)).rejects.toMatchObject({ code: 'RootKeyWrong' });
  });

  test('is not made again for a store that had one', async () => {
    const storage = new MemoryRecordStorage();
    await (await openKms(pathIn('root.key'), storage)).close();
    rmSync(pathIn('root.key'));
    await expect(openKms(pathIn('root.key'), storage)).rejects.toMatchObject({ code: 'RootKeyMissing' });
    expect(readdirSync(directory)).toEqual([]);
  });

  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o660, 0o666, 0o644, 0o610]) {
    test(`of mode ${mode.toString(8)} is refused`, async () => {
      await (await openKms(pathIn('root.key'), new MemoryRecordStorage())).close();
      chmodSync(pathIn('root.key'), mode);
      const opened = openKms(pathIn('root.key'), new MemoryRecordStorage());
      await expect(opened).rejects.toMatchObject({
        code: 'RootKeyUnsafe',
        message: expect.stringContaining('chmod 600'),
      });
    });
  }

  test('in a directory anyone may write to is not made', async () => {
    mkdirSync(pathIn('open'));
    chmodSync(pathIn('open'), 0o777);
    const opened = openKms(pathIn('open', 'root.key'), new MemoryRecordStorage());
    await expect(opened).rejects.toMatchObject({ code: 'RootKeyUnsafe' });
  });

  const damaged: [string, (bytes: Buffer) => Buffer][] = [
    ['empty', () => Buffer.alloc(0)],
    ['cut', (bytes) => bytes.subarray(0, -1)],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['something else', (bytes) => Buffer.alloc(bytes.length)],
    ['another key', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)])],
  ];
  for (const [name, damage] of damaged) {
    test(`that is ${name} does not open the store`, async () => {
      const storage = new MemoryRecordStorage();
      await (await openKms(pathIn('root.key'), storage)).close();
      writeFileSync(pathIn('root.key'), damage(readFileSync(pathIn('root.key'))));
      await expect(openKms(pathIn('root.key'), storage)).rejects.toMatchObject({ code: 'RootKeyWrong' });
    });
  }

  test('made by two at once is one key for both', async () => {
    const storages = Array.from({ length: 8 }, () => new MemoryRecordStorage());
    for (const kms of await Promise.all(storages.map((one) => openKms(pathIn('root.key'), one))))
      await kms.close();
    for (const one of storages) await (await openKms(pathIn('root.key'), one)).close();
    expect(readdirSync(directory)).toEqual(['root.key']);
  });
});

describe('a root key inside the data directory', () => {
  const places: [string, () => string][] = [
    ['right inside', () => pathIn('data', 'root.key')],
    ['further down, where nothing is yet', () => pathIn('data', 'kms', 'deep', 'root.key')],
    ['behind a symbolic link', () => pathIn('link', 'root.key')],
    ['behind dots', () => `${pathIn('other')}/../data/root.key`],
  ];
  for (const [name, place] of places) {
    test(`${name} is refused`, async () => {
      mkdirSync(pathIn('data'));
      symlinkSync(pathIn('data'), pathIn('link'));
      const rootKey = rootKeyFromFile({ path: place(), dataDirectory: pathIn('data') });
      await expect(rootKey.create(core)).rejects.toMatchObject({ code: 'RootKeyUnsafe' });
      expect(readdirSync(pathIn('data'))).toEqual([]);
      await expect(rootKey.open(core, { source: 'file' })).rejects.toMatchObject({ code: 'RootKeyUnsafe' });
    });
  }

  test('is taken where the user insists, and beside it always', async () => {
    const dataDirectory = pathIn('data');
    const inside = rootKeyFromFile({
      path: pathIn('data', 'root.key'),
      dataDirectory,
      allowInsideData: true,
    });
    await expect(inside.create(core)).resolves.toBeDefined();
    const beside = rootKeyFromFile({ path: pathIn('data.key'), dataDirectory });
    await expect(beside.create(core)).resolves.toBeDefined();
  });
});

test('a store under a passphrase does not open with a file', async () => {
  const recipe = {
    source: 'passphrase',
    salt: new Uint8Array(32),
    costLog2: 1,
    blockSize: 1,
    parallelization: 1,
  } as const;
  const opened = rootKeyFromFile({ path: pathIn('root.key') }).open(core, recipe);
  await expect(opened).rejects.toMatchObject({ code: 'RootKeyWrong' });
});

test('the default is in the configuration directory of the user', () => {
  expect(defaultRootKeyPath({ XDG_CONFIG_HOME: '/etc/xdg' })).toBe('/etc/xdg/cryptable/root.key');
  expect(defaultRootKeyPath({})).toMatch(/\/\.config\/cryptable\/root\.key$/);
  expect(defaultRootKeyPath({ XDG_CONFIG_HOME: 'relative' })).toMatch(/\/\.config\/cryptable\/root\.key$/);
});
