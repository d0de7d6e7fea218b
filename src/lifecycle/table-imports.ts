/** Tables made of what lies in a bucket: closed to everyone until every line was looked at, and gone where that fails. */
import type { Clock } from '../base/clock.ts';
import { isRefusal, Outage, Refusal } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TableIdentity } from '../keys/table-identity.ts';
import type { Caller } from '../kms/key-service.ts';
import type { Item } from '../tables/attribute.ts';
import { nameInUse } from '../tables/catalog.ts';
import { checkItemBytes } from '../tables/item-size.ts';
import { checkItemKey } from '../tables/key-schema.ts';
import type { PageTable } from '../tables/page-table.ts';
import type { TableCopying } from '../tables/table-copying.ts';
import { type Namespace, tableArn } from '../tables/table-name.ts';
import type { TableDefinition } from '../tables/table-record.ts';
import type { PlannedTable, TableRestoring } from '../tables/table-restoring.ts';
import { encodeKey } from '../tables/tree-key.ts';
import { BackgroundWorks } from './background-works.ts';
import { Bucket, type BucketFolders, type BucketObject } from './bucket.ts';
import { HeaderFault, type ImportedItem, type ItemDecoder, itemsOf } from './import-items.ts';
import {
  type CsvOptions,
  type ImportCompression,
  type ImportCounts,
  type ImportRecord,
  importKind,
  importRecordOf,
  nothingImported,
} from './import-record.ts';
import { TransferBook, type TransferFailure } from './transfer-book.ts';

export interface TableImportsOptions {
  readonly copying: Pick<TableCopying, 'shelf' | 'recordOf'>;
  readonly restoring: Pick<TableRestoring, 'begin' | 'settle' | 'finish' | 'abandon'>;
  readonly buckets: BucketFolders;
  readonly decode: ItemDecoder;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ImportRequest {
  readonly definition: TableDefinition;
  readonly parameters: object;
  readonly bucket: string;
  readonly bucketOwner?: string;
  readonly prefix?: string;
  /** One that this Node can read. */
  readonly compression: ImportCompression;
  readonly csv?: CsvOptions;
  readonly clientToken?: string;
}

/** Items that are written in one commit. */
const batchItems = 256;
const batchBytesMax = 4 * 1024 * 1024;
/** Then the key service is asked again. */
const keyHeldMs = 60_000;

export class TableImports {
  readonly #options: TableImportsOptions;
  readonly #book: TransferBook<ImportRecord>;
  readonly #works = new BackgroundWorks();

  private constructor(options: TableImportsOptions, book: TransferBook<ImportRecord>) {
    this.#options = options;
    this.#book = book;
  }

  /**
   * Reads what there is. What a process before this one had under way has failed, and its table has been taken away by now,
   * unless that was whole.
   */
  static async open(options: TableImportsOptions): Promise<TableImports> {
    const { copying, clock } = options;
    const parts = { kind: importKind, decode: importRecordOf, shelf: copying.shelf, clock };
    const imports = new TableImports(options, await TransferBook.open(parts));
    const failure = { code: 'InternalServerError', message: 'The server ended before the import did.' };
    for (const record of imports.#book.unfinished()) {
      const table = copying.recordOf(record.tableId);
      const isWhole = table !== undefined && table.restore === undefined;
      const end = isWhole ? ({ status: 'COMPLETED' } as const) : ({ status: 'FAILED', failure } as const);
      await imports.#book.keep({ ...record, ...end, endedAtMs: clock.nowMs() });
    }
    return imports;
  }

  /**
   * Makes the table, empty and CREATING, and begins to fill it; that fails for a bucket that is not there, and then the
   * table goes again. The same request with the same token is one import. Refuses TableInUse, LimitExceeded, TableKeyRefused,
   * and ImportConflict for a token of another request.
   */
  async start(caller: Caller, request: ImportRequest): Promise<ImportRecord> {
    this.#works.mayGoOn();
    const id = this.#book.newId();
    const { definition, clientToken = id, ...source } = request;
    const asked = JSON.stringify(source);
    const known = this.#book.withToken(caller, clientToken);
    if (known !== undefined && known.asked !== asked) throw new Refusal('ImportConflict', { clientToken });
    if (known !== undefined) return known;
    const planned = await this.#begin(caller, definition);
    const arn = tableArn(caller, definition.name);
    const { account, region } = caller;
    const record: ImportRecord = {
      id,
      arn: `${arn}/import/${id}`,
      account,
      region,
      tableArn: arn,
      tableId: planned.identity.id,
      ...source,
      clientToken,
      asked,
      startedAtMs: this.#options.clock.nowMs(),
      status: 'IN_PROGRESS',
      ...nothingImported,
    };
    try {
      await this.#book.add(record);
    } catch (fault) {
      await this.#options.restoring.abandon(planned.identity);
      throw fault;
    }
    void this.#works.add(this.#run(record, planned.identity, definition));
    return record;
  }

  /** Refuses ImportNotFound, also for one of another account or region. */
  find(namespace: Namespace, importArn: string): ImportRecord {
    const found = this.all(namespace).find(({ arn }) => arn === importArn);
    if (found === undefined) throw new Refusal('ImportNotFound', { importArn });
    return found;
  }

  /** Of one account and region, or into one table there, the newest first. */
  all(namespace: Namespace, table?: string): readonly ImportRecord[] {
    return this.#book.all(namespace, table);
  }

  /** Resolves when nothing is being imported. */
  settled(): Promise<void> {
    return this.#works.settled();
  }

  /** What is being imported ends, and has failed. */
  stop(): Promise<void> {
    return this.#works.stop();
  }

