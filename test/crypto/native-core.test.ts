import { describe, expect, test } from 'vitest';
import { AssertionFault, Outage } from '../../src/base/errors.ts';
import { createNativeCore } from '../../src/crypto/native-core.ts';
import { addonSkipped, testedAddon } from '../support/usable-cores.ts';

describe.skipIf(addonSkipped)('the native core', () => {
  const addon = testedAddon;

  test('takes the best kernel unless one is named', () => {
    expect(createNativeCore({ addon }).kernel).toBe(addon.kernels[0]);
    for (const kernel of addon.kernels) {
      const core = createNativeCore({ addon, kernel });
      expect([core.name, core.kernel]).toEqual(['native', kernel]);
    }
  });

  test('loads the addon by itself', () => {
    expect(createNativeCore().kernel).toBe(addon.kernels[0]);
  });

  for (const kernel of ['', 'openssl', 'VAES512', 'portable ']) {
    test(`has no kernel '${kernel}', and says which there are`, () => {
      const act = () => createNativeCore({ addon, kernel });
      expect(act).toThrow(Outage);
      expect(act).toThrow(`there are ${addon.kernels.join(', ')}`);
    });
  }

  test('shares keys between its kernels', () => {
    const [best, portable] = [createNativeCore({ addon }), createNativeCore({ addon, kernel: 'portable' })];
    const key = best.generateKey();
    const output = new Uint8Array(56);
    const aad = new Uint8Array(0);
    best.sealPages(key, {
      input: new Uint8Array(16).fill(9),
      output,
      aad,
      pages: Uint32Array.of(0, 16, 0, 0, 0),
    });
    const opened = new Uint8Array(16);
    const pages = Uint32Array.of(0, 56, 0, 0, 0);
    expect(portable.openPages(key, { input: output, output: opened, aad, pages })).toBe(-1);
    expect(opened).toEqual(new Uint8Array(16).fill(9));
  });

  test('tells the addon once that a key is destroyed', () => {
    const destroyed: unknown[] = [];
    const spied = { ...addon, destroyKey: (key: never) => destroyed.push(key) };
    const key = createNativeCore({ addon: spied }).generateKey();
    key.destroy();
    key.destroy();
    expect(destroyed.length).toBe(1);
    expect(() => createNativeCore({ addon }).sealBytes(key, new Uint8Array(0), new Uint8Array(0))).toThrow(
      AssertionFault,
    );
  });
});
