/** The programs of the README, run as a reader would: copied into an empty folder with the package installed. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'cryptable-readme-'));
const modules = join(folder, 'node_modules');

beforeAll(() => {
  mkdirSync(modules, { recursive: true });
  for (const [as, to] of [
    ['cryptable', root],
    ['@aws-sdk', join(root, 'node_modules', '@aws-sdk')],
  ] as const) {
    symlinkSync(to, join(modules, as));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program names its file in its first line; what it prints is the next block of text. */
const programs = [...readme.matchAll(/```js\n\/\/ (\S+)\n(.*?)```.*?```text\n(.*?)```/gs)].map(
  ([, name = '', program = '', printed = '']) => ({ name, program, printed }),
);

test('the README has programs', () => {
  expect(programs.length).toBeGreaterThan(0);
});

for (const { name, program, printed } of programs) {
  test(`${name} prints what the README says`, async () => {
    writeFileSync(join(folder, name), program);
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', name], { cwd: folder });
    expect(stdout).toBe(printed);
  });
}

for (const [, path = ''] of readme.matchAll(/\]\(([^)#:]+)\)/g)) {
  test(`the README's link to ${path} leads somewhere`, () => {
    expect(() => readFileSync(join(root, path))).not.toThrow();
  });
}
