import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** What no linter here can hold. Each failure lists the files, and its message names the mend. */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const linesMax = 400;

/** Sources without a test of their own, each with the reason. A folder ends in a slash. */
const testedElsewhere: Readonly<Record<string, string>> = {
  'src/base/log.ts': 'its one value does nothing',
  'src/api/iam/': 'its operations run, and are refused, over real clients in test/sdk/identities.test.ts',
  'src/api/sts/': 'as those of iam: test/sdk/identities.test.ts and two-accounts.test.ts',
  'src/cli/existing-store.ts':
    'verify.test.ts and keys.test.ts open stores that are there, missing and wrong',
  'src/lab/needles.ts': 'what it finds and does not is what clear-text-scan.test.ts asks',
  'src/cli/serve-worker.ts': 'the program that serve-workers.test.ts has started, and killed',
  'src/cli/demo/':
    'its steps run, and are checked, in test/cli/demo.test.ts; parts with logic have their own',
};

function filesBelow(folder: string, pattern: RegExp): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function isGenerated(file: string): boolean {
  return file.includes('.generated.');
}

/** A file that leaves nothing to run once types and plain numbers are gone. */
function isTypesOnly(source: string): boolean {
  const text = source.replaceAll(/^(export )?const \w+ = [\w\s+*.']+;$/gm, '');
  return !/^(export )?(async )?(function|class|const|let)\b/m.test(text) && !/^export (\*|\{)/m.test(text);
}

const sources = filesBelow('src', /\.ts$/);
const nativeSources = ['native', 'bench/native'].flatMap((folder) => filesBelow(folder, /\.(cc|h)$/));
const tests = filesBelow('test', /\.ts$/);
const benches = filesBelow('bench', /\.ts$/);
const scripts = filesBelow('.ci', /^(run|.+\.mjs)$/);
const written = [...sources, ...nativeSources, ...tests, ...benches, ...scripts].filter(
  (file) => !isGenerated(file),
);

function testOf(source: string): string {
  return source.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
}

describe('the tree is tidy', () => {
  test('every source has its test', () => {
    const untested = sources.filter((source) => {
      if (basename(source) === 'index.ts' || isGenerated(source) || existsSync(join(root, testOf(source))))
        return false;
      const excused = Object.keys(testedElsewhere).some(
        (path) => source === path || (path.endsWith('/') && source.startsWith(path)),
      );
      return !excused && !isTypesOnly(read(source));
    });
    expect(
      untested,
      'write the test at the same path below test/, or give the reason in testedElsewhere',
    ).toEqual([]);
  });

  test('every excuse is needed', () => {
    const stale = Object.keys(testedElsewhere).filter(
      (path) =>
        !existsSync(join(root, path)) || (!path.endsWith('/') && existsSync(join(root, testOf(path)))),
    );
    expect(stale, 'take it off testedElsewhere: it is gone, or has a test by now').toEqual([]);
  });

  test('every test tests a source that is there', () => {
    const orphans = tests.filter((file) => {
      const source = file.replace(/^test\//, 'src/').replace(/\.test\.ts$/, '.ts');
      const mirrored = sources.some((path) => path.startsWith(`src/${file.split('/')[1]}/`));
      return (
        file.endsWith('.test.ts') && mirrored && file.split('/').length > 2 && !existsSync(join(root, source))
      );
    });
    const allowed = orphans.filter((file) => !/^test\/(sdk|crash|model|vectors|support)\//.test(file));
    expect(
      allowed,
      'move it beside the path of what it tests, or to test/sdk, test/crash or test/model',
    ).toEqual([]);
  });

  for (const api of ['dynamodb', 'streams', 'kms']) {
    test(`every operation of api/${api} is on its list`, () => {
      const list = `src/api/${api}/index.ts`;
      if (!existsSync(join(root, list))) throw new Error(`${list} is missing: it is the list of operations`);
      const operations = filesBelow(`src/api/${api}`, /\.ts$/).filter((file) =>
        /= operation\b/.test(read(file)),
      );
      const unlisted = operations.filter(
        (file) => !read(list).includes(`./${file.slice(`src/api/${api}/`.length)}`),
      );
      expect(
        operations.length,
        'operations are made with operation(): see src/api/operation.ts',
      ).toBeGreaterThan(0);
      expect(unlisted, `add it to ${list}`).toEqual([]);
    });
  }

  test('every command is on the list of the command line', () => {
    const commands = filesBelow('src/cli', /\.ts$/).filter((file) =>
      /^export const \w+ = .*Command/m.test(read(file)),
    );
    const unlisted = commands.filter((file) => !read('src/cli/main.ts').includes(`./${basename(file)}`));
    expect(unlisted, 'add it to src/cli/main.ts').toEqual([]);
  });

  test('every C++ kernel is on the list of kernels and has a target', () => {
    const kernels = filesBelow('native', /^kernel_.+\.cc$/);
    const lists = ['native/kernels.cc', 'binding.gyp'].map((file) =>
      existsSync(join(root, file)) ? read(file) : '',
    );
    const unbuilt = kernels.filter((file) => !lists[1]?.includes(basename(file)));
    expect(unbuilt, 'give it a target with its flags in binding.gyp').toEqual([]);
    expect(kernels.length === 0 || lists[0] !== '', 'native/kernels.cc lists the kernels').toBe(true);
  });

  test('only native/bind*.cc and .h know Node-API', () => {
    const knowing = nativeSources.filter((file) => /\bnapi_|node_api\.h/.test(read(file)));
    expect(
      knowing.filter((file) => !basename(file).startsWith('bind')),
      'let a bind file check and convert, and give plain C++ what it needs',
    ).toEqual([]);
    expect(knowing.length).toBeGreaterThan(0);
  });

  test(`no file is longer than ${linesMax} lines`, () => {
    const long = written.filter((file) => read(file).split('\n').length > linesMax + 1);
    expect(long, 'find its second noun and give that a file').toEqual([]);
  });

  test('every source opens with its job in a sentence', () => {
    const silent = [...sources, ...benches, ...scripts].filter((file) => {
      const opening = read(file)
        .replace(/^#!.*\n/, '')
        .trimStart();
      return !isGenerated(file) && !/^(\/\*\*|\/\/|#) ?\S/.test(opening) && !/^\/\*\*\n \* \S/.test(opening);
    });
    expect(silent, 'begin with one sentence on what the file is for').toEqual([]);
  });

  test('no marker of unfinished work is left', () => {
    const marker = /\b(TODO|FIXME|XXX|HACK)\b/;
    expect(
      written.filter((file) => file !== 'test/tidy.test.ts' && marker.test(read(file))),
      'mend it, or file an issue and take the marker out',
    ).toEqual([]);
  });

  test('no file names a place of one machine', () => {
    const place = /["'` (](\/(home|Users|root|work)\/[a-z]|[A-Z]:\\\\)/;
    const documents = ['README.md', 'CHANGELOG.md', 'package.json', 'binding.gyp'].filter((file) =>
      existsSync(join(root, file)),
    );
    const naming = [...written, ...documents].filter(
      (file) => file !== 'test/tidy.test.ts' && place.test(read(file)),
    );
    expect(naming, 'take the path from import.meta.url, os.tmpdir() or an argument').toEqual([]);
  });

  test('only the clock tells the time in src', () => {
    const own = sources.filter(
      (file) =>
        file !== 'src/base/clock.ts' &&
        /\b(Date\.now\(|new Date\(\)|set(Timeout|Interval)\()/.test(read(file)),
    );
    expect(own, 'ask a Clock (src/base/clock.ts), so that tests can pass time').toEqual([]);
  });

  test('the README runs only commands that exist', () => {
    const { scripts: known } = JSON.parse(read('package.json'));
    const named = [...read('README.md').matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1] ?? '');
    const missing = named.filter((name) => name !== '' && !(name in known));
    expect(missing, 'name a script of package.json').toEqual([]);
    for (const script of ['start', 'test'])
      expect(known, `package.json keeps the script ${script}`).toHaveProperty(script);
  });
});
