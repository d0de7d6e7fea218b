/** Reads every byte of every file below a folder and reports clear text among them. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Form, Needle, NeedleIndex } from './needles.ts';

const chunkBytes = 16 * 1024 * 1024;
/** So many hits are kept to be shown; all are counted. */
const hitsShownMax = 20;

export interface Hit extends Needle {
  readonly file: string;
  readonly offset: number;
}

export interface ScanReport {
  fileCount: number;
  bytes: number;
  hitCount: number;
  readonly hits: Hit[];
}

/** Scans all files below `folder`, also those a running server is writing to. */
export function scanFolder(folder: string, index: NeedleIndex): ScanReport {
  const report: ScanReport = { fileCount: 0, bytes: 0, hitCount: 0, hits: [] };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) scanFile(join(entry.parentPath, entry.name), index, report);
  }
  return report;
}

function scanFile(file: string, index: NeedleIndex, report: ScanReport): void {
  const overlap = Math.max(0, index.longestBytes - 1);
  const buffer = Buffer.allocUnsafe(chunkBytes + overlap);
  const descriptor = openSync(file, 'r');
  try {
    report.fileCount++;
    let held = 0;
    let offset = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, held, buffer.length - held, null);
      const filled = held + read;
      // What starts in the overlap is looked for with the next chunk, which has its end.
      const to = read === 0 ? filled : Math.max(0, filled - overlap);
      index.search(buffer.subarray(0, filled), to, (needle, at) => {
        report.hitCount++;
        if (report.hits.length < hitsShownMax) report.hits.push({ ...needle, file, offset: offset + at });
      });
      report.bytes += read;
      if (read === 0) return;
      buffer.copyWithin(0, to, filled);
      held = filled - to;
      offset += to;
    }
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file with `text` in every form among random bytes, made by Node's own encoders and not by ours: a
 * scanner that finds nothing in it would find nothing anywhere.
 */
export function plantCanary(file: string, text: string): readonly Form[] {
  const raw = Buffer.from(text);
  const base64 = (before: number) =>
    Buffer.from(Buffer.concat([randomBytes(3 + before), raw, randomBytes(5)]).toString('base64'));
  const noise = () => randomBytes(4099);
  const pieces: readonly (readonly [Form, Buffer])[] = [
    ['raw', raw],
    ['hex', Buffer.from(raw.toString('hex'))],
    ['HEX', Buffer.from(raw.toString('hex').toUpperCase())],
    ['base64+0', base64(0)],
    ['base64+1', base64(1)],
    ['base64+2', base64(2)],
    ['utf-16le', Buffer.from(text, 'utf16le')],
    ['utf-16be', Buffer.from(text, 'utf16le').swap16()],
  ];
  writeFileSync(file, Buffer.concat(pieces.flatMap(([, piece]) => [noise(), piece]).concat(noise())));
  return pieces.map(([form]) => form);
}
