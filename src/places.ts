/** Where the parts of a store lie: its keys, its root key and its anchor, as its options say. */
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Clock, systemClock } from './base/clock.ts';
import type { RootKey } from './kms/embedded/root-key.ts';
import { defaultRootKeyPath, rootKeyFromFile } from './kms/embedded/root-key-file.ts';
import { rootKeyFromPassphrase } from './kms/embedded/root-key-passphrase.ts';
import { type RootKeyPkcs11Options, rootKeyFromPkcs11 } from './kms/embedded/root-key-pkcs11.ts';
import { rootKeyFromKeyService } from './kms/embedded/root-key-service.ts';
import type { KeyServiceClient } from './kms/key-service-client.ts';
import { type AnchorPlace, anchorFile } from './store/anchor-file.ts';

export type RootKeyPlace =
  /** A file outside the data folder. */
  | { readonly file: string }
  | { readonly passphrase: string }
  /** Sealed by a key of a key service: the store opens only while that does. */
  | { readonly keyService: KeyServiceClient; readonly keyId: string }
  /** Sealed by a key of a PKCS#11 token. */
  | { readonly pkcs11: RootKeyPkcs11Options };

export interface PlaceOptions {
  /** root.key in the user's configuration directory unless said otherwise. */
  readonly rootKey?: RootKeyPlace;
  /** Where the key service keeps its files: another disk, at best. `kms` in the data folder unless said otherwise. */
  readonly keyDirectory?: string;
  /**
   * Where the newest state of the store is kept, so that an older one put in its place is refused. Unless said otherwise
   * in the key service's folder, and `off` where that lies inside the data: it would be put back too. What was committed
   * within the last second before a crash may not be anchored yet.
   */
  readonly anchor?: AnchorPlace | 'on' | 'off';
}

/** The folder of the key service, where none is named, and its files. */
const keyFolder = 'kms';
export const keyFile = 'keys.sqlite';
const anchorFileName = 'anchor';

export function keyDirectoryOf(dir: string, { keyDirectory }: PlaceOptions): string {
  return keyDirectory ?? join(dir, keyFolder);
}

const rootKeyForms =
  'rootKey is { file }, { passphrase }, { pkcs11 } or { keyService, keyId }: see docs/key-services.md';

export interface RootKeyContext {
  readonly clock?: Clock;
  readonly region?: string;
}

/** Throws a TypeError for what says none of the places, as code without types may. */
export function rootKeyOf(
  dir: string,
  { rootKey, clock = systemClock, region = 'us-east-1' }: PlaceOptions & RootKeyContext,
): RootKey {
  if (rootKey === undefined) return rootKeyFromFile({ path: defaultRootKeyPath(), dataDirectory: dir });
  if (typeof rootKey !== 'object' || rootKey === null) throw new TypeError(rootKeyForms);
  if ('passphrase' in rootKey) return rootKeyFromPassphrase(rootKey.passphrase);
  if ('pkcs11' in rootKey) return rootKeyFromPkcs11(rootKey.pkcs11);
  if ('file' in rootKey) return rootKeyFromFile({ path: rootKey.file, dataDirectory: dir });
  if (rootKey.keyService === undefined) throw new TypeError(rootKeyForms);
  return rootKeyFromKeyService({ client: rootKey.keyService, keyId: rootKey.keyId, clock, region });
}

/** Undefined: the store has no anchor. */
export function anchorPlaceOf(dir: string, options: PlaceOptions): AnchorPlace | undefined {
  const folder = keyDirectoryOf(dir, options);
  const { anchor = isInside(folder, dir) ? 'off' : 'on' } = options;
  if (anchor === 'off') return undefined;
  return anchor === 'on' ? anchorFile(join(folder, anchorFileName)) : anchor;
}

function isInside(folder: string, dir: string): boolean {
  const way = relative(resolve(dir), resolve(folder));
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
