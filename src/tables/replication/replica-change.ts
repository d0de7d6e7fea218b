/** What one replica tells another: pages of changes, each with the position to go on from. */
import type { Stamp } from './stamp.ts';

/** Up to where one replica has read another. */
export type Position =
  | {
      readonly kind: 'copy';
      /** The tree key of the last item that was copied; empty at first. */
      readonly behind: Uint8Array;
      /** The end of the log when the copy began: what follows the copy. */
      readonly sequence: number;
    }
  | { readonly kind: 'follow'; readonly sequence: number };

/** An item as it is now, whatever was done to it before. */
export interface ReplicaChange {
  /** Of the item in the table's tree. */
  readonly key: Uint8Array;
  /** Absent for an item that was not written since its table is a replica: older than everything. */
  readonly stamp: Stamp | undefined;
  /** As encodeItem writes it; undefined for an item that was deleted. */
  readonly item: Uint8Array | undefined;
}

export interface ChangePage {
  readonly changes: readonly ReplicaChange[];
  /** To go on from. */
  readonly position: Position;
  /** There is nothing further now. */
  readonly isWhole: boolean;
  /** The hybrid clock of whoever was read: the reader's goes on behind it. */
  readonly high: Stamp;
}

/** How much one page may hold; a change that is larger than `bytesMax` has a page to itself. */
export interface PageLimits {
  readonly changesMax?: number;
  readonly bytesMax?: number;
}

export interface ReadRequest {
  /** Absent at first: a copy begins. */
  readonly position?: Position | undefined;
  /** Who reads, as `apply` names it there: what came from it, it is not told again. */
  readonly puller: string;
  readonly limits?: PageLimits;
}

/** A write that was made in another region first. */
export interface ReplicatedWrite {
  /** Absent for an item that was not written since its table is a replica. */
  readonly stamp: Stamp | undefined;
  /** Which replica it was read from. */
  readonly from: string;
}
