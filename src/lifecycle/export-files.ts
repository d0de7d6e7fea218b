/** The objects of an export as AWS lays them out: items as lines of JSON in gzip, and manifests that name them. */
import { createHash, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { createGzip, type Gzip } from 'node:zlib';
import { utf8 } from '../base/bytes.ts';
import type { Bucket } from './bucket.ts';
import type { ExportLine } from './export-lines.ts';
import { type ExportRecord, exportedObjects, exportFolder } from './export-record.ts';

export interface ExportFilesOptions {
  readonly bucket: Bucket;
  readonly record: ExportRecord;
}

export interface ExportTotals {
  readonly itemCount: number;
  readonly bytes: number;
}

interface DataFile {
  readonly key: string;
  readonly itemCount: number;
  readonly md5: Buffer;
}

/** Of lines before they are compressed, in one file. */
const fileBytesMax = 64 * 1024 * 1024;
/** Handed to the compressor at once. */
const pieceBytes = 256 * 1024;
const lineEnd = utf8('\n');

/**
 * Writes every object, the summary last: where that is not there, the export is not whole. `lines` gives what lies in
 * them. Rejects as they do, and as Bucket.write does.
 */
export async function writeExport(
  options: ExportFilesOptions,
  lines: AsyncIterator<ExportLine>,
  nowMs: () => number,
): Promise<ExportTotals> {
  const { bucket, record } = options;
  const folder = exportFolder(record);
  await bucket.write(`${folder}/_started`, []);
  const totals = { itemCount: 0, bytes: 0 };
  const files: DataFile[] = [];
  const items = new Lookahead(lines);
  while ((await items.peek()) !== undefined) {
    const file = await writeDataFile(options, items, totals);
    files.push(file);
  }
  const manifest = files.map(({ key, itemCount, md5 }) => ({
    itemCount,
    md5Checksum: md5.toString('base64'),
    etag: `${md5.toString('hex')}-1`,
    dataFileS3Key: key,
  }));
  await writeChecked(
    bucket,
    `${folder}/manifest-files`,
    manifest.map((each) => `${JSON.stringify(each)}\n`).join(''),
  );
  const summary = JSON.stringify(summaryOf(record, { ...totals, endedAtMs: nowMs() }));
  await writeChecked(bucket, `${folder}/manifest-summary`, summary);
  return totals;
}

/** The checksum first: who finds the object finds it too. */
async function writeChecked(bucket: Bucket, key: string, text: string): Promise<void> {
  const bytes = utf8(text);
  const md5 = createHash('md5').update(bytes).digest('base64');
  await bucket.write(`${key}.md5`, [utf8(md5)]);
  await bucket.write(`${key}.json`, [bytes]);
}

function summaryOf(
  record: ExportRecord,
  { itemCount, bytes, endedAtMs }: ExportTotals & { endedAtMs: number },
) {
  const { arn, tableArn, tableId, startedAtMs, atMs = startedAtMs, changes, bucket, prefix = null } = record;
  return {
    version: changes === undefined ? '2020-06-30' : '2023-08-01',
    exportArn: arn,
    startTime: iso(startedAtMs),
    endTime: iso(endedAtMs),
    tableArn,
    tableId,
    ...(changes === undefined
      ? { exportTime: iso(atMs) }
      : { exportFromTime: iso(changes.fromMs), exportToTime: iso(changes.toMs) }),
    s3Bucket: bucket,
    s3Prefix: prefix,
    s3SseAlgorithm: null,
    s3SseKmsKeyId: null,
    manifestFilesS3Key: `${exportFolder(record)}/manifest-files.json`,
    billedSizeBytes: bytes,
    itemCount,
    outputFormat: 'DYNAMODB_JSON',
    ...(changes !== undefined && { outputView: changes.view }),
    exportType: changes === undefined ? 'FULL_EXPORT' : 'INCREMENTAL_EXPORT',
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

async function writeDataFile(
  { bucket, record }: ExportFilesOptions,
  items: Lookahead,
  totals: { itemCount: number; bytes: number },
): Promise<DataFile> {
  const key = `${exportedObjects(record)}${randomUUID().replaceAll('-', '')}.json.gz`;
  const md5 = createHash('md5');
  let itemCount = 0;
  const lines = async function* (): AsyncGenerator<Uint8Array> {
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    let fileBytes = 0;
    for (
      let next = await items.peek();
      next !== undefined && fileBytes < fileBytesMax;
      next = await items.peek()
    ) {
      items.take();
      const { line, bytes } = next;
      held.push(line, lineEnd);
      heldBytes += line.length + 1;
      fileBytes += line.length + 1;
      itemCount++;
      totals.itemCount++;
      totals.bytes += bytes;
      if (heldBytes < pieceBytes) continue;
      yield Buffer.concat(held);
      held = [];
      heldBytes = 0;
    }
    yield Buffer.concat(held);
  };
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of compressed(lines())) {
      md5.update(piece);
      yield piece;
    }
  };
  await bucket.write(key, hashed());
  return { key, itemCount, md5: md5.digest() };
}

/** One piece is compressed while nothing else is held: what comes out is taken before more goes in. */
async function* compressed(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip();
  const out: Buffer[] = [];
  gzip.on('data', (piece: Buffer) => out.push(piece));
  const failed = new Promise<never>((_, reject) => gzip.once('error', reject));
  // Whoever waits below hears of it.
  failed.catch(() => {});
  try {
    for await (const piece of pieces) {
      await Promise.race([written(gzip, piece), failed]);
      yield* out.splice(0);
    }
    await Promise.race([ended(gzip), failed]);
    yield* out.splice(0);
  } finally {
    gzip.destroy();
  }
}

function written(gzip: Gzip, piece: Uint8Array): Promise<void> {
  return promisify((done: (fault?: Error | null) => void) => gzip.write(piece, done))();
}

function ended(gzip: Gzip): Promise<void> {
  return new Promise((resolve) => {
    gzip.once('end', resolve);
    gzip.end();
  });
}

/** Tells the next line without taking it. */
class Lookahead {
  readonly #lines: AsyncIterator<ExportLine>;
  #held: Promise<ExportLine | undefined> | undefined;

  constructor(lines: AsyncIterator<ExportLine>) {
    this.#lines = lines;
  }

  peek(): Promise<ExportLine | undefined> {
    this.#held ??= this.#lines.next().then(({ done, value }) => (done === true ? undefined : value));
    return this.#held;
  }

  take(): void {
    this.#held = undefined;
  }
}
