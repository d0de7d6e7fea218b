import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../support/command-line.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('the command line', () => {
  test('--version prints the version of the package and exits with 0', async () => {
    expect(await runCommandLine(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--help names every command and the exit codes', async () => {
    const { code, stdout } = await runCommandLine(['--help']);
    expect(code).toBe(0);
    for (const word of ['serve', 'keys', 'verify', 'demo', 'bench', 'Exit codes'])
      expect(stdout).toContain(word);
  });

  for (const args of [
    ['serve', '--help'],
    ['verify', '--help'],
    ['keys', '--help'],
    ['keys', 'list', '--help'],
    ['demo', '--help'],
    ['bench', '--help'],
  ]) {
    test(`${args.join(' ')} explains itself and exits with 0`, async () => {
      const { code, stdout, stderr } = await runCommandLine(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('Usage: cryptable');
    });
  }

  const wrongCalls = [
    { args: [], says: /Usage: cryptable/ },
    { args: ['serv'], says: /unknown command 'serv'/ },
    { args: ['serve', '--prot', '80'], says: /unknown option '--prot'/ },
    { args: ['serve', '--port', '80a'], says: /whole number from 0 to 65535/ },
    { args: ['serve', '--port', '65536'], says: /whole number from 0 to 65535/ },
    { args: ['serve', '--account', '123'], says: /twelve digits/ },
    { args: ['serve', '--region', 'US east'], says: /a region/ },
    { args: ['serve', '--key-watch-seconds', '0'], says: /whole number from 1 to/ },
    { args: ['serve', '--log-level', 'loud'], says: /silent, error, warn, info/ },
    { args: ['serve', 'there'], says: /too many arguments/ },
    { args: ['verify'], says: /missing required argument 'dir'/ },
    { args: ['keys'], says: /Usage: cryptable keys/ },
    { args: ['keys', 'lost'], says: /unknown command 'lost'/ },
    {
      args: ['keys', 'list', '--dat', 'x'],
      says: /unknown option '--dat'\n.*\n\(--help shows what there is\)/,
    },
    { args: ['bench', '--seconds', '0'], says: /whole number from 1 to 600/ },
  ];
  for (const { args, says } of wrongCalls) {
    test(`a wrong call exits with 2 and says why: ${args.join(' ') || '(nothing)'}`, async () => {
      const { code, stdout, stderr } = await runCommandLine(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(says);
    });
  }
});
