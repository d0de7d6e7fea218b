/** Chooses the cipher of this process: the addon where it loads, else the fallback, which is told in the log. */
import { Outage } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import { type Addon, loadAddon } from './addon.ts';
import type { CryptoCore } from './core.ts';
import { createFallbackCore } from './fallback-core.ts';
import { createNativeCore } from './native-core.ts';

export interface OpenCoreOptions {
  /** Rather fail than be slower and keep keys in ordinary memory. */
  readonly requireNative?: boolean;
  readonly log?: Log;
  /** `CRYPTABLE_CORE=fallback` goes without the addon; `CRYPTABLE_KERNEL` names one of its kernels and requires it. */
  readonly environment?: NodeJS.ProcessEnv;
  /** A test's own way to the addon. */
  readonly load?: () => Addon;
}

/** Throws the Outage AddonUnavailable where what is asked for cannot be had. */
export function openCryptoCore(options: OpenCoreOptions = {}): CryptoCore {
  const { requireNative = false, log = silentLog, environment = process.env, load = loadAddon } = options;
  const kernel = environment.CRYPTABLE_KERNEL;
  if (wantsFallback(environment.CRYPTABLE_CORE)) {
    if (requireNative) throw unavailable('It is required, and CRYPTABLE_CORE=fallback forbids it.');
    return createFallbackCore();
  }
  let addon: Addon;
  try {
    addon = load();
  } catch (fault) {
    // A kernel that somebody names is not to be had from the fallback.
    if (requireNative || kernel !== undefined || !(fault instanceof Outage)) throw fault;
    log.warn(
      { core: 'fallback' },
      `${fault.message} The slower fallback serves, with keys in ordinary memory.`,
    );
    return createFallbackCore();
  }
  const core = createNativeCore({ addon, kernel });
  if (!addon.memoryLocked()) {
    log.warn(
      { core: 'native' },
      'Keys could not be locked in memory and may be swapped: raise RLIMIT_MEMLOCK.',
    );
  }
  return core;
}

function wantsFallback(core: string | undefined): boolean {
  if (core === undefined) return false;
  if (core !== 'fallback') throw unavailable(`CRYPTABLE_CORE is fallback or not set, and not ${core}.`);
  return true;
}

function unavailable(hint: string): Outage {
  return new Outage('AddonUnavailable', { hint });
}
