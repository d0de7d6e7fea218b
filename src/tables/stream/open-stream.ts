/** A stream as its readers see it: shards, positions in them, and records that are not older than a day. */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { Tree } from '../../pages/tree.ts';
import { type ChangeRecord, changeBytes, changeTimeMs, decodeChange } from './change-record.ts';
import { type Shard, shardId } from './shard.ts';
import type { StreamInfo } from './stream-info.ts';
import { trimHorizonMs } from './stream-state.ts';
import {
  decodePosition,
  decodeShard,
  positionKey,
  recordKey,
  type StreamPosition,
  sequenceOfKey,
  shardRange,
} from './stream-tree.ts';

/** Where a reader is in a shard. */
export interface ShardPosition {
  readonly shard: number;
  /** The next record to be read has this sequence number, or a greater one. */
  readonly sequence: number;
  /** Begin with the oldest record there is: that others are gone by now is not missed. */
  readonly atHorizon: boolean;
}

export interface SequencedRecord extends ChangeRecord {
  readonly sequence: number;
  readonly recordBytes: number;
}

export interface RecordPage {
  readonly records: readonly SequencedRecord[];
  /** Undefined behind the last record of a closed shard. */
  readonly next: ShardPosition | undefined;
}

/** Of the records of one page together, but for the first one. */
const recordBytesMax = 1024 * 1024;
/** Entries that one page looks at, trimmed ones with them: so many more are for the next. */
export const examinedMax = 10_000;

export interface OpenStreamOptions {
  readonly info: StreamInfo;
  /** Undefined for a stream that never had a record. */
  readonly tree: Tree | undefined;
  readonly clock: Clock;
}

/** Whoever hands it out has asked for the table's key, which its readers need. */
export class OpenStream {
  readonly info: StreamInfo;
  readonly #tree: Tree | undefined;
  readonly #clock: Clock;

  constructor({ info, tree, clock }: OpenStreamOptions) {
    this.info = info;
    this.#tree = tree;
    this.#clock = clock;
  }

  /** Those with records that may still be there, and the open one; oldest first. */
  async shards(): Promise<readonly Shard[]> {
    const horizonMs = trimHorizonMs(this.#clock.nowMs());
    const shards: Shard[] = [];
    const cursor = this.#tree?.cursor(shardRange);
    for (let entry = await cursor?.next(); entry !== undefined; entry = await cursor?.next()) {
      const shard = decodeShard(entry.value);
      if (shard.end === undefined || shard.end.closedAtMs > horizonMs) shards.push(shard);
    }
    return [...shards, this.#lastShard(await this.#position())];
  }

  /** Undefined where there is no such shard, any more or at all. */
  async shard(id: string): Promise<Shard | undefined> {
    return (await this.shards()).find((shard) => shardId(shard) === id);
  }

  /** The sequence number that nothing has yet. */
  async nextSequence(): Promise<number> {
    return (await this.#position()).next;
  }

  /** Refuses StreamTrimmed where this record was, and is too old to be read. */
  async refuseTrimmed(sequence: number): Promise<void> {
    const bytes = await this.#tree?.get(recordKey(sequence));
    const { trimmed } = await this.#position();
    const isOld =
      bytes === undefined ? sequence < trimmed : changeTimeMs(bytes) <= trimHorizonMs(this.#clock.nowMs());
    if (isOld) throw new Refusal('StreamTrimmed', {});
  }

  /** From there on, `limit` at most. Refuses StreamTrimmed where records that came next are gone. */
  async read(from: ShardPosition, limit: number): Promise<RecordPage> {
    const shards = await this.shards();
    const shard = shards.find(({ number }) => number === from.shard);
    if (shard === undefined) throw new Refusal('StreamTrimmed', {});
    const position = await this.#position();
    const end = shard.end === undefined ? position.next : shard.end.last + 1;
    if (!from.atHorizon && from.sequence < Math.min(position.trimmed, end))
      throw new Refusal('StreamTrimmed', {});
    const { records, sequence } = await this.#walk({ ...from, end, limit });
    const isDrained = shard.end !== undefined && sequence >= end;
    const atHorizon = from.atHorizon && records.length === 0;
    return { records, next: isDrained ? undefined : { shard: from.shard, sequence, atHorizon } };
  }

  async #walk({
    sequence: from,
    atHorizon,
    end,
    limit,
  }: ShardPosition & { readonly end: number; readonly limit: number }): Promise<{
    readonly records: readonly SequencedRecord[];
    readonly sequence: number;
  }> {
    const horizonMs = trimHorizonMs(this.#clock.nowMs());
    const records: SequencedRecord[] = [];
    let sequence = from;
    let bytesLeft = recordBytesMax;
    const cursor = this.#tree?.cursor({ from: recordKey(from), to: recordKey(Math.max(from, end)) });
    for (let examined = 0; examined < examinedMax; examined++) {
      const entry = await cursor?.next();
      if (entry === undefined) return { records, sequence: Math.max(from, end) };
      const record = decodeChange(entry.value);
      if (record.createdAtMs <= horizonMs) {
        if (!atHorizon && records.length === 0) throw new Refusal('StreamTrimmed', {});
        sequence = sequenceOfKey(entry.key) + 1;
        continue;
      }
      const recordBytes = changeBytes(record);
      bytesLeft -= recordBytes;
      if (records.length > 0 && bytesLeft < 0) break;
      sequence = sequenceOfKey(entry.key) + 1;
      records.push({ ...record, sequence: sequence - 1, recordBytes });
      if (records.length === limit) break;
    }
    return { records, sequence };
  }

  async #position(): Promise<StreamPosition> {
    return decodePosition(await this.#tree?.get(positionKey), this.info.createdAtMs);
  }

  /** The open shard, which the end of the stream has closed. */
  #lastShard({ shard, next }: StreamPosition): Shard {
    const { disabledAtMs } = this.info;
    if (disabledAtMs === undefined) return shard;
    return { ...shard, end: { last: next - 1, closedAtMs: disabledAtMs } };
  }
}
