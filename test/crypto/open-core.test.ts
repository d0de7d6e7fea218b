import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import type { Addon } from '../../src/crypto/addon.ts';
import { openCryptoCore } from '../../src/crypto/open-core.ts';

function watchedLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const line = (level: string) => (_: object, sentence: string) => lines.push(`${level}: ${sentence}`);
  return { lines, log: { info: line('info'), warn: line('warn'), error: line('error') } };
}

/** As much of an addon as choosing one needs. */
function addonWith({ locked = true } = {}): Addon {
  return { kernels: ['vaes512', 'portable'], memoryLocked: () => locked } as unknown as Addon;
}

const missing = () => {
  throw new Outage('AddonUnavailable', { hint: 'None is built for moon-z80.' });
};
const present = () => addonWith();
const broken = () => {
  throw new TypeError('a bug');
};

describe('the cipher of a process', () => {
  test('is the addon with its best kernel, and nothing is said', () => {
    const { log, lines } = watchedLog();
    const core = openCryptoCore({ environment: {}, load: present, log });
    expect([core.name, core.kernel]).toEqual(['native', 'vaes512']);
    expect(lines).toEqual([]);
  });

  test('is the fallback where the addon does not load, with one warning that says why', () => {
    const { log, lines } = watchedLog();
    expect(openCryptoCore({ environment: {}, load: missing, log }).name).toBe('fallback');
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatch(/^warn: .*None is built for moon-z80\..*fallback/);
  });

  test('is the fallback without a word where the environment asks for it', () => {
    const { log, lines } = watchedLog();
    const core = openCryptoCore({ environment: { CRYPTABLE_CORE: 'fallback' }, load: broken, log });
    expect([core.name, lines]).toEqual(['fallback', []]);
  });

  test('is the kernel that the environment names', () => {
    const core = openCryptoCore({ environment: { CRYPTABLE_KERNEL: 'portable' }, load: present });
    expect(core.kernel).toBe('portable');
  });

  test('comes with a warning where its keys may be swapped', () => {
    const { log, lines } = watchedLog();
    openCryptoCore({ environment: {}, load: () => addonWith({ locked: false }), log });
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatch(/^warn: .*RLIMIT_MEMLOCK/);
  });

  const refused: [string, Parameters<typeof openCryptoCore>[0], string][] = [
    ['a required addon that does not load', { requireNative: true, load: missing }, 'moon-z80'],
    [
      'a required addon that the environment forbids',
      { requireNative: true, environment: { CRYPTABLE_CORE: 'fallback' }, load: present },
      'CRYPTABLE_CORE=fallback forbids it',
    ],
    [
      'a named kernel that this CPU does not have',
      { environment: { CRYPTABLE_KERNEL: 'vaes1024' }, load: present },
      'no kernel vaes1024',
    ],
    [
      'a named kernel of an addon that does not load',
      { environment: { CRYPTABLE_KERNEL: 'vaes512' }, load: missing },
      'moon-z80',
    ],
    ['a core that does not exist', { environment: { CRYPTABLE_CORE: 'nativ' }, load: present }, 'not nativ'],
  ];
  for (const [what, options, sentence] of refused) {
    test(`is not to be had from ${what}`, () => {
      const { log, lines } = watchedLog();
      const act = () => openCryptoCore({ environment: {}, log, ...options });
      expect(act).toThrow(Outage);
      expect(act).toThrow(sentence);
      expect(lines).toEqual([]);
    });
  }

  test('is none where loading the addon shows a bug', () => {
    expect(() => openCryptoCore({ environment: {}, load: broken })).toThrow(TypeError);
  });
});
