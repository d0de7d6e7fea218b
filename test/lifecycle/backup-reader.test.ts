import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeBackupFile } from '../../src/lifecycle/backup-file.ts';
import { BackupReader } from '../../src/lifecycle/backup-reader.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { plain } from '../store/conformance.ts';
import { body, change, generator, outcomeOf, put, temporaryFolder } from '../store/support.ts';

async function written() {
  const store = createMemoryStore();
  await store.commit(change({ puts: [put(3, 2, 7), put(3, 5, 1, 8_142), put(3, 9, 2, 0), put(4, 1)] }));
  const snapshot = store.snapshot?.();
  if (snapshot === undefined) throw new Error('it has none');
  const path = join(temporaryFolder(), 'a.backup');
  const manifest = body(1, 300);
  await writeBackupFile({ path, snapshot, manifest, trees: [3, 4], mayGoOn: () => {} });
  return { path, whole: readFileSync(path) };
}

async function outcome(path: string): Promise<string> {
  return outcomeOf(async () => (await BackupReader.open(path)).close());
}

describe('a backup that is read', () => {
  test('is a store of its pages and of the heads it is given', async () => {
    const { path } = await written();
    const reader = await BackupReader.open(path);
    const head = { tree: 3, version: 7, body: body(2) };
    const store = reader.pages([head]);
    expect(await store.readHeads([4, 3])).toEqual([undefined, head]);
    const pages = await store.readPages(3, [9, 4, 2, 5]);
    expect(pages.map(plain)).toEqual(
      [put(3, 9, 2, 0), undefined, put(3, 2, 7), put(3, 5, 1, 8_142)].map(plain),
    );
    expect(await store.readPages(99, [1])).toEqual([undefined]);
    expect(await store.listPages(3, 2, 9)).toEqual([5, 9]);
    expect(await store.listPages(99, -1, 9)).toEqual([]);
    expect(await store.listTrees(-1, 9)).toEqual([3, 4]);
    expect(await outcomeOf(() => store.commit(change({})))).toBe('StoreUnavailable');
    await store.close();
    await reader.close();
  });

  test('is refused where any byte was changed, and where it is shorter or longer', async () => {
    const { path, whole } = await written();
    for (let at = 0; at < whole.length; at += at < 600 || at > whole.length - 120 ? 1 : 97) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      writeFileSync(path, changed);
      expect(await outcome(path), `byte ${at}`).toBe('IntegrityFault');
    }
    for (const bytes of [0, 1, 15, 16, 400, whole.length - 48, whole.length - 32, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, bytes));
      expect(await outcome(path), `${bytes} bytes`).toBe('IntegrityFault');
    }
    writeFileSync(path, Buffer.concat([whole, whole]));
    expect(await outcome(path)).toBe('IntegrityFault');
    writeFileSync(path, whole);
    expect(await outcome(path)).toBe('answered');
  });

  test('is refused, and takes no more memory than it may, where it is noise behind its mark', async () => {
    const { path, whole } = await written();
    const random = generator(5);
    for (let round = 0; round < 50; round++) {
      const noise = Uint8Array.from({ length: 4_000 }, () => Math.floor(random() * 256));
      writeFileSync(path, Buffer.concat([whole.subarray(0, 12), noise]));
      expect(await outcome(path)).toBe('IntegrityFault');
    }
  });

  test('that is changed while it is open is found out at the page', async () => {
    const { path, whole } = await written();
    const reader = await BackupReader.open(path);
    writeFileSync(path, Buffer.alloc(whole.length));
    const store = reader.pages([]);
    expect(await outcomeOf(() => store.readPages(3, [2]))).toBe('IntegrityFault');
    writeFileSync(path, Buffer.alloc(0));
    expect(await outcomeOf(() => store.readPages(3, [2]))).toBe('IntegrityFault');
    await reader.close();
  });

  test('is not there where there is no file', async () => {
    expect(await outcome(join(temporaryFolder(), 'none'))).toBe('StoreMissing');
  });

  test('is looked through no further than it may', async () => {
    const { path } = await written();
    const stop = () => {
      throw new TypeError('stopped');
    };
    await expect(BackupReader.open(path, stop)).rejects.toThrow('stopped');
  });
});
