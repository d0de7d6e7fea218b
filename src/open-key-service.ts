/** Opens the key service of a store, and the identities that lie beside its keys. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Closing } from './closing.ts';
import type { CryptoCore } from './crypto/core.ts';
import { type IsKnown, knownIn } from './iam/named-principal.ts';
import { type Identities, openIdentities } from './identities.ts';
import { declaredIdentities } from './identity-file.ts';
import { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import { keyDirectoryOf, keyFile, type PlaceOptions, rootKeyOf } from './places.ts';
import { openRecordStorage } from './store/record-storage.ts';
import { storeFile } from './store/sqlite.ts';

export interface KeyServiceOptions {
  readonly dir: string;
  readonly places: PlaceOptions & { readonly region?: string };
  readonly create: boolean;
  /** The operator's file of identities: its path. */
  readonly iam: string | undefined;
  readonly acceptRollback: boolean;
  readonly core: CryptoCore;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * First of all, since it says whether the page store may be made. It is never made beside pages that are there: no new
 * key would open them. A file of identities that is refused leaves nothing behind.
 */
export async function openKeyService(
  { dir, places, iam, acceptRollback, create: mayCreate, ...parts }: KeyServiceOptions,
  closing: Closing,
): Promise<{ readonly kms: EmbeddedKms; readonly identities: Identities }> {
  const { clock, log } = parts;
  const declared = iam === undefined ? undefined : declaredIdentities(iam, log);
  const create = mayCreate && !existsSync(join(dir, storeFile));
  const folder = keyDirectoryOf(dir, places);
  const rootKey = rootKeyOf(dir, { ...places, clock });
  const storage = openRecordStorage({ folder, file: keyFile, create });
  closing.add(storage, (opened) => opened.close());
  // Identities are opened after the keys; the first policy is put later than that.
  let isNamed: IsKnown = () => true;
  const isKnown: IsKnown = (name) => isNamed(name);
  const kms = await EmbeddedKms.open({ ...parts, rootKey, isKnown, storage, create });
  closing.add(kms, (opened) => opened.close());
  const identities = await openIdentities({ kms, clock, folder, declared, log, acceptRollback }, closing);
  isNamed = knownIn(identities.directory);
  return { kms, identities };
}
