/** Backups of tables: made while writes go on, one sealed file each, kept when their table has long gone. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { assert, IntegrityFault, Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { PageSnapshot, PageStore } from '../store/page-store.ts';
import { treesOf } from '../tables/catalog-record.ts';
import { recordAt } from '../tables/record-at.ts';
import type { TableCopying } from '../tables/table-copying.ts';
import { newTableId } from '../tables/table-id.ts';
import type { Namespace } from '../tables/table-name.ts';
import { atOnceMax, tooManyAtOnce } from './at-once.ts';
import { BackgroundWorks } from './background-works.ts';
import { backupOrder, newBackupArn } from './backup-arn.ts';
import { syncFolder, writeBackupFile } from './backup-file.ts';
import { clearUnfinished, makeBackupFolder } from './backup-folder.ts';
import { backupSuffix } from './backup-layout.ts';
import { type ManifestKey, sealManifest } from './backup-manifest.ts';
import { BackupReader } from './backup-reader.ts';
import {
  type BackupRecord,
  type BackupType,
  backupEntry,
  backupKind,
  backupRecordOf,
} from './backup-record.ts';

export interface BackupsOptions {
  /** Of the engine, with the anchor around it or not. */
  readonly store: PageStore;
  readonly storeId: Uint8Array;
  readonly copying: Pick<TableCopying, 'shelf' | 'recordOf' | 'findReadable'>;
  readonly keys: Pick<TableKeys, 'cipher'>;
  readonly manifestKey: ManifestKey;
  /** Made with the first backup. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface BackupRequest {
  readonly tableId: string;
  readonly name: string;
  readonly type: BackupType;
  /** Absent: it stays until it is deleted. */
  readonly expiresAtMs?: number;
}

export interface MadeBackup {
  readonly arn: string;
  /** Of the file. */
  readonly bytes: number;
}

/** A backup that only one restore knows of. */
export interface Borrowed {
  readonly record: BackupRecord;
  /** Once it is whole; the receiver closes the reader. */
  open(): Promise<BackupReader>;
  discard(): Promise<void>;
}

/** A backup whose record is durable, and the copying that is to follow. */
interface Begun {
  readonly record: BackupRecord;
  readonly copied: Promise<BackupRecord>;
}

export class Backups {
  readonly #options: BackupsOptions;
  readonly #records = new Map<string, BackupRecord>();
  /** Of records that a restore reads. */
  readonly #inUse = new Set<string>();
  readonly #works = new BackgroundWorks();

  private constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** Reads which backups there are, and takes away what a process before this one left half made or half deleted. */
  static async open(options: BackupsOptions): Promise<Backups> {
    const backups = new Backups(options);
    for (const entry of await options.copying.shelf.all(backupKind)) {
      const record = backupRecordOf(entry);
      backups.#records.set(record.id, record);
    }
    await clearUnfinished(options.folder);
    for (const record of backups.#records.values()) {
      if (record.status !== 'AVAILABLE' || record.type === 'PASSING') await backups.#discard(record);
    }
    return backups;
  }

  /**
   * Begins a backup of the table as it is at this moment. Refuses ContinuousTableNotFound, and TableKeyRefused where the
   * caller may not use the table's key.
   */
  async create(
    { caller, connection }: { readonly caller: Caller; readonly connection: ClientConnection },
    table: string,
    name: string,
  ): Promise<BackupRecord> {
    const source = await this.#options.copying.findReadable(caller, connection, table);
    const { record, copied } = await this.#begin({ tableId: source.id, name, type: 'USER' });
    // Who asked has an answer by then: the log is told, and the backup is gone.
    copied.catch((fault: unknown) => {
      this.#options.log.error({ backup: record.id, fault }, 'A backup could not be made.');
    });
    return record;
  }

  /**
   * A backup that is whole, checked and durable once this resolves, for which no key is needed. When it rejects, nothing
   * is left of it. Refuses ContinuousTableNotFound.
   */
  async make(request: BackupRequest): Promise<MadeBackup> {
    const { copied } = await this.#begin(request);
    const { arn, bytes } = await copied;
    return { arn, bytes };
  }

