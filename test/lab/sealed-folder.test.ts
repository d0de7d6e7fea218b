import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertSealed } from '../../src/lab/sealed-folder.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-sealed-'));
  mkdirSync(join(folder, 'below'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const secret = 'canary-0815';

test('passes where no text lies in the files', () => {
  writeFileSync(join(folder, 'below', 'file'), 'nothing of that kind');
  assertSealed(folder, [secret, secret]);
});

for (const [form, bytes] of [
  ['raw', Buffer.from(secret)],
  ['hex', Buffer.from(Buffer.from(secret).toString('hex'))],
  ['base64+0', Buffer.from(Buffer.from(secret).toString('base64'))],
] as const) {
  test(`names form and place of a text that lies there as ${form}`, () => {
    writeFileSync(join(folder, 'below', 'file'), Buffer.concat([Buffer.alloc(100), bytes]));
    expect(() => assertSealed(folder, ['other canary', secret])).toThrow(
      new RegExp(`1 in clear: "${secret}" .${form.replace('+', '.')}. in .*below.file at byte 100`),
    );
  });
}

test('does not pass for want of something to search, or to search for', () => {
  expect(() => assertSealed(folder, [secret])).toThrow('no file');
  writeFileSync(join(folder, 'file'), 'x');
  expect(() => assertSealed(folder, [])).toThrow('no text');
  expect(() => assertSealed(folder, ['short'])).toThrow('by chance');
});
