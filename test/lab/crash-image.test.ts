import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyAsItIs } from '../../src/lab/crash-image.ts';

test('files and logs are copied, locks and shared memory are not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-image-'));
  const from = join(folder, 'from');
  mkdirSync(join(from, 'kms'), { recursive: true });
  for (const name of ['a.sqlite', 'a.sqlite-wal', 'a.sqlite-shm', 'owner.lock', 'owner.lock-journal']) {
    writeFileSync(join(from, name), name);
    writeFileSync(join(from, 'kms', name), `kms ${name}`);
  }
  const to = join(folder, 'to');
  copyAsItIs(from, to);
  expect(readdirSync(to).sort()).toEqual(['a.sqlite', 'a.sqlite-wal', 'kms']);
  expect(readdirSync(join(to, 'kms')).sort()).toEqual(['a.sqlite', 'a.sqlite-wal']);
  expect(readFileSync(join(to, 'kms', 'a.sqlite-wal'), 'utf8')).toBe('kms a.sqlite-wal');
  rmSync(folder, { recursive: true });
});
