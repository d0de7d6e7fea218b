import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSecret } from '../../src/kms/secret-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-secret-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a secret is what was given, without the line end of an editor', async () => {
  expect(await readSecret('s.token\n')).toBe('s.token');
  expect(await readSecret(' \n')).toBeUndefined();
});

test('a file is read anew each time', async () => {
  const file = join(folder, 'token');
  for (const text of ['first', 'second\n']) {
    writeFileSync(file, text);
    expect(await readSecret({ file })).toBe(text.trim());
  }
  writeFileSync(file, '');
  expect(await readSecret({ file })).toBeUndefined();
});

test('a file that has no end is read to its bound', async () => {
  const file = join(folder, 'long');
  writeFileSync(file, 'x'.repeat(100_000));
  expect(await readSecret({ file })).toHaveLength(8192);
});

test('a file that is not there is the system’s own error', async () => {
  await expect(readSecret({ file: join(folder, 'none') })).rejects.toMatchObject({ code: 'ENOENT' });
});
