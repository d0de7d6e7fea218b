import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeBackupFile } from '../../src/lifecycle/backup-file.ts';
import { backupFormat, backupMark, digestBytes } from '../../src/lifecycle/backup-layout.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { body, change, put, temporaryFolder } from '../store/support.ts';

const entry = (id: number, version: number, bytes: number) => {
  const header = Buffer.alloc(16);
  header.writeUIntLE(id, 0, 6);
  header.writeUIntLE(version, 6, 6);
  header.writeUInt32LE(bytes, 12);
  return header;
};

test('a file is byte for byte what is drawn', async () => {
  const store = createMemoryStore();
  const pages = [put(3, 2, 7, 50), put(3, 4, 1, 9), put(6, 1, 2, 30)];
  await store.commit(change({ puts: pages }));
  const snapshot = store.snapshot?.();
  if (snapshot === undefined) throw new Error('it has none');
  const path = join(temporaryFolder(), 'a.backup');
  const manifest = body(5, 21);
  await writeBackupFile({ path, snapshot, manifest, trees: [3, 6], mayGoOn: () => {} });
  const header = Buffer.alloc(16);
  header.set(backupMark);
  header.writeUInt32LE(backupFormat, 8);
  header.writeUInt32LE(manifest.length, 12);
  const end = entry(0, 0, 0);
  const pageOf = ({ id, version, body: bytes }: (typeof pages)[number]) => [
    entry(id, version, bytes.length),
    bytes,
  ];
  const [first, second, third] = pages.map(pageOf);
  const before = Buffer.concat([
    ...[header, manifest],
    ...[entry(3, 0, 0), ...(first ?? []), ...(second ?? []), end],
    ...[entry(6, 0, 0), ...(third ?? []), end],
    entry(0xffff_ffff_ffff, 3, 0),
  ]);
  const digest = createHash('sha256').update(before).digest();
  expect(readFileSync(path).equals(Buffer.concat([before, digest]))).toBe(true);
  expect(digest).toHaveLength(digestBytes);
});
