/** Exports of tables into buckets: begun by a request, made in the background, and known for ninety days. */
import type { Clock } from '../base/clock.ts';
import { isRefusal, Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { Caller } from '../kms/key-service.ts';
import type { TableCopying } from '../tables/table-copying.ts';
import { keySchemaOf } from '../tables/table-info.ts';
import { type Namespace, tableArn } from '../tables/table-name.ts';
import { BackgroundWorks } from './background-works.ts';
import { type BackupSourceOptions, withBackupItems } from './backup-source.ts';
import type { Backups, Borrowed } from './backups.ts';
import { Bucket, type BucketFolders, checkKey } from './bucket.ts';
import { type ExportTotals, writeExport } from './export-files.ts';
import { exportLines, type LineEncoder } from './export-lines.ts';
import { checkPeriod, type ExportPeriod } from './export-period.ts';
import {
  type ExportRecord,
  exportedObjects,
  exportFolder,
  exportKind,
  exportRecordOf,
} from './export-record.ts';
import { TransferBook, type TransferFailure } from './transfer-book.ts';

export interface TableExportsOptions extends BackupSourceOptions {
  readonly copying: TableCopying;
  readonly backups: Pick<Backups, 'borrow'>;
  readonly buckets: BucketFolders;
  readonly encode: LineEncoder;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ExportRequest extends ExportPeriod {
  readonly table: string;
  readonly bucket: string;
  readonly bucketOwner?: string;
  readonly prefix?: string;
  readonly clientToken?: string;
}

const missingBucket: TransferFailure = {
  code: 'S3NoSuchBucket',
  message: 'The specified bucket does not exist',
};

export class TableExports {
  readonly #options: TableExportsOptions;
  readonly #book: TransferBook<ExportRecord>;
  readonly #works = new BackgroundWorks();

  private constructor(options: TableExportsOptions, book: TransferBook<ExportRecord>) {
    this.#options = options;
    this.#book = book;
  }

  /** Reads what there is. What a process before this one had under way has failed, and its objects are taken away. */
  static async open(options: TableExportsOptions): Promise<TableExports> {
    const { copying, clock } = options;
    const parts = { kind: exportKind, decode: exportRecordOf, shelf: copying.shelf, clock };
    const exports = new TableExports(options, await TransferBook.open(parts));
    const failure = { code: 'InternalServerError', message: 'The server ended before the export did.' };
    for (const record of exports.#book.unfinished()) await exports.#failed(record, failure);
    return exports;
  }

  /**
   * Begins an export of the table as it is at this moment or was at another, or of changes, which then fails for a bucket that
   * is not there, as on AWS. The same request with the same token is one export. Refuses ContinuousTableNotFound, PointInTimeOff,
   * Validation for a prefix that leads out of the bucket, TableKeyRefused, ExportConflict for a token of another request, and
   * as `checkPeriod` does.
   */
  async start(
    { caller, connection }: { readonly caller: Caller; readonly connection: ClientConnection },
    request: ExportRequest,
  ): Promise<ExportRecord> {
    const { copying, clock } = this.#options;
    this.#works.mayGoOn();
    const { definition, id: tableId, past } = copying.find(caller, request.table);
    if (past === undefined) throw new Refusal('PointInTimeOff', { table: definition.name });
    const id = this.#book.newId();
    const { table, clientToken = id, atMs, changes, ...place } = request;
    checkKey(exportFolder({ ...place, id }));
    await copying.findReadable(caller, connection, table);
    const asked = JSON.stringify([tableId, place.bucket, place.bucketOwner, place.prefix, atMs, changes]);
    const known = this.#book.withToken(caller, clientToken);
    if (known !== undefined && known.asked !== asked) throw new Refusal('ExportConflict', { clientToken });
    if (known !== undefined) return known;
    const period = checkPeriod({ atMs, changes }, past, clock.nowMs());
    const arn = tableArn(caller, definition.name);
    const { account, region } = caller;
    const record: ExportRecord = {
      id,
      arn: `${arn}/export/${id}`,
      account,
      region,
      tableArn: arn,
      tableId,
      ...place,
      ...period,
      clientToken,
      asked,
      startedAtMs: clock.nowMs(),
      status: 'IN_PROGRESS',
      itemCount: 0,
      bytes: 0,
    };
    await this.#book.add(record);
    const source = this.#borrow(record);
    // Before the answer: what is written after it is not in the export. Where this fails, the export does.
    await source.catch(() => {});
    void this.#works.add(this.#run(caller, record, source));
    return record;
  }

  /** Refuses ExportNotFound, also for one of another account or region. */
  find(namespace: Namespace, exportArn: string): ExportRecord {
    const found = this.all(namespace).find(({ arn }) => arn === exportArn);
    if (found === undefined) throw new Refusal('ExportNotFound', { exportArn });
    return found;
  }

  /** Of one account and region, or of one table there, the newest first. */
  all(namespace: Namespace, table?: string): readonly ExportRecord[] {
    return this.#book.all(namespace, table);
  }

  /** Resolves when nothing is being exported. */
  settled(): Promise<void> {
    return this.#works.settled();
  }

  /** What is being exported ends, and has failed. */
  stop(): Promise<void> {
    return this.#works.stop();
  }

  /** Never rejects: what went wrong is in the record. */
  async #run(caller: Caller, record: ExportRecord, source: Promise<ExportSource>): Promise<void> {
    try {
      const { itemCount, bytes } = await this.#write(caller, record, await source);
      const endedAtMs = this.#options.clock.nowMs();
      await this.#book.keep({ ...record, status: 'COMPLETED', endedAtMs, itemCount, bytes });
    } catch (fault) {
      this.#options.log.warn({ export: record.arn, fault }, 'An export has failed.');
      await this.#failed(record, failureOf(fault)).catch((cause: unknown) => {
        this.#options.log.error(
          { export: record.arn, fault: cause },
          'What became of an export is not kept.',
        );
      });
    }
  }

  async #borrow(record: ExportRecord): Promise<ExportSource> {
    const { backups, buckets } = this.#options;
    const bucket = await Bucket.find(buckets, record.bucket);
    if (bucket === undefined) throw new BucketMissing();
    return { bucket, borrowed: await backups.borrow(record.tableId) };
  }

  async #write(
    caller: Caller,
    record: ExportRecord,
    { bucket, borrowed }: ExportSource,
  ): Promise<ExportTotals> {
    const { encode, clock } = this.#options;
    try {
      return await withBackupItems(this.#options, { caller, borrowed }, (trees, { definition }) => {
        const source = { ...trees, mayGoOn: () => this.#works.mayGoOn() };
        const lines = exportLines({ source, keySchema: keySchemaOf(definition), encode }, record);
        return writeExport({ bucket, record }, lines, () => clock.nowMs());
      });
    } finally {
      await borrowed.discard();
    }
  }

  /** The record last: until then the next start finds what is to be taken away. */
  async #failed(record: ExportRecord, failure: TransferFailure): Promise<void> {
    const bucket = await Bucket.find(this.#options.buckets, record.bucket);
    await bucket?.removeBelow(exportFolder(record));
    if (record.changes !== undefined) await bucket?.removeBeginning(exportedObjects(record));
    await this.#book.keep({ ...record, status: 'FAILED', endedAtMs: this.#options.clock.nowMs(), failure });
  }
}

/** Where it goes, and the table as it was when it was asked for. */
interface ExportSource {
  readonly bucket: Bucket;
  readonly borrowed: Borrowed;
}

class BucketMissing extends Error {}

/** The codes of S3 where there is one; else our own, and never what only the log may know. */
function failureOf(fault: unknown): TransferFailure {
  if (fault instanceof BucketMissing) return missingBucket;
  if (isRefusal(fault, 'TableKeyRefused')) return { code: 'AccessDenied', message: fault.message };
  return { code: 'InternalServerError', message: 'The export could not be made.' };
}
