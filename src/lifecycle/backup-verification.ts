/** Looks at a backup file: its form and digest, for which no key is needed, and with the keys every page in it. */
import { basename } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { IntegrityFault } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { CryptoCore } from '../crypto/core.ts';
import { serviceItself } from '../keys/table-identity.ts';
import { TableKeys } from '../keys/table-keys.ts';
import type { KeyService } from '../kms/key-service.ts';
import { PageEngine } from '../pages/pages.ts';
import { identityOf, type TableRecord } from '../tables/catalog-record.ts';
import { backupSuffix } from './backup-layout.ts';
import { type BackupManifest, type ManifestKey, openManifest } from './backup-manifest.ts';
import { BackupReader, type BackupStructure } from './backup-reader.ts';

export type { BackupStructure } from './backup-reader.ts';

/** Of a file as a whole. */
export async function backupStructure(path: string): Promise<BackupStructure> {
  const reader = await BackupReader.open(path);
  await reader.close();
  return reader.structure;
}

export interface BackupReport {
  readonly structure: BackupStructure;
  /** As it was named then. */
  readonly table: string;
  readonly keyArn: string;
  /** Pages that opened. */
  readonly pages: number;
  /** Places in the file's trees, and what is wrong there. */
  readonly faults: readonly { readonly tree: number; readonly page?: number; readonly problem: string }[];
}

export interface BackupVerificationOptions {
  readonly manifestKey: ManifestKey;
  readonly core: CryptoCore;
  readonly service: KeyService;
  readonly clock: Clock;
  readonly log?: Log;
}

/**
 * With the keys of the store that made the file, which must have its own name. Throws Outage StoreMissing, IntegrityFault
 * where the file is not what was written or is no backup of this store, and TableKeyRefused where the table's key of that
 * time may not be used.
 */
export async function verifyBackup(options: BackupVerificationOptions, path: string): Promise<BackupReport> {
  const reader = await BackupReader.open(path);
  try {
    const manifest = openManifest(options.manifestKey, basename(path, backupSuffix), reader.manifest);
    const { record } = manifest;
    const { pages, faults } = await verifyPages(options, reader, manifest);
    const { structure } = reader;
    return { structure, table: record.definition.name, keyArn: record.keys.keyArn, pages, faults };
  } finally {
    await reader.close();
  }
}

async function verifyPages(
  { core, service, clock, log = silentLog }: BackupVerificationOptions,
  reader: BackupReader,
  { record, heads, storeId }: BackupManifest,
) {
  const keys = new TableKeys({ core, service, clock, log, byCallersAlone: true });
  const engine = PageEngine.open({ store: reader.pages(heads), storeId, clock });
  try {
    await openKeys(keys, record);
    const missing = reader.structure.trees.find((tree) => !heads.some((head) => head.tree === tree));
    if (missing !== undefined) throw new IntegrityFault({ tree: missing, record: 'backup' });
    return await engine.verify({
      trees: heads.map(({ tree }) => ({ id: tree, cipher: keys.cipher(record.id, tree) })),
    });
  } finally {
    await engine.close();
    keys.close();
  }
}

async function openKeys(keys: TableKeys, record: TableRecord): Promise<void> {
  const identity = identityOf(record);
  keys.hold(identity, record.keys);
  await keys.holdForService(serviceItself(identity), record.id);
}
