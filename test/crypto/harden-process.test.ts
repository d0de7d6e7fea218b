import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { Addon } from '../../src/crypto/addon.ts';
import { hardenProcess } from '../../src/crypto/harden-process.ts';
import { saidSkip } from '../support/said-skip.ts';
import { addonSkipped } from '../support/usable-cores.ts';

const addon = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'build/Release/cryptable.node');

/** What of a process belongs to root belongs to nobody who could look into it: Linux says so by the owner of its files. */
const program = `
  const { readFileSync, statSync } = require('node:fs');
  const owner = () => statSync('/proc/self/mem').uid === process.getuid();
  const before = owner();
  const isDone = require(${JSON.stringify(addon)}).hardenProcess();
  const [, limit] = /Max core file size +(\\S+)/.exec(readFileSync('/proc/self/limits', 'utf8'));
  console.log(JSON.stringify({ before, isDone, limit, after: owner() }));
`;

const skipped = saidSkip(
  process.platform === 'linux' ? addonSkipped : true,
  'a hardened process: it needs Linux and the addon',
);

test.skipIf(skipped)(
  'R-MEM-5: a hardened process leaves no core dump and lets nobody of its user look into it',
  () => {
    const isRoot = process.getuid?.() === 0;
    // To root all processes look alike.
    const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { ...user, cwd: '/' });
    expect(String(stderr)).toBe('');
    expect(JSON.parse(String(stdout))).toEqual({ before: true, isDone: true, limit: '0', after: false });
  },
);

test('without the addon nothing of it can be done, and that is said', () => {
  const missing = (): Addon => {
    throw new Outage('AddonUnavailable');
  };
  expect(hardenProcess(missing)).toBe(false);
  const broken = (): Addon => {
    throw new TypeError('a bug');
  };
  expect(() => hardenProcess(broken)).toThrow('a bug');
});
