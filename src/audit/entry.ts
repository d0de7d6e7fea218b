/** A record of the audit trail: the event that users see, and beside it what only the bill is made from. */
import type { AuditEvent } from './event.ts';

/** A use of a key by the table service, told to nobody but the operator. */
export interface KeyUseNote {
  /** The client connection whose request it was made for, numbered anew with each start. */
  readonly connection?: number;
  readonly table?: string;
}

export interface AuditEntry {
  readonly atMs: number;
  readonly event: AuditEvent;
  readonly use?: KeyUseNote;
  /** Of a call that is told to another account besides: it happened once, and counts once. */
  readonly isCopy?: true;
}

export function entryText({ atMs, event, use, isCopy }: AuditEntry): string {
  // What is undefined leaves no member.
  return JSON.stringify({ atMs, event, use, isCopy });
}

/** The text was opened under the trail's key: it is one that entryText made. */
export function parseEntry(text: string): AuditEntry {
  return JSON.parse(text) as AuditEntry;
}
