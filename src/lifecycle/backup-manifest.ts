/** What a backup holds, sealed: the table as the catalogue had it, and the heads that vouch for the pages beside it. */
import { textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { CryptoCore, SecretKey } from '../crypto/core.ts';
import type { StoredHead } from '../store/page-store.ts';
import { decodeTableRecord, encodeTableRecord, type TableRecord } from '../tables/catalog-record.ts';

export interface BackupManifest {
  /** Of the backup, and of no other. */
  readonly id: string;
  /** What the pages vouch for beside their places. */
  readonly storeId: Uint8Array;
  readonly record: TableRecord;
  /** In the order in which the file has their pages. */
  readonly heads: readonly StoredHead[];
}

/** Derived from the key service's root: a manifest can be read while the table's own key is away. */
export interface ManifestKey {
  readonly core: CryptoCore;
  readonly key: SecretKey;
}

interface StoredManifest {
  readonly storeId: string;
  readonly record: string;
  readonly heads: readonly { readonly tree: number; readonly version: number; readonly body: string }[];
}

export function sealManifest({ core, key }: ManifestKey, manifest: BackupManifest): Uint8Array {
  const stored: StoredManifest = {
    storeId: base64(manifest.storeId),
    record: textOf(encodeTableRecord(manifest.record)),
    heads: manifest.heads.map(({ tree, version, body }) => ({ tree, version, body: base64(body) })),
  };
  return core.sealBytes(key, utf8(JSON.stringify(stored)), contextOf(manifest.id));
}

/** Throws IntegrityFault for what was not sealed as the manifest of this backup by this key service. */
export function openManifest({ core, key }: ManifestKey, id: string, sealed: Uint8Array): BackupManifest {
  const { storeId, record, heads } = parsed(core.openBytes(key, sealed, contextOf(id)));
  return {
    id,
    storeId: bytesOf(storeId),
    record: decodeTableRecord(utf8(record)),
    heads: heads.map(({ tree, version, body }) => ({ tree, version, body: bytesOf(body) })),
  };
}

function parsed(plain: Uint8Array): StoredManifest {
  try {
    return JSON.parse(textOf(plain)) as StoredManifest;
  } catch {
    throw new IntegrityFault({ record: 'backup' });
  }
}

function contextOf(id: string): Uint8Array {
  return utf8(`cryptable backup 1 ${id}`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
