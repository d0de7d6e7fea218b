/** A store change as it travels to the thread that commits it: one arena, tables of numbers in front, bodies behind. */
import { assert } from '../base/errors.ts';
import { type PageDelete, pageIdsMax, type StoreChange, treesMax } from './page-store.ts';

/** Numbers a row: place, version, offset, length. */
export const putStride = 4;
/** Numbers a row: tree, expected version, new version, offset, length. */
export const headStride = 5;
/** Numbers a row: tree, expected version. */
export const dropStride = 2;

/** In one piece, since each piece of memory that changes threads costs more than filling it. */
export interface PackedChange {
  readonly arena: ArrayBuffer;
  readonly putCount: number;
  readonly headCount: number;
  readonly deleteCount: number;
  readonly dropCount: number;
}

/** The numbers of a packed change, where they lie in its arena. */
export interface ChangeTables {
  readonly puts: Float64Array;
  readonly heads: Float64Array;
  /** Places. */
  readonly deletes: Float64Array;
  readonly drops: Float64Array;
}

export function tablesOf({ arena, putCount, headCount, deleteCount, dropCount }: PackedChange): ChangeTables {
  let at = 0;
  const table = (length: number): Float64Array => {
    const numbers = new Float64Array(arena, at, length);
    at += numbers.byteLength;
    return numbers;
  };
  return {
    puts: table(putCount * putStride),
    heads: table(headCount * headStride),
    deletes: table(deleteCount),
    drops: table(dropCount * dropStride),
  };
}

const arenaBytesMin = 1 << 16;

/** The row of a page: exact in 53 bits. */
export function placeOf(tree: number, id: number): number {
  assert(tree >= 0 && tree < treesMax && id >= 0 && id < pageIdsMax, 'trees and pages have small numbers');
  return tree * pageIdsMax + id;
}

/** Copies the bodies into `spare` where it is long enough, else into new memory. */
export function packChange(change: StoreChange, spare: ArrayBuffer | undefined): PackedChange {
  const counts = {
    putCount: change.puts.length,
    headCount: change.heads.length,
    deleteCount: change.deletes.length,
    dropCount: change.drops.length,
  };
  const numbers =
    counts.putCount * putStride +
    counts.headCount * headStride +
    counts.deleteCount +
    counts.dropCount * dropStride;
  let at = numbers * Float64Array.BYTES_PER_ELEMENT;
  let total = at;
  for (const { body } of change.puts) total += body.length;
  for (const { body } of change.heads) total += body.length;
  const arena = spare !== undefined && spare.byteLength >= total ? spare : newArena(total);
  const packed = { arena, ...counts };
  const { puts, heads, deletes, drops } = tablesOf(packed);
  const bytes = new Uint8Array(arena);
  let row = 0;
  for (const { tree, id, version, body } of change.puts) {
    bytes.set(body, at);
    puts[row++] = placeOf(tree, id);
    puts[row++] = version;
    puts[row++] = at;
    puts[row++] = body.length;
    at += body.length;
  }
  row = 0;
  for (const { tree, expected, version, body } of change.heads) {
    bytes.set(body, at);
    heads.set([tree, expected, version, at, body.length], row);
    row += headStride;
    at += body.length;
  }
  for (let i = 0; i < deletes.length; i++) {
    const { tree, id } = change.deletes[i] as PageDelete;
    deletes[i] = placeOf(tree, id);
  }
  drops.set(change.drops.flatMap(({ tree, expected }) => [tree, expected]));
  return packed;
}

function newArena(bytes: number): ArrayBuffer {
  let size = arenaBytesMin;
  while (size < bytes) size *= 2;
  return new ArrayBuffer(size);
}
