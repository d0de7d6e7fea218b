/** The audit trail as it is written: records become durable in groups, and none is acknowledged before. */
import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { Outage } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { AnchorPlace } from '../store/anchor-file.ts';
import { type AuditEntry, entryText } from './entry.ts';
import { droppableSegments } from './retention.ts';
import { sealFrame, sealOpening, type TrailKey } from './segment.ts';
import type { SegmentFolder } from './segment-folder.ts';
import { TrailAnchoring } from './trail-anchoring.ts';
import { findTrailEnd, type TrailEnd } from './trail-end.ts';

/** Read in one turn of the event loop, so no larger than that allows. */
export const segmentBytesMax = 2 ** 20;
/** Beyond this, records that could not be written are dropped: only where calls go on without their records. */
const pendingMax = 10_000;
/** Frames of one write, at most. */
const groupMax = 512;

export interface TrailOptions {
  readonly folder: SegmentFolder;
  /** The caller's to destroy, after this. */
  readonly key: TrailKey;
  readonly anchor: AnchorPlace;
  readonly clock: Clock;
  readonly log?: Log;
  /** Segments whose last record is older than this are dropped as new ones are made. */
  readonly retentionMs: number;
  readonly segmentBytes?: number;
  /** Let calls go on whose record could not be written. */
  readonly goOnUnrecorded?: boolean;
  /** Told of records once they are durable, in their order. Must not throw. */
  readonly onDurable?: (entries: readonly (AuditEntry & { readonly number: number })[]) => void;
}

interface Pending {
  readonly entry: AuditEntry;
  /** Absent once it was told that it failed, and where nobody waits. */
  waiter?: { resolve(): void; reject(fault: unknown): void };
}

export class Trail {
  readonly #options: TrailOptions;
  readonly #log: Log;
  readonly #anchoring: TrailAnchoring;
  #end: TrailEnd;
  /** The segment that is written to. Made with the first record: who opens and does nothing leaves nothing. */
  #file: FileHandle | undefined;
  #bytes = 0;
  readonly #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #failure: Outage | undefined;
  #isClosed = false;

