/** The cipher of the addon as a CryptoCore: key handles that assert, and faults of ours. */
import { availableParallelism } from 'node:os';
import { assert, IntegrityFault, Outage } from '../base/errors.ts';
import { type Addon, type AddonKey, loadAddon } from './addon.ts';
import { refuseDetached, refuseUnshared } from './batch-mistake.ts';
import { BatchStop } from './batch-stop.ts';
import { type AsyncPagesOptions, type CryptoCore, keyBytes, type PageBatch, type SecretKey } from './core.ts';
import { pageRowReading } from './page-rows.ts';

export interface NativeCoreOptions {
  /** By name; without one the fastest on this CPU. */
  readonly kernel?: string | undefined;
  readonly addon?: Addon;
}

/** The addon wipes a key that is collected; whoever has one destroys it long before. */
class NativeKey implements SecretKey {
  readonly #addon: Addon;
  readonly #key: AddonKey;
  readonly #underWay = new Set<BatchStop>();
  #destroyed = false;

  constructor(addon: Addon, key: AddonKey) {
    this.#addon = addon;
    this.#key = key;
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    if (!this.#destroyed) this.#addon.destroyKey(this.#key);
    this.#destroyed = true;
    // Threads at work have copies of their own, which go with the work.
    for (const stop of this.#underWay) stop.set();
  }

  static addonKeyOf(key: SecretKey): AddonKey {
    return NativeKey.#usable(key).#key;
  }

  /** Work that ends early where its key is destroyed, with an assertion, or its signal aborts, with the reason. */
  static async work<T>(
    key: SecretKey,
    { signal }: AsyncPagesOptions,
    start: (key: AddonKey, stop: BatchStop) => Promise<T>,
  ): Promise<T> {
    const usable = NativeKey.#usable(key);
    const stop = new BatchStop(signal);
    usable.#underWay.add(stop);
    try {
      return await start(usable.#key, stop);
    } catch (fault) {
      if (stop.isSet) {
        signal?.throwIfAborted();
        NativeKey.#usable(key);
      }
      throw fault;
    } finally {
      usable.#underWay.delete(stop);
      stop.release();
    }
  }

  static #usable(key: SecretKey): NativeKey {
    assert(#key in key, 'a key was used with a core that did not make it');
    assert(!key.#destroyed, 'a destroyed key was used');
    return key;
  }
}

/** Throws the Outage AddonUnavailable where the addon does not load or has no kernel of that name. */
export function createNativeCore(options: NativeCoreOptions = {}): CryptoCore {
  const addon = options.addon ?? loadAddon();
  const kernel = chooseKernel(addon.kernels, options.kernel);
  const wrap = (key: AddonKey) => new NativeKey(addon, key);
  const unwrap = NativeKey.addonKeyOf;
  return {
    name: 'native',
    kernel,
    rows: pageRowReading(addon),
    generateKey: () => wrap(addon.generateKey()),
    importKey(bytes) {
      assert(bytes.length === keyBytes, 'a key has 32 bytes');
      return wrap(addon.importKey(bytes));
    },
    deriveKey: (parent, info) => wrap(addon.deriveKey(unwrap(parent), info)),
    sealKey: (wrapping, key, context) => addon.sealKey(unwrap(wrapping), unwrap(key), context),
    openKey: (wrapping, sealed, context) => wrap(opened(addon.openKey(unwrap(wrapping), sealed, context))),
    sealBytes: (key, plain, context) => addon.sealBytes(unwrap(key), plain, context),
    openBytes: (key, sealed, context) => opened(addon.openBytes(unwrap(key), sealed, context)),
    ...pageMethods(addon, kernel),
  };
}

function pageMethods(addon: Addon, kernel: string): Pick<CryptoCore, PageMethod> {
  const unwrap = NativeKey.addonKeyOf;
  const threadsMax = availableParallelism();
  return {
    sealPages(key, batch) {
      const { input, output, aad, pages } = usable(batch);
      addon.sealPages(kernel, unwrap(key), input, output, aad, pages);
    },
    openPages(key, batch) {
      const { input, output, aad, pages } = usable(batch);
      return addon.openPages(kernel, unwrap(key), input, output, aad, pages);
    },
    sealPagesAsync: (key, batch, options = {}) =>
      NativeKey.work(key, options, (addonKey, { flag }) => {
        const { input, output, aad, pages } = shared(batch);
        return addon.sealPagesAsync(kernel, addonKey, input, output, aad, pages, flag, threadsMax);
      }),
    openPagesAsync: (key, batch, options = {}) =>
      NativeKey.work(key, options, (addonKey, { flag }) => {
        const { input, output, aad, pages } = shared(batch);
        return addon.openPagesAsync(kernel, addonKey, input, output, aad, pages, flag, threadsMax);
      }),
  };
}

type PageMethod = 'sealPages' | 'openPages' | 'sealPagesAsync' | 'openPagesAsync';

function usable(batch: PageBatch): PageBatch {
  refuseDetached(batch);
  return batch;
}

function shared(batch: PageBatch): PageBatch {
  refuseDetached(batch);
  refuseUnshared(batch);
  return batch;
}

function chooseKernel(kernels: readonly string[], named: string | undefined): string {
  const kernel = named ?? kernels[0];
  // A named kernel that is not there is a mistake to report: whoever names one measures or distrusts the others.
  if (kernel === undefined || !kernels.includes(kernel)) {
    throw new Outage('AddonUnavailable', {
      hint: `There is no kernel ${named}; there are ${kernels.join(', ')}.`,
    });
  }
  return kernel;
}

function opened<T>(result: T | undefined): T {
  if (result === undefined) throw new IntegrityFault();
  return result;
}
