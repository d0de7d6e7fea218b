import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Log, silentLog } from '../src/base/log.ts';
import { declaredIdentities } from '../src/identity-file.ts';
import { account } from './support/identities.ts';
import { saidSkip } from './support/said-skip.ts';

const text = JSON.stringify({ accounts: { [account]: { users: { ada: {} } } } });
const secretAccessKey = 'a-secret-that-no-message-shows';
const withKey = JSON.stringify({
  accounts: { [account]: { accessKeys: [{ accessKeyId: 'AKIAROOT', secretAccessKey }] } },
});

describe('the file of identities', () => {
  let folder: string;
  let file: string;
  const said: string[] = [];
  const log: Log = { ...silentLog, warn: (_, sentence) => void said.push(sentence) };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cryptable-declared-'));
    file = join(folder, 'iam.json');
    writeFileSync(file, text, { mode: 0o600 });
    said.length = 0;
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  const read = () => declaredIdentities(file, log);

  test('declares whom it names', () => {
    expect(read()).toMatchObject([{ kind: 'user', name: 'ada', account }]);
  });

  for (const mode of [0o620, 0o602, 0o666]) {
    test(`is refused where others may write it: ${mode.toString(8)} (R-FS-1)`, () => {
      chmodSync(file, mode);
      expect(read).toThrow(
        'The file of identities is kept where others could change it. ' +
          `Others may write to ${file}: run chmod go-w on it.`,
      );
    });
  }

  test('is judged by what a link leads to', () => {
    const link = join(folder, 'link.json');
    symlinkSync(file, link);
    expect(declaredIdentities(link, log)).toHaveLength(1);
    chmodSync(file, 0o606);
    expect(() => declaredIdentities(link, log)).toThrow('Others may write to');
  });

  test('is refused in a folder where anyone may put another in its place, unless each keeps his own', () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    file = join(open, 'iam.json');
    writeFileSync(file, text, { mode: 0o600 });
    chmodSync(open, 0o777);
    expect(read).toThrow(`Anyone may put another file in the place of ${file}`);
    chmodSync(open, 0o1777);
    expect(read()).toHaveLength(1);
  });

  const isNoRoot = saidSkip(process.geteuid?.() !== 0, 'files of another user: it needs root to make one');
  test.skipIf(isNoRoot)(
    'is refused where it is another user’s; the superuser’s and the own one are taken',
    () => {
      const [own, another] = [1234, 5678];
      const served = vi.spyOn(process, 'geteuid');
      for (const [uid, owner, isRefused] of [
        [own, own, false],
        [own, 0, false],
        [0, own, false],
        [own, another, true],
      ] as const) {
        served.mockReturnValue(uid);
        chownSync(file, owner, owner);
        if (isRefused) expect(read).toThrow(`${file} belongs to another user.`);
        else expect(read()).toHaveLength(1);
      }
    },
  );

  test('may be read by others, which is warned of where secrets are in it', () => {
    chmodSync(file, 0o644);
    read();
    expect(said).toEqual([]);
    writeFileSync(file, withKey);
    read();
    expect(said).toEqual([
      'Others may read the file of identities, and the secrets of access keys in it: chmod 600.',
    ]);
    chmodSync(file, 0o600);
    read();
    expect(said).toHaveLength(1);
  });

  test('that is not there, or is no file, is told by its place', () => {
    rmSync(file);
    expect(read).toThrow(`The file of identities cannot be read. It was looked for at ${file}.`);
    mkdirSync(file);
    expect(read).toThrow(`It was looked for at ${file}.`);
  });

  test('that says what it may not is told by its place, and shows no secret', () => {
    const wrong = withKey.replace('"accessKeyId":"AKIAROOT"', '"accessKeyId":7');
    writeFileSync(file, wrong);
    const place = `accounts.${account}.accessKeys[0].accessKeyId`;
    expect(read).toThrow(`${file}: The file of identities breaks the rule that ${place} is a string.`);
    writeFileSync(file, wrong.slice(0, -1));
    expect(read).not.toThrow(secretAccessKey);
    expect(read).toThrow(TypeError);
  });
});
