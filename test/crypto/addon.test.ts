import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AssertionFault, Outage } from '../../src/base/errors.ts';
import {
  type AddonKey,
  addonPath,
  type Host,
  loadAddon,
  loadAddonAt,
  thisHost,
} from '../../src/crypto/addon.ts';
import { addonSkipped, testedAddon } from '../support/usable-cores.ts';

const none = new Uint8Array(0);

describe('the way to the addon', () => {
  const linux: Host = { platform: 'linux', arch: 'x64', nodeApiVersion: 8, hasGlibc: true };
  const built = 'build/Release/cryptable.node';
  const shipped = 'prebuilds/linux-x64/cryptable.node';
  const listed = 'linux-x64/cryptable.node';
  const sha256OfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function rootWith(...files: string[]): string {
    const root = mkdtempSync(join(tmpdir(), 'cryptable-addon-'));
    folders.push(root);
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    mkdirSync(join(root, 'prebuilds'), { recursive: true });
    writeFileSync(join(root, 'prebuilds', 'manifest.json'), JSON.stringify({ [listed]: sha256OfNothing }));
    return root;
  }

  test('does not lead to a shipped one that is not what was shipped, and says what to do', () => {
    const root = rootWith(shipped);
    writeFileSync(join(root, shipped), 'changed');
    const act = () => addonPath(root, linux);
    expect(act).toThrow(Outage);
    expect(act).toThrow('not what was shipped: install this package again');
  });

  const found: [string, string[], Host, string][] = [
    ['what was shipped for this platform', [shipped], linux, shipped],
    ['what was built here, before what was shipped', [shipped, built], linux, built],
    ['what was built here, on another C library', [shipped, built], { ...linux, hasGlibc: false }, built],
    ['what was shipped, on a later Node-API', [shipped], { ...linux, nodeApiVersion: 10 }, shipped],
  ];
  for (const [what, files, host, expected] of found) {
    test(`leads to ${what}`, () => {
      const root = rootWith(...files);
      expect(addonPath(root, host)).toBe(join(root, expected));
    });
  }

  const refused: [string, string[], Host, string][] = [
    ['where none is there', [], linux, 'None is built for linux-x64.'],
    ['where one is there for another CPU', [shipped], { ...linux, arch: 'arm64' }, 'linux-arm64'],
    ['where one is there for another system', [shipped], { ...linux, platform: 'darwin' }, 'darwin-x64'],
    ['to a shipped one on musl', [shipped], { ...linux, hasGlibc: false }, 'needs glibc'],
    ['on a Node-API too old', [shipped, built], { ...linux, nodeApiVersion: 7 }, 'has 7'],
  ];
  for (const [where, files, host, sentence] of refused) {
    test(`does not lead ${where}, and says why`, () => {
      const act = () => addonPath(rootWith(...files), host);
      expect(act).toThrow(Outage);
      expect(act).toThrow(sentence);
    });
  }

  /** A module in JavaScript loads the same way, and can be made to do what a broken addon does. */
  function moduleWith(source: string): string {
    const path = join(rootWith('addon.cjs'), 'addon.cjs');
    writeFileSync(path, source);
    return path;
  }

  test('ends at an addon of this version', () => {
    expect(loadAddonAt(moduleWith('exports.abi = 4')).abi).toBe(4);
  });

  const broken: [string, string, string][] = [
    ['of another version', 'exports.abi = 1', 'another version'],
    ['without a version', '', 'another version'],
    ['that does not load', 'throw new Error("undefined symbol")', 'undefined symbol'],
  ];
  for (const [what, source, sentence] of broken) {
    test(`does not end at one ${what}`, () => {
      const act = () => loadAddonAt(moduleWith(source));
      expect(act).toThrow(Outage);
      expect(act).toThrow(sentence);
    });
  }

  test('ends in an outage at a file that is no binary', () => {
    const path = join(rootWith('cryptable.node'), 'cryptable.node');
    expect(() => loadAddonAt(path)).toThrow(Outage);
  });

  test('stops at an addon that fails its self-test: nothing may take its place', () => {
    const path = moduleWith('throw Object.assign(new Error("wrong"), { code: "ERR_SELF_TEST" })');
    expect(() => loadAddonAt(path)).toThrow(AssertionFault);
  });

  test('knows this process', () => {
    const host = thisHost();
    expect([host.platform, host.arch]).toEqual([process.platform, process.arch]);
    expect(host.nodeApiVersion).toBeGreaterThanOrEqual(8);
  });
});