  private constructor(options: TrailOptions, end: TrailEnd) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#end = end;
    this.#anchoring = new TrailAnchoring(options, () => ({
      ...this.#end.head,
      trailId: this.#end.trailId,
      segment: this.#end.segment,
    }));
  }

  /**
   * Goes on after what is there; where that was changed, after what the anchor knows, and the trail says so for ever.
   * Rejects with Outage AuditUnavailable where it cannot be read.
   */
  static async open(options: TrailOptions): Promise<Trail> {
    try {
      return new Trail(options, await findTrailEnd(options));
    } catch (cause) {
      throw cause instanceof Outage ? cause : new Outage('AuditUnavailable', { cause });
    }
  }

  /** The time of a record that is made now: it never goes backwards along the trail. */
  nowMs(): number {
    return Math.max(this.#options.clock.nowMs(), this.#end.lastMs);
  }

  /**
   * Before a call: undefined where records can be written as far as is known; else tries what could not be written again.
   * Rejects with Outage AuditUnavailable.
   */
  ready(): Promise<void> | undefined {
    if (this.#isClosed) throw new Outage('Closed');
    if (this.#failure === undefined || this.#options.goOnUnrecorded === true) return undefined;
    return this.#flush().then(() => {
      if (this.#failure !== undefined) throw this.#failure;
    });
  }

  /**
   * Resolves once the record is durable. Rejects with Outage AuditUnavailable; even then the record is kept, and
   * written with the next one that can be.
   */
  record(entry: AuditEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#take(entry, { resolve, reject });
    });
  }

  /** Writes the record down as record does, where nobody's answer waits for it. */
  note(entry: AuditEntry): void {
    this.#take(entry);
  }

  /** Resolves when every record until now is durable, or could not be written. */
  async settled(): Promise<void> {
    await this.#flushing;
  }

  /** Bytes of the segment that is being written: what lies beyond is not durable yet. */
  get written(): { readonly segment: number; readonly bytes: number } | undefined {
    return this.#file === undefined ? undefined : { segment: this.#end.segment, bytes: this.#bytes };
  }

  /** Writes what is pending and the anchor. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#flush();
    this.#isClosed = true;
    await this.#anchoring.close();
    await this.#file?.close();
    this.#file = undefined;
    if (this.#pending.length > 0) {
      this.#log.error({ records: this.#pending.length }, 'Audit records could not be written, and are lost.');
    }
  }

  #take(entry: AuditEntry, waiter?: Pending['waiter']): void {
    if (this.#isClosed) {
      waiter?.reject(new Outage('Closed'));
      return;
    }
    this.#end = { ...this.#end, lastMs: Math.max(this.#end.lastMs, entry.atMs) };
    this.#pending.push(waiter === undefined ? { entry } : { entry, waiter });
    void this.#flush();
  }

  /** Never rejects: who waits for a record is told through it. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#flushAll();
    return this.#flushing;
  }

  async #flushAll(): Promise<void> {
    // What comes within this turn of the event loop is written together.
    await Promise.resolve();
    while (this.#pending.length > 0 && (await this.#flushGroup())) {
      // Each turn wrote a group.
    }
    // In the turn in which nothing was left, or what comes now would wait for ever.
    this.#flushing = undefined;
    // Who came while others were told that it failed.
    if (this.#pending.some(({ waiter }) => waiter !== undefined)) void this.#flush();
  }

  /** False where it could not be written. */
  async #flushGroup(): Promise<boolean> {
    const group = this.#pending.slice(0, groupMax);
    try {
      await this.#write(group);
    } catch (cause) {
      await this.#failed(cause);
      return false;
    }
    this.#failure = undefined;
    this.#pending.splice(0, group.length);
    for (const { waiter } of group) waiter?.resolve();
    return true;
  }

  async #write(group: readonly Pending[]): Promise<void> {
    if (this.#file === undefined || this.#bytes >= (this.#options.segmentBytes ?? segmentBytesMax)) {
      await this.#startSegment();
    }
    const file = this.#file;
    if (file === undefined) return;
    const { trailId, segment, head } = this.#end;
    let { records, link } = head;
    const frames: Uint8Array[] = [];
    const entries: (AuditEntry & { number: number })[] = [];
    for (const { entry } of group) {
      records++;
      const sealed = sealFrame(this.#options.key, entryText(entry), { trailId, segment, records, link });
      frames.push(sealed.frame);
      entries.push({ ...entry, number: records });
      link = sealed.link;
    }
    const bytes = Buffer.concat(frames);
    this.#end = { ...this.#end, before: { bytes: this.#bytes, tornBytes: bytes.length } };
    await file.writeFile(bytes);
    await file.datasync();
    this.#bytes += bytes.length;
    this.#end = { ...this.#end, head: { records, link }, before: { bytes: this.#bytes, tornBytes: 0 } };
    this.#anchoring.fallBehind();
    this.#options.onDurable?.(entries);
  }

  async #startSegment(): Promise<void> {
    const { folder, key, retentionMs } = this.#options;
    const { trailId, head, before, isBroken, lastMs } = this.#end;
    const madeMs = this.nowMs();
    const { present, dropped } = await droppableSegments(this.#options, madeMs - retentionMs);
    const droppedSegments = Math.max(this.#end.droppedSegments, ...dropped);
    const segment = Math.max(this.#end.segment, ...present) + 1;
    const opening = { trailId, segment, madeMs, ...head, droppedSegments };
    const { frame, link } = sealOpening(key, {
      ...opening,
      ...(before === undefined ? {} : { before }),
      ...(isBroken ? { isBroken } : {}),
    });
    const file = await folder.make(segment, frame);
    await this.#file?.close();
    this.#file = file;
    this.#bytes = frame.length;
    const nextHead = { records: head.records, link };
    const nextBefore = { bytes: frame.length, tornBytes: 0 };
    this.#end = {
      ...{ trailId, segment, droppedSegments, lastMs: Math.max(lastMs, madeMs) },
      ...{ head: nextHead, before: nextBefore, isBroken: false },
    };
    // Where there are records, there is an anchor: one that is missing was taken away.
    await this.#anchoring.write();
    if (dropped.length > 0) await folder.remove(dropped);
  }

  async #failed(cause: unknown): Promise<void> {
    this.#failure = new Outage('AuditUnavailable', { cause });
    this.#log.error({ fault: cause }, 'The audit trail could not be written.');
    // What lies in it is unknown now: the next record begins another, which says so.
    await this.#file?.close().catch(() => {});
    this.#file = undefined;
    const goOn = this.#options.goOnUnrecorded === true;
    for (const pending of this.#pending) {
      if (goOn) pending.waiter?.resolve();
      else pending.waiter?.reject(this.#failure);
      delete pending.waiter;
    }
    if (this.#pending.length > pendingMax) {
      const lost = this.#pending.splice(0, this.#pending.length - pendingMax).length;
      this.#log.error({ records: lost }, 'Audit records could not be written, and are lost.');
    }
  }
}
