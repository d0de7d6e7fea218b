/** What a disk was told, write by write; and what may be on it after a crash at any point of that. */
import { closeSync, copyFileSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What became of the writes that were not flushed. Torn: of each sector of 512 bytes for itself. */
export const survivals = ['none', 'subset', 'torn', 'all'] as const;
export type Survival = (typeof survivals)[number];

interface BlockWrite {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** After a write or a flush: where the log then ended. */
export interface CrashPoint {
  readonly logBytes: number;
  readonly writes: number;
  /** Of these, how many were flushed. */
  readonly flushed: number;
}

const headerBytes = 24;
const sectorBytes = 512;

export class BlockRecording {
  readonly #writes: BlockWrite[] = [];
  readonly points: readonly CrashPoint[];

  /** `log` is what block-recorder.c wrote. */
  constructor(log: string) {
    const bytes = readFileSync(log);
    const points: CrashPoint[] = [];
    let flushed = 0;
    for (let at = 0; at + headerBytes <= bytes.length; ) {
      const [isFlush, offset, length] = [0, 8, 16].map((field) => Number(bytes.readBigUInt64LE(at + field)));
      const end = at + headerBytes + (length ?? 0);
      if (isFlush === 1) flushed = this.#writes.length;
      else this.#writes.push({ offset: offset ?? 0, bytes: bytes.subarray(at + headerBytes, end) });
      at = end;
      points.push({ logBytes: at, writes: this.#writes.length, flushed });
    }
    this.points = points;
  }

  /** Makes `image` from `base`, the disk before the recording, as a crash at this point may leave it. */
  crash({ flushed, writes }: CrashPoint, survival: Survival, files: CrashFiles): void {
    const { base, image, random } = files;
    copyFileSync(base, image);
    const file = openSync(image, 'r+');
    try {
      for (const write of this.#writes.slice(0, flushed)) put(file, write);
      for (const write of this.#writes.slice(flushed, writes)) {
        if (survival === 'torn') putTorn(file, write, random);
        else if (survival === 'all' || (survival === 'subset' && random() < 0.5)) put(file, write);
      }
      ftruncateSync(file, files.bytes);
    } finally {
      closeSync(file);
    }
  }
}

export interface CrashFiles {
  readonly base: string;
  readonly image: string;
  /** Of both. */
  readonly bytes: number;
  readonly random: () => number;
}

function put(file: number, { offset, bytes }: BlockWrite): void {
  writeSync(file, bytes, 0, bytes.length, offset);
}

function putTorn(file: number, { offset, bytes }: BlockWrite, random: () => number): void {
  for (let at = 0; at < bytes.length; at += sectorBytes) {
    if (random() < 0.5) writeSync(file, bytes, at, Math.min(sectorBytes, bytes.length - at), offset + at);
  }
}
