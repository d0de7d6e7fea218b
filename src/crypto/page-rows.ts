/** Rows of sealed pages, read through SQLite's own interface into memory of ours: what the addon does beside the cipher. */
import { type Addon, addonFile } from './addon.ts';

export interface PageRowReading {
  /** The library that a connection has to load as an extension of SQLite. */
  readonly extension: string;
  /** The rows of the connection that has just loaded the extension, in this thread. A bug where none has. */
  take(): PageRows;
}

export interface PageRows {
  /**
   * Reads the bodies of `count` places, one behind the other each `slotBytes` of `into`. `found` gets two numbers a place:
   * version, and bytes of the body, or -1 for no row and -2 for a row of other types than were written. A body longer
   * than its slot is not there. Returns SQLite's result code, 0 for success; RangeError where the memory is too small.
   */
  read(places: Float64Array, count: number, into: Uint8Array, slotBytes: number, found: Float64Array): number;
  /** Before the connection is closed, which it holds up; a second call does nothing. */
  close(): void;
}

/** Undefined for an addon that was loaded from no file, as a test's own. */
export function pageRowReading(addon: Addon): PageRowReading | undefined {
  const extension = addonFile(addon);
  if (extension === undefined) return undefined;
  return {
    extension,
    take() {
      const rows = addon.takeRows();
      return {
        read: (places, count, into, slotBytes, found) =>
          addon.readRows(rows, places, count, into, slotBytes, found),
        close: () => addon.closeRows(rows),
      };
    },
  };
}
