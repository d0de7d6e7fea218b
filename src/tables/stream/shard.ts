/** Shards and sequence numbers: a stream is cut into stretches of time, each the parent of the next. */

export interface Shard {
  /** Counts the shards of its stream. */
  readonly number: number;
  readonly openedAtMs: number;
  /** Taken by the shard itself; its records come after. */
  readonly first: number;
  /** Of the shard before. */
  readonly parent: { readonly number: number; readonly openedAtMs: number } | undefined;
  /** Present once it is closed. */
  readonly end: { readonly last: number; readonly closedAtMs: number } | undefined;
}

/** A shard takes no more records after this time or number. */
export const shardAgeMsMax = 4 * 3_600_000;
export const shardRecordsMax = 1_000_000;

/** As AWS writes it: the time the shard was opened, and something that tells it from others of that time. */
export function shardId({ number, openedAtMs }: Pick<Shard, 'number' | 'openedAtMs'>): string {
  return `shardId-${String(openedAtMs).padStart(20, '0')}-${number.toString(16).padStart(8, '0')}`;
}

/** True where a stream might have a shard of this id: AWS tells what is none from one that is not there. */
export function isShardId(text: string): boolean {
  return text.startsWith('shardId-');
}

const sequenceForm = /^1(\d{20})$/;

/** In the order of numbers as in that of texts. */
export function sequenceText(sequence: number): string {
  return `1${String(sequence).padStart(20, '0')}`;
}

/** Undefined for a text that no record ever had. */
export function sequenceOfText(text: string): number | undefined {
  const sequence = Number(sequenceForm.exec(text)?.[1] ?? 'none');
  return Number.isSafeInteger(sequence) ? sequence : undefined;
}
