/** Where the parts of a store lie: its keys, its root key and its anchor, as its options say. */
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { RootKey } from './kms/embedded/root-key.ts';
import { defaultRootKeyPath, rootKeyFromFile } from './kms/embedded/root-key-file.ts';
import { rootKeyFromPassphrase } from './kms/embedded/root-key-passphrase.ts';
import { type AnchorPlace, anchorFile } from './store/anchor-file.ts';

export interface PlaceOptions {
  /** A file outside the data folder, or a passphrase. Without either, root.key in the user's configuration directory. */
  readonly rootKey?: { readonly file: string } | { readonly passphrase: string };
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

export function rootKeyOf(dir: string, { rootKey }: PlaceOptions): RootKey {
  if (rootKey !== undefined && 'passphrase' in rootKey) return rootKeyFromPassphrase(rootKey.passphrase);
  return rootKeyFromFile({ path: rootKey?.file ?? defaultRootKeyPath(), dataDirectory: dir });
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
