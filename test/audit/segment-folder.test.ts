import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { segmentName } from '../../src/audit/segment.ts';
import { SegmentFolder } from '../../src/audit/segment-folder.ts';
import { saidSkip } from '../support/said-skip.ts';

const root = mkdtempSync(join(tmpdir(), 'cryptable-segments-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a folder that is not there yet has no segments', async () => {
  expect(await new SegmentFolder(join(root, 'none')).list()).toEqual([]);
});

test('segments are made whole, read, listed in their order and removed', async () => {
  const path = join(root, 'a', 'audit');
  const folder = new SegmentFolder(path);
  for (const number of [10, 2]) {
    const file = await folder.make(number, Uint8Array.of(number));
    await file.writeFile(Uint8Array.of(1));
    await file.close();
  }
  writeFileSync(join(path, 'notes.txt'), 'of somebody else');
  expect(await folder.list()).toEqual([2, 10]);
  expect([...((await folder.read(10)) ?? [])]).toEqual([10, 1]);
  await folder.remove([2, 3]);
  expect(await folder.read(2)).toBeUndefined();
  expect(readdirSync(path).sort()).toEqual(['notes.txt', segmentName(10)]);
});

test('what a crash left unfinished is no segment, and in nobody’s way', async () => {
  const path = join(root, 'b');
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, 'unfinished'), 'half');
  const folder = new SegmentFolder(path);
  expect(await folder.list()).toEqual([]);
  await (await folder.make(1, Uint8Array.of(1))).close();
  expect(await folder.list()).toEqual([1]);
});

const hasNoModes = saidSkip(
  process.platform === 'win32',
  'folders that others may write to: Windows has no modes of files',
);

test.skipIf(hasNoModes)('a folder that others may write to is refused', async () => {
  const path = join(root, 'c');
  mkdirSync(path);
  chmodSync(path, 0o777);
  await expect(new SegmentFolder(path).make(1, Uint8Array.of(1))).rejects.toMatchObject({
    code: 'StoreUnsafe',
  });
});
