/** Tokens of SoftHSM, in a folder of the test: the one PKCS#11 library that needs no hardware. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saidSkip } from './said-skip.ts';

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

export const softTokenLibrary = libraries.find((path) => existsSync(path)) ?? '';
/** Where it is, and says so where it is not. */
export const hasSoftToken = !saidSkip(
  softTokenLibrary === '' || !isThere('softhsm2-util'),
  'PKCS#11 tokens are tried on SoftHSM (apt-get install softhsm2)',
);

export const tokenPin = '1234';

export interface SoftTokens {
  /** A new token of this label. */
  create(label: string): void;
  /** As if it had been pulled out. */
  remove(label: string): void;
  close(): void;
}

/** Sets SOFTHSM2_CONF of this process, which the library reads when it is first loaded. */
export function openSoftTokens(): SoftTokens {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-softhsm-'));
  const configuration = join(folder, 'softhsm2.conf');
  mkdirSync(join(folder, 'tokens'));
  writeFileSync(configuration, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
  process.env.SOFTHSM2_CONF = configuration;
  const run = (...args: readonly string[]) => execFileSync('softhsm2-util', args, { stdio: 'pipe' });
  return {
    create: (label) => {
      run('--init-token', '--free', '--label', label, '--pin', tokenPin, '--so-pin', '12345678');
    },
    remove: (label) => {
      run('--delete-token', '--token', label);
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function isThere(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