  /**
   * Begins a backup that holds the past of the table too, for a restore that discards it. Refuses ContinuousTableNotFound.
   */
  async borrow(tableId: string): Promise<Borrowed> {
    const { record, copied } = await this.#begin({ tableId, name: 'point-in-time', type: 'PASSING' });
    copied.catch(() => {
      // Whoever opens it is told.
    });
    return {
      record,
      open: async () => this.#reader(await copied),
      discard: () => this.#discardCopied(record, copied),
    };
  }

  async #discardCopied(record: BackupRecord, copied: Promise<unknown>): Promise<void> {
    await copied.catch(() => {});
    if (this.#records.has(record.id)) await this.#discard(record);
  }

  /** One that is there of this table under this name. */
  findOf(tableId: string, name: string): { readonly arn: string } | undefined {
    return this.all().find(
      (record) => record.status === 'AVAILABLE' && record.source.id === tableId && record.name === name,
    );
  }

  /** In the order in which they were made. Without those that are over or deleted. */
  all(): readonly BackupRecord[] {
    const nowMs = this.#options.clock.nowMs();
    return [...this.#records.values()]
      .filter(({ type, status }) => type !== 'PASSING' && status !== 'DELETED')
      .filter(({ expiresAtMs = Infinity }) => expiresAtMs > nowMs)
      .toSorted((a, b) => (backupOrder(a.arn) < backupOrder(b.arn) ? -1 : 1));
  }

  /** Refuses BackupNotFound, also for one of another account or region. */
  find({ account, region }: Namespace, backupArn: string): BackupRecord {
    const found = this.findInAnyRegion(account, backupArn);
    if (found.source.region !== region) throw new Refusal('BackupNotFound', { backupArn });
    return found;
  }

  /** Refuses BackupNotFound, also for one of another account. */
  findInAnyRegion(account: string, backupArn: string): BackupRecord {
    const found = this.all().find(({ arn }) => arn === backupArn);
    if (found?.source.account !== account) throw new Refusal('BackupNotFound', { backupArn });
    return found;
  }

  /**
   * Refuses BackupNotFound, BackupBeingMade, BackupInUse while a table is restored from it, and Validation for one of the
   * system's, in our own words: AWS says no more than that it refuses.
   */
  async delete(namespace: Namespace, backupArn: string): Promise<BackupRecord> {
    const record = this.find(namespace, backupArn);
    if (record.type === 'SYSTEM') {
      throw new Refusal('Validation', {
        message: `A system backup cannot be deleted; it goes when it expires: ${backupArn}`,
      });
    }
    this.#refuseBusy(record, false);
    const deleted: BackupRecord = { ...record, status: 'DELETED' };
    await this.#keep(deleted);
    await this.#discard(deleted);
    return deleted;
  }

  /**
   * Runs `work` with the file of a backup, looked through whole before. Refuses BackupBeingMade, and BackupInUse while another
   * restore reads it; throws IntegrityFault where the file is not the one that was written.
   */
  async read<T>(record: BackupRecord, work: (reader: BackupReader) => Promise<T>): Promise<T> {
    this.#refuseBusy(record, true);
    this.#inUse.add(record.id);
    try {
      const reader = await this.#reader(record);
      try {
        return await work(reader);
      } finally {
        await reader.close();
      }
    } finally {
      this.#inUse.delete(record.id);
    }
  }

  /** Takes away one of the system's, since the table that it was made for stays. Nothing to do where it is gone. */
  async takeBack(backupArn: string): Promise<void> {
    const record = this.all().find(({ arn }) => arn === backupArn);
    if (record !== undefined) await this.#discard(record);
  }

  /** Takes away those whose time is up. */
  async expire(): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    for (const record of [...this.#records.values()]) {
      const isOver = (record.expiresAtMs ?? Infinity) <= nowMs || record.status === 'DELETED';
      if (isOver && !this.#inUse.has(record.id)) await this.#discard(record);
    }
  }

  /** Resolves when no backup is being made. */
  settled(): Promise<void> {
    return this.#works.settled();
  }

  /** What is being made ends, and is gone. */
  stop(): Promise<void> {
    return this.#works.stop();
  }

  #refuseBusy({ id, arn: backupArn, status }: BackupRecord, isRestoring: boolean): void {
    if (status === 'CREATING') throw new Refusal('BackupBeingMade', {});
    if (this.#inUse.has(id)) throw new Refusal('BackupInUse', { backupArn, isRestoring });
  }

  async #begin({ tableId, ...request }: BackupRequest): Promise<Begun> {
    const { store, copying, folder, clock } = this.#options;
    this.#works.mayGoOn();
    // Each keeps a snapshot of the store open.
    if (this.#works.count >= atOnceMax) throw tooManyAtOnce('backups');
    const known = copying.recordOf(tableId);
    if (known === undefined) throw new Refusal('ContinuousTableNotFound', { table: tableId });
    await makeBackupFolder(folder);
    const snapshot = store.snapshot?.();
    assert(snapshot !== undefined, 'a store with backups has snapshots');
    try {
      const source = await recordAt({ ...this.#options, snapshot }, known);
      const { name: table } = known.definition;
      if (source === undefined) throw new Refusal('ContinuousTableNotFound', { table });
      const createdAtMs = clock.nowMs();
      const arn = newBackupArn(known, table, { atMs: createdAtMs, type: request.type });
      const id = newTableId();
      const status = 'CREATING';
      const record: BackupRecord = { id, arn, ...request, status, createdAtMs, source, bytes: 0, digest: '' };
      await this.#keep(record);
      return { record, copied: this.#works.add(this.#copy(record, snapshot)) };
    } catch (fault) {
      await snapshot.close();
      throw fault;
    }
  }

  async #copy(record: BackupRecord, snapshot: PageSnapshot): Promise<BackupRecord> {
    const { storeId, manifestKey } = this.#options;
    const { id, source } = record;
    try {
      const trees = copiedTrees(record);
      const heads = (await snapshot.readHeads(trees)).filter((head) => head !== undefined);
      const manifest = sealManifest(manifestKey, { id, storeId, record: source, heads });
      const path = this.#path(id);
      const mayGoOn = () => this.#works.mayGoOn();
      const { bytes, digest } = await writeBackupFile({ path, manifest, snapshot, trees, mayGoOn });
      const whole: BackupRecord = { ...record, status: 'AVAILABLE', bytes, digest: hex(digest) };
      // Read back before anyone relies on it.
      await (await this.#reader(whole)).close();
      await this.#keep(whole);
      return whole;
    } catch (fault) {
      await this.#discard(record).catch((cause: unknown) => {
        this.#options.log.warn({ backup: record.id, fault: cause }, 'What is left of a backup stays.');
      });
      throw fault;
    } finally {
      await snapshot.close();
    }
  }

  async #reader(record: BackupRecord): Promise<BackupReader> {
    const reader = await BackupReader.open(this.#path(record.id), () => this.#works.mayGoOn());
    if (hex(reader.structure.digest) === record.digest) return reader;
    await reader.close();
    throw new IntegrityFault({ record: 'backup' });
  }

  async #keep(record: BackupRecord): Promise<void> {
    const { id, value } = backupEntry(record);
    await this.#options.copying.shelf.put(backupKind, id, value);
    this.#records.set(id, record);
  }

  /** The file first: a record without one is found again, a file without a record by nobody. */
  async #discard({ id }: BackupRecord): Promise<void> {
    const { copying, folder } = this.#options;
    await rm(this.#path(id), { force: true });
    await syncFolder(folder).catch(() => {});
    await copying.shelf.remove(backupKind, id);
    this.#records.delete(id);
  }

  #path(id: string): string {
    return join(this.#options.folder, `${id}${backupSuffix}`);
  }
}

/** A stream is not part of a backup, but for its setting (aws-behaviour §1.9); nor is what a replica keeps for the others. */
function copiedTrees({ type, source }: BackupRecord): readonly number[] {
  const { streams: _, replication: __, past, ...record } = source;
  return treesOf(type === 'PASSING' && past !== undefined ? { ...record, past } : record);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
