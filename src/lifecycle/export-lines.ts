/** What an export writes, line by line: the items of a table at a moment, or what became of them between two. */
import type { Item } from '../tables/attribute.ts';
import { type KeySchema, keyOf } from '../tables/key-schema.ts';
import { type ChangeOfItem, changesIn, itemsAt, type PastSource } from '../tables/past/past-reader.ts';
import type { StoredItem } from '../tables/table.ts';
import type { ExportedChanges, ExportRecord } from './export-record.ts';

export interface ExportLine {
  /** Without its end. */
  readonly line: Uint8Array;
  /** Of the items in it, as the table counts them. */
  readonly bytes: number;
}

/** A change as it is told to whoever reads the export. */
export interface ChangeLine {
  readonly keys: Item;
  /** Of the last write, microseconds since 1970. */
  readonly writtenAtMicros: number;
  /** Absent where there was none, or the export has no such images. */
  readonly old?: Item;
  /** Absent where there is none any more. */
  readonly new?: Item;
}

export interface LineEncoder {
  item(item: Item): Uint8Array;
  change(change: ChangeLine): Uint8Array;
}

export interface ExportLinesOptions {
  readonly source: PastSource;
  readonly keySchema: KeySchema;
  readonly encode: LineEncoder;
}

export async function* exportLines(
  { source, keySchema, encode }: ExportLinesOptions,
  { atMs, changes }: Pick<ExportRecord, 'atMs' | 'changes'>,
): AsyncGenerator<ExportLine> {
  if (changes === undefined) {
    // Without a moment, as the source has it: that is no older than the request.
    for await (const { item, itemBytes: bytes } of itemsAt(source, atMs ?? Infinity)) {
      yield { line: encode.item(item), bytes };
    }
    return;
  }
  for await (const change of changesIn(source, changes)) {
    const told = changeLine(keySchema, changes.view, change);
    if (told === undefined) continue;
    yield { line: encode.change(told), bytes: bytesOf(change.after) + bytesOf(change.before) };
  }
}

function changeLine(
  keySchema: KeySchema,
  view: ExportedChanges['view'],
  { before, after, changedAt: { ms, number } }: ChangeOfItem,
): ChangeLine | undefined {
  const item = after?.item ?? before?.item;
  if (item === undefined) return undefined;
  return {
    keys: keyOf(keySchema, item),
    // A thousand writes of one millisecond can be told apart, and more are not.
    writtenAtMicros: ms * 1000 + Math.min(number, 999),
    ...(before !== undefined && view === 'NEW_AND_OLD_IMAGES' && { old: before.item }),
    ...(after !== undefined && { new: after.item }),
  };
}

function bytesOf(item: StoredItem | undefined): number {
  return item?.itemBytes ?? 0;
}
