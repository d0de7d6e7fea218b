/** What the owner of a table is to be told, kept in the table's record until every channel has it. */
import type { KeyLossCause } from '../keys/key-loss.ts';

export const noticeKinds = ['keyLost', 'archiveNear', 'archived', 'keyBack'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface OwedNotice {
  /** The same in each try: who receives it twice can tell. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly atMs: number;
  readonly keyArn: string;
  /** When the loss was noticed that it is about. */
  readonly sinceMs: number;
  readonly cause?: KeyLossCause;
  /** When the key itself is deleted, as far as that is known. */
  readonly keyDeletionMs?: number;
  /** When the table is archived, unless its key comes back. */
  readonly archiveAtMs?: number;
  readonly backupArn?: string;
  /** Names of the channels that have it. */
  readonly sent: readonly string[];
  readonly tries: number;
  /** Not to be tried again before. */
  readonly nextTryMs: number;
}

interface Owing {
  readonly notices?: readonly OwedNotice[];
}

/** Of one table. Where nothing can be sent for long, older ones give way. */
export const owedNoticesMax = 20;

export function withNotice<Record extends Owing>(record: Record, notice: OwedNotice): Record {
  return { ...record, notices: [...(record.notices ?? []), notice].slice(-owedNoticesMax) };
}

/** The record with the notice as it is now, or without it where nothing is left to be sent. */
export function withNoticeTried<Record extends Owing>(
  record: Record,
  id: string,
  tried: OwedNotice | undefined,
): Omit<Record, 'notices'> & Owing {
  const { notices = [], ...rest } = record;
  const left = notices.flatMap((notice) => {
    if (notice.id !== id) return [notice];
    return tried === undefined ? [] : [tried];
  });
  return left.length === 0 ? rest : { ...rest, notices: left };
}
