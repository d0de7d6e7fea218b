import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { anchorFile } from '../../src/store/anchor-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-anchor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

test('a file that is not there yet is no anchor', async () => {
  expect(await anchorFile(join(folder, 'none')).read()).toBeUndefined();
});

test('the last anchor that was written is the one that is read, and nothing lies beside it', async () => {
  const place = anchorFile(join(folder, 'anchor'));
  await place.write(bytes('a first and long one'));
  await place.write(bytes('second'));
  expect(Buffer.from((await place.read()) ?? []).toString()).toBe('second');
  expect(readdirSync(folder)).toEqual(['anchor']);
});

test('R-FS-1: it is for its owner alone', async () => {
  const path = join(folder, 'own');
  await anchorFile(path).write(bytes('x'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('what a crash left half-written is not read, and is written over', async () => {
  const path = join(folder, 'crashed');
  const place = anchorFile(path);
  await place.write(bytes('whole'));
  writeFileSync(`${path}.new`, 'ha');
  expect(Buffer.from((await place.read()) ?? []).toString()).toBe('whole');
  await place.write(bytes('next'));
  expect(Buffer.from((await place.read()) ?? []).toString()).toBe('next');
});

test('a folder that is not there cannot be written to, which is told', async () => {
  await expect(anchorFile(join(folder, 'no', 'anchor')).write(bytes('x'))).rejects.toThrow('ENOENT');
});
