/** Every cipher that a test can run here: the fallback, and the addon once for each kernel that this CPU has. */
import { writeSync } from 'node:fs';
import { type Addon, type AddonKey, loadAddon } from '../../src/crypto/addon.ts';
import { type CryptoCore, tagBytes } from '../../src/crypto/core.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { openGcm, sealGcm } from '../../src/crypto/gcm.ts';
import { createNativeCore } from '../../src/crypto/native-core.ts';
import { openXaes, sealXaes } from '../../src/crypto/xaes.ts';

/** A cipher with key and nonce from outside, for published vectors. A sealed text is `ciphertext ‖ tag`. */
export interface Aead {
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array;
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

export interface UsableCore {
  /** `fallback`, or the kernel's name. */
  readonly name: string;
  readonly core: CryptoCore;
  readonly gcm: Aead;
  readonly xaes: Aead;
}

/** The user wants to do without: otherwise an addon that does not load is a failure of the tests. */
export const addonSkipped = process.env.CRYPTABLE_SKIP_NATIVE === '1';

/** Has no kernel, and nothing else, where it is skipped. */
export const testedAddon: Addon = addonToTest();

export const usableCores: readonly UsableCore[] = [
  {
    name: 'fallback',
    core: createFallbackCore(),
    gcm: {
      seal(key, nonce, aad, plain) {
        const sealed = new Uint8Array(plain.length + tagBytes);
        sealGcm({ key, nonce, aad }, plain, sealed);
        return sealed;
      },
      open(key, nonce, aad, sealed) {
        const plain = new Uint8Array(sealed.length - tagBytes);
        return openGcm({ key, nonce, aad }, sealed, plain) ? plain : undefined;
      },
    },
    xaes: {
      seal: (key, nonce, aad, plain) => sealXaes({ key, nonce, aad }, plain),
      open: (key, nonce, aad, sealed) => openXaes({ key, nonce, aad }, sealed),
    },
  },
  ...nativeCores(),
];

function addonToTest(): Addon {
  if (!addonSkipped) return loadAddon();
  writeSync(2, 'The addon is not tested: CRYPTABLE_SKIP_NATIVE=1 is set.\n');
  return { kernels: [] } as Pick<Addon, 'kernels'> as Addon;
}

function nativeCores(): UsableCore[] {
  const addon = testedAddon;
  return addon.kernels.map((kernel) => ({
    name: kernel,
    core: createNativeCore({ addon, kernel }),
    gcm: {
      seal: (key, nonce, aad, plain) =>
        withKey(addon, key, (held) => addon.gcmSeal(kernel, held, nonce, aad, plain)),
      open: (key, nonce, aad, sealed) =>
        withKey(addon, key, (held) => addon.gcmOpen(kernel, held, nonce, aad, sealed)),
    },
    xaes: {
      seal: (key, nonce, aad, plain) =>
        withKey(addon, key, (held) => addon.xaesSeal(kernel, held, nonce, aad, plain)),
      open: (key, nonce, aad, sealed) =>
        withKey(addon, key, (held) => addon.xaesOpen(kernel, held, nonce, aad, sealed)),
    },
  }));
}

function withKey<T>(addon: Addon, key: Uint8Array, work: (held: AddonKey) => T): T {
  const held = addon.importKey(Uint8Array.from(key));
  try {
    return work(held);
  } finally {
    addon.destroyKey(held);
  }
}
