/** Finds the native addon, makes sure that this process can load it, and says what it exports. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, Outage } from '../base/errors.ts';
import { isAsShipped } from './addon-manifest.ts';

/** What the addon calls a key: an object that has nothing to read. */
export interface AddonKey {
  readonly [addonKey]: true;
}
declare const addonKey: unique symbol;

/** The rows of a connection, as the addon holds them. */
export interface AddonRows {
  readonly [addonRows]: true;
}
declare const addonRows: unique symbol;

/** The exports. Whatever takes `kernel` throws RangeError for a name that is not among `kernels`. */
export interface Addon {
  readonly abi: number;
  /** Those that this CPU can run, best first. */
  readonly kernels: readonly string[];
  /** False once a key had to be kept in memory that may be swapped. */
  memoryLocked(): boolean;
  /** False where the system does not do all of it. */
  hardenProcess(): boolean;
  generateKey(): AddonKey;
  importKey(bytes: Uint8Array): AddonKey;
  deriveKey(parent: AddonKey, info: Uint8Array): AddonKey;
  destroyKey(key: AddonKey): void;
  isDestroyed(key: AddonKey): boolean;
  sealKey(wrapping: AddonKey, key: AddonKey, context: Uint8Array): Uint8Array;
  openKey(wrapping: AddonKey, sealed: Uint8Array, context: Uint8Array): AddonKey | undefined;
  sealBytes(key: AddonKey, plain: Uint8Array, context: Uint8Array): Uint8Array;
  openBytes(key: AddonKey, sealed: Uint8Array, context: Uint8Array): Uint8Array | undefined;
  sealPages: AddonPages<void>;
  openPages: AddonPages<number>;
  /** The buffers and `stop` are views of SharedArrayBuffers, which the addon takes on trust. */
  sealPagesAsync: AddonPages<Promise<void>, [stop: Uint32Array, threadsMax: number]>;
  openPagesAsync: AddonPages<Promise<number>, [stop: Uint32Array, threadsMax: number]>;
  /** See page-rows.ts. Throws an Error with the code ERR_NO_ROWS where no connection has loaded the addon. */
  takeRows(): AddonRows;
  readRows(
    rows: AddonRows,
    places: Float64Array,
    count: number,
    into: Uint8Array,
    slotBytes: number,
    found: Float64Array,
  ): number;
  closeRows(rows: AddonRows): void;
  /** The cipher with a nonce from outside, for published vectors only. A sealed text is `ciphertext ‖ tag`. */
  gcmSeal: AddonAead<Uint8Array>;
  gcmOpen: AddonAead<Uint8Array | undefined>;
  xaesSeal: AddonAead<Uint8Array>;
  xaesOpen: AddonAead<Uint8Array | undefined>;
}

type AddonPages<T, More extends readonly unknown[] = []> = (
  kernel: string,
  key: AddonKey,
  input: Uint8Array,
  output: Uint8Array,
  aad: Uint8Array,
  pages: Uint32Array,
  ...more: More
) => T;

type AddonAead<T> = (
  kernel: string,
  key: AddonKey,
  nonce: Uint8Array,
  aad: Uint8Array,
  text: Uint8Array,
) => T;

const abi = 4;
const nodeApiVersionMin = 8;
const fileName = 'cryptable.node';

/** What decides whether a binary fits: taken from this process, or from a test. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  readonly nodeApiVersion: number;
  /** False on a Linux whose C library is another than glibc, such as musl. */
  readonly hasGlibc: boolean;
}

/** The package's root, from `src/` as from `dist/`. */
const packageRoot = rootAbove(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

const files = new WeakMap<Addon, string>();

/** Where an addon was loaded from. */
export function addonFile(addon: Addon): string | undefined {
  return files.get(addon);
}

/** The addon of this process. Throws the Outage AddonUnavailable where none is there, fits and loads. */
export function loadAddon(): Addon {
  return loadAddonAt(addonPath(packageRoot, thisHost()));
}

/** Also asserts that the addon's own test of its cipher went well. */
export function loadAddonAt(path: string): Addon {
  let addon: Addon;
  try {
    addon = require(path) as Addon;
  } catch (cause) {
    // Not a reason to fall back in silence: a machine that computes wrongly must not seal anything.
    assert(
      codeOf(cause) !== 'ERR_SELF_TEST',
      `${path} fails its self-test: this build or this CPU computes wrongly`,
    );
    throw unavailable(`${path} does not load: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  if (addon.abi !== abi) throw unavailable(`${path} is of another version of this package: build it again.`);
  files.set(addon, path);
  return addon;
}

/**
 * A binary that was built here comes before the one that was shipped: whoever builds one means to use it. A shipped one
 * must be what its manifest says. Shipped Linux binaries are linked with glibc, and to load one beside another C library
 * can end the process.
 */
export function addonPath(root: string, host: Host): string {
  if (host.nodeApiVersion < nodeApiVersionMin) {
    throw unavailable(`It needs Node-API ${nodeApiVersionMin}; this runtime has ${host.nodeApiVersion}.`);
  }
  const target = `${host.platform}-${host.arch}`;
  const built = join(root, 'build', 'Release', fileName);
  const prebuilds = join(root, 'prebuilds');
  const shipped = join(prebuilds, target, fileName);
  if (existsSync(built)) return built;
  if (!existsSync(shipped)) throw unavailable(`None is built for ${target}.`);
  if (!host.hasGlibc)
    throw unavailable(`The one for ${target} needs glibc, and this system has another libc.`);
  if (!isAsShipped(prebuilds, `${target}/${fileName}`)) {
    throw unavailable(`The one for ${target} is not what was shipped: install this package again.`);
  }
  return shipped;
}

export function thisHost(): Host {
  const { platform, arch } = process;
  return {
    platform,
    arch,
    nodeApiVersion: Number(process.versions.napi ?? 0),
    hasGlibc: platform !== 'linux' || reportsGlibc(),
  };
}

/** Node's own report names the glibc it runs on, and nothing on other C libraries. */
function reportsGlibc(): boolean {
  const report: { header?: { glibcVersionRuntime?: string } } = process.report?.getReport() ?? {};
  return report.header?.glibcVersionRuntime !== undefined;
}

function codeOf(fault: unknown): unknown {
  return fault instanceof Error && 'code' in fault ? fault.code : undefined;
}

function rootAbove(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || above === folder ? folder : rootAbove(above);
}

function unavailable(hint: string, cause?: unknown): Outage {
  return new Outage('AddonUnavailable', { cause, hint });
}
