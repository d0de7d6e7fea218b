/** A way of writing that a load goes along while its process is killed. */
import type { JsonCall } from './json-call.ts';
import type { Ledger } from './ledger.ts';

export interface Course {
  readonly call: JsonCall;
  readonly ledger: Ledger;
  readonly seed: number;
  /** Asked before each write. */
  readonly isOver: () => boolean;
}

/** Its names in the ledger are its own: several paths are gone along at once. */
export interface WritePath {
  readonly name: string;
  /** Makes what it writes to, in a new store. */
  prepare(call: JsonCall): Promise<PreparedPath>;
}

export interface PreparedPath {
  /** Writes until it is over; rejects with a fault that came before. */
  load(course: Course): Promise<void>;
  /** All that the load writes, by its names in the ledger. What is half done has a content that nobody wrote. */
  read(call: JsonCall): Promise<ReadonlyMap<string, string>>;
}

/** Writes one after another, until it is over or one fails. */
export async function writeUntilOver(
  { seed, isOver }: Course,
  writeOne: (turn: number) => Promise<void>,
): Promise<void> {
  try {
    for (let turn = seed; !isOver(); turn++) await writeOne(turn);
  } catch (fault) {
    // What was under way is in the ledger.
    if (!isOver()) throw fault;
  }
}
