import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acquireOwnerLock, ownerLockFile } from '../../src/store/owner-lock.ts';
import { outcomeOf, temporaryFolder } from './support.ts';

/** Built by `npm run build`, which `npm test` runs first. */
const compiled = new URL('../../dist/store/owner-lock.js', import.meta.url);

/** Another process that owns the folder until it is killed. */
async function otherOwner(folder: string): Promise<ChildProcess> {
  const script = `
    import { acquireOwnerLock } from ${JSON.stringify(compiled.href)};
    acquireOwnerLock(process.argv[1]);
    process.stdout.write('owned');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  expect(String(said)).toBe('owned');
  return child;
}

function heldOnce(folder: string): string {
  const lock = acquireOwnerLock(folder);
  lock.release();
  return 'held';
}

describe('the lock of a folder', () => {
  test('is built for the tests that need a second process', () => {
    expect(existsSync(fileURLToPath(compiled))).toBe(true);
  });

  test('R-PROC-3: is refused at once to a second owner in the same process', async () => {
    const folder = temporaryFolder();
    const lock = acquireOwnerLock(folder);
    const startedMs = performance.now();
    expect(await outcomeOf(() => acquireOwnerLock(folder))).toBe('StoreLocked');
    expect(performance.now() - startedMs).toBeLessThan(100);
    expect(await outcomeOf(() => acquireOwnerLock(join(folder, '.')))).toBe('StoreLocked');
    lock.release();
    expect(heldOnce(folder)).toBe('held');
  });

  test('R-PROC-3: is refused at once to this process while another has it, and free when that was killed', async () => {
    const folder = temporaryFolder();
    const owner = await otherOwner(folder);
    const startedMs = performance.now();
    expect(await outcomeOf(() => acquireOwnerLock(folder))).toBe('StoreLocked');
    expect(performance.now() - startedMs).toBeLessThan(100);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(heldOnce(folder)).toBe('held');
  });

  test('stays with its owner when a second one in the same process was refused', async () => {
    const folder = temporaryFolder();
    const lock = acquireOwnerLock(folder);
    expect(await outcomeOf(() => acquireOwnerLock(folder))).toBe('StoreLocked');
    const script = `
      import { acquireOwnerLock } from ${JSON.stringify(compiled.href)};
      try { acquireOwnerLock(process.argv[1]); } catch (fault) { process.stdout.write(fault.code); }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder]);
    const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    expect(String(said)).toBe('StoreLocked');
    lock.release();
  });

  test('released twice is released once: the next owner keeps it', async () => {
    const folder = temporaryFolder();
    const first = acquireOwnerLock(folder);
    first.release();
    const second = acquireOwnerLock(folder);
    first.release();
    expect(await outcomeOf(() => acquireOwnerLock(folder))).toBe('StoreLocked');
    second.release();
  });

  test('of one folder does not lock another', () => {
    const lock = acquireOwnerLock(temporaryFolder());
    expect(heldOnce(temporaryFolder())).toBe('held');
    lock.release();
  });

  test('R-FS-1: is a file that its owner alone can read, and that stays empty', () => {
    const folder = temporaryFolder();
    heldOnce(folder);
    const { mode, size } = statSync(join(folder, ownerLockFile));
    expect([mode & 0o777, size]).toEqual([0o600, 0]);
  });

  test('cannot be had where no file can be, and holds nothing back then', async () => {
    const folder = temporaryFolder();
    expect(await outcomeOf(() => acquireOwnerLock(join(folder, 'missing')))).toBe('StoreUnavailable');
    writeFileSync(join(folder, ownerLockFile), 'something that is no lock of ours'.repeat(50));
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await outcomeOf(() => acquireOwnerLock(folder))).toBe('StoreUnavailable');
    }
  });

  test('is shared by those who all say so, and by nobody else until the last has gone', async () => {
    const folder = temporaryFolder();
    const shared = [0, 1].map(() => acquireOwnerLock(folder, { isShared: true }));
    expect(await outcomeOf(() => acquireOwnerLock(folder))).toBe('StoreLocked');
    shared[0]?.release();
    shared[0]?.release();
    expect(await outcomeOf(() => acquireOwnerLock(folder))).toBe('StoreLocked');
    shared[1]?.release();
    const alone = acquireOwnerLock(folder);
    expect(await outcomeOf(() => acquireOwnerLock(folder, { isShared: true }))).toBe('StoreLocked');
    alone.release();
  });

  test('that another process has alone is not to be shared', async () => {
    const folder = temporaryFolder();
    await otherOwner(folder);
    expect(await outcomeOf(() => acquireOwnerLock(folder, { isShared: true }))).toBe('StoreLocked');
  });
});