describe.skipIf(addonSkipped)('the addon', () => {
  const addon = testedAddon;
  const kernels = addon.kernels;
  const [kernel = ''] = kernels;

  test('is loaded once', () => expect(loadAddon()).toBe(addon));

  test('has a kernel for any CPU, last', () => {
    expect(kernels.at(-1)).toBe('portable');
    expect(new Set(kernels).size).toBe(kernels.length);
  });

  test('says whether its memory is locked', () => expect(typeof addon.memoryLocked()).toBe('boolean'));

  test('wipes the bytes of a key that it takes', () => {
    const bytes = new Uint8Array(32).fill(7);
    addon.importKey(bytes);
    expect(bytes).toEqual(new Uint8Array(32));
  });

  test('makes keys that have nothing to read, and no class to make more with', () => {
    const key = addon.generateKey();
    expect(Reflect.ownKeys(key)).toEqual([]);
    expect(Object.values(addon)).not.toContain(key.constructor);
    const forged = Object.create(Object.getPrototypeOf(key)) as AddonKey;
    expect(() => addon.deriveKey(forged, none)).toThrow(TypeError);
  });

  test('knows a destroyed key, and names the fault of using it', () => {
    const [key, other] = [addon.generateKey(), addon.generateKey()];
    expect(addon.isDestroyed(key)).toBe(false);
    addon.destroyKey(key);
    addon.destroyKey(key);
    expect([addon.isDestroyed(key), addon.isDestroyed(other)]).toEqual([true, false]);
    for (const [name, act] of usesOf(key, other)) {
      expect(act, name).toThrow(expect.objectContaining({ code: 'ERR_KEY_DESTROYED' }));
    }
  });

  const foreign: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['a string', 'key'],
    ['an empty object', {}],
    ['an array', []],
    ['bytes', new Uint8Array(32)],
    ['a function', () => {}],
    ['a date', new Date(0)],
    ['a proxy of a key', addonSkipped ? undefined : new Proxy(testedAddon.generateKey(), {})],
    ['the addon itself', testedAddon],
  ];
  for (const [what, object] of foreign) {
    test(`throws TypeError for ${what} in place of a key`, () => {
      for (const [name, act] of usesOf(object as AddonKey, addon.generateKey())) {
        expect(act, name).toThrow(TypeError);
      }
      expect(() => addon.destroyKey(object as AddonKey)).toThrow(TypeError);
      expect(() => addon.isDestroyed(object as AddonKey)).toThrow(TypeError);
    });
  }

  const notBytes: [string, unknown][] = [
    ['undefined', undefined],
    ['a string', 'bytes'],
    ['a number', 32],
    ['an array', [1, 2, 3]],
    ['an ArrayBuffer', new ArrayBuffer(32)],
    ['a Uint16Array', new Uint16Array(32)],
    ['a Float64Array', new Float64Array(4)],
    ['a DataView', new DataView(new ArrayBuffer(32))],
  ];
  for (const [what, value] of notBytes) {
    test(`throws TypeError for ${what} in place of bytes`, () => {
      const key = addon.generateKey();
      const wrong = value as Uint8Array;
      const nonce = new Uint8Array(24);
      const pages = new Uint32Array(0);
      const acts: [string, () => unknown][] = [
        ['importKey', () => addon.importKey(wrong)],
        ['deriveKey', () => addon.deriveKey(key, wrong)],
        ['sealKey', () => addon.sealKey(key, key, wrong)],
        ['openKey', () => addon.openKey(key, wrong, none)],
        ['openKey context', () => addon.openKey(key, none, wrong)],
        ['sealBytes', () => addon.sealBytes(key, wrong, none)],
        ['openBytes', () => addon.openBytes(key, wrong, none)],
        ['sealPages input', () => addon.sealPages(kernel, key, wrong, none, none, pages)],
        ['sealPages output', () => addon.sealPages(kernel, key, none, wrong, none, pages)],
        ['openPages aad', () => addon.openPages(kernel, key, none, none, wrong, pages)],
        ['openPages pages', () => addon.openPages(kernel, key, none, none, none, value as Uint32Array)],
        ['xaesSeal nonce', () => addon.xaesSeal(kernel, key, wrong, none, none)],
        ['gcmSeal aad', () => addon.gcmSeal(kernel, key, nonce.subarray(12), wrong, none)],
        ['gcmOpen text', () => addon.gcmOpen(kernel, key, nonce.subarray(12), none, wrong)],
      ];
      for (const [name, act] of acts) expect(act, name).toThrow(TypeError);
    });
  }

  for (const name of ['', 'openssl', 'vaes', 'portable\0', 'portable2', 'x'.repeat(1000)]) {
    test(`throws RangeError for a kernel ${JSON.stringify(name.slice(0, 12))}`, () => {
      const key = addon.generateKey();
      for (const act of cipherUses(name, key)) expect(act).toThrow(RangeError);
    });
  }

  test('throws TypeError for a kernel that is no string', () => {
    for (const name of [undefined, null, 0, {}, [kernel]]) {
      for (const act of cipherUses(name as string, addon.generateKey())) expect(act).toThrow(TypeError);
    }
  });

  test('throws TypeError where arguments are left out', () => {
    const withoutArguments = ['generateKey', 'memoryLocked', 'hardenProcess', 'takeRows'];
    for (const [name, value] of Object.entries(addon)) {
      if (typeof value !== 'function' || withoutArguments.includes(name)) continue;
      expect(value as () => unknown, name).toThrow(TypeError);
    }
  });

  function usesOf(key: AddonKey, other: AddonKey): [string, () => unknown][] {
    const uses: [string, () => unknown][] = [
      ['deriveKey', () => addon.deriveKey(key, none)],
      ['sealKey wrapping', () => addon.sealKey(key, other, none)],
      ['sealKey key', () => addon.sealKey(other, key, none)],
      ['openKey', () => addon.openKey(key, new Uint8Array(104), none)],
      ['sealBytes', () => addon.sealBytes(key, none, none)],
      ['openBytes', () => addon.openBytes(key, new Uint8Array(72), none)],
    ];
    return [
      ...uses,
      ...cipherUses(kernel, key).map((act, index): [string, () => unknown] => [`cipher ${index}`, act]),
    ];
  }

  function cipherUses(name: string, key: AddonKey): (() => unknown)[] {
    const [nonce, long, text] = [new Uint8Array(12), new Uint8Array(24), new Uint8Array(40)];
    const pages = Uint32Array.of(0, 0, 0, 0, 0);
    return [
      () => addon.sealPages(name, key, none, new Uint8Array(40), none, pages),
      () => addon.openPages(name, key, text, none, none, Uint32Array.of(0, 40, 0, 0, 0)),
      () => addon.gcmSeal(name, key, nonce, none, none),
      () => addon.gcmOpen(name, key, nonce, none, text),
      () => addon.xaesSeal(name, key, long, none, none),
      () => addon.xaesOpen(name, key, long, none, text),
    ];
  }
});