  /** A table that is shown as CREATING, and that a crash takes away. */
  async #begin(
    caller: Caller,
    { encryption, indexes = [], ...definition }: TableDefinition,
  ): Promise<PlannedTable> {
    const placed = indexes.map((index) => ({
      ...index,
      tree: 0,
      status: 'ACTIVE' as const,
      itemCount: 0,
      bytes: 0,
    }));
    try {
      return await this.#options.restoring.begin(caller, {
        definition,
        encryption,
        source: { tree: 0, itemCount: 0, tableBytes: 0 },
        indexes: placed,
        mark: { atMs: this.#options.clock.nowMs(), sourceTableArn: '', isImport: true },
      });
    } catch (fault) {
      const isTaken = isRefusal(fault, 'TableExists') || isRefusal(fault, 'RestoreUnderWay');
      throw isTaken ? nameInUse(definition.name) : fault;
    }
  }

  /** Never rejects: what went wrong is in the record. */
  async #run(record: ImportRecord, identity: TableIdentity, definition: TableDefinition): Promise<void> {
    const { restoring, clock, log } = this.#options;
    const counts = { ...nothingImported };
    try {
      await this.#fill({ record, identity, definition, counts });
      // Where the process ends behind the next step, the next one knows what the table is of.
      await this.#book.keep({ ...record, ...counts });
      await restoring.finish(identity);
      await this.#book.keep({ ...record, ...counts, status: 'COMPLETED', endedAtMs: clock.nowMs() });
    } catch (fault) {
      log.warn({ import: record.arn, fault }, 'An import has failed.');
      try {
        await restoring.abandon(identity);
        const failure = failureOf(fault);
        await this.#book.keep({ ...record, ...counts, status: 'FAILED', endedAtMs: clock.nowMs(), failure });
      } catch (cause) {
        log.error({ import: record.arn, fault: cause }, 'What is left of an import goes at the next start.');
      }
    }
  }

  async #fill(filling: Filling): Promise<void> {
    const { record } = filling;
    const bucket = await Bucket.find(this.#options.buckets, record.bucket);
    if (bucket === undefined) throw new ImportFault('S3NoSuchBucket', 'The specified bucket does not exist');
    const objects = await bucket.list(record.prefix ?? '');
    if (objects.length === 0) throw new ImportFault('S3NoSuchKey', 'No object has this prefix');
    for (const object of objects) await this.#fillFrom(object, filling);
  }

  async #fillFrom(object: BucketObject, { record, identity, definition, counts }: Filling): Promise<void> {
    const { restoring, clock, decode } = this.#options;
    const { attributeDefinitions } = definition;
    const read = (bytes: number) => {
      counts.processedBytes += bytes;
    };
    const items = itemsOf(object, { ...record, decode, attributeDefinitions, read });
    let isOver = false;
    try {
      while (!isOver) {
        await restoring.settle(identity, async (table) => {
          const endMs = clock.monotonicMs() + keyHeldMs;
          while (!isOver && clock.monotonicMs() < endMs) {
            this.#works.mayGoOn();
            const batch = await nextBatch(items);
            isOver = batch.length === 0;
            await this.#put(table, batch, counts);
          }
        });
      }
    } catch (fault) {
      if (isUnreadable(fault) || fault instanceof HeaderFault)
        throw new ImportFault('InputUnreadable', `${object.key} cannot be read as it is`);
      throw fault;
    } finally {
      await items.return(undefined);
    }
  }

  /** Handed in at once and run one after another, in one commit: of two items with one key the later stays. */
  async #put(
    table: PageTable,
    batch: readonly ImportedItem[],
    counts: Writable<ImportCounts>,
  ): Promise<void> {
    const writes: Promise<void>[] = [];
    for (const { item: next } of batch) {
      counts.processedItems++;
      if (next === undefined || !isItemOf(table, next)) {
        counts.errors++;
        continue;
      }
      counts.importedItems++;
      writes.push(table.write(encodeKey(table.keySchema, next), () => ({ next, result: undefined })));
    }
    await Promise.all(writes);
  }
}

function isItemOf(table: PageTable, item: Item): boolean {
  try {
    const itemBytes = checkItemBytes(item);
    checkItemKey(table.keySchema, item);
    table.checkPut({ item, itemBytes });
    return true;
  } catch (fault) {
    if (fault instanceof Refusal) return false;
    throw fault;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Filling {
  readonly record: ImportRecord;
  readonly identity: TableIdentity;
  readonly definition: TableDefinition;
  readonly counts: Writable<ImportCounts>;
}

class ImportFault extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

async function nextBatch(items: AsyncIterator<ImportedItem>): Promise<readonly ImportedItem[]> {
  const batch: ImportedItem[] = [];
  let bytes = 0;
  while (batch.length < batchItems && bytes < batchBytesMax) {
    const { done, value } = await items.next();
    if (done === true) break;
    batch.push(value);
    bytes += value.bytes;
  }
  return batch;
}

/** What the file system or the decompressor said, and not the engine. */
function isUnreadable(fault: unknown): boolean {
  if (!(fault instanceof Error) || fault instanceof Outage || fault instanceof Refusal) return false;
  return 'syscall' in fault || ('code' in fault && String(fault.code).startsWith('Z_'));
}

/** Our own codes but for those of S3, and never what only the log may know. */
function failureOf(fault: unknown): TransferFailure {
  if (fault instanceof ImportFault) return { code: fault.code, message: fault.message };
  if (isRefusal(fault, 'TableKeyRefused')) return { code: 'AccessDenied', message: fault.message };
  return { code: 'InternalServerError', message: 'The import could not be made.' };
}
