/** A store change as it travels to the thread that commits it: one arena of bodies and tables of numbers beside it. */
import { assert } from '../base/errors.ts';
import { pageIdsMax, type StoreChange, treesMax } from './page-store.ts';

/** Numbers a row: place, version, offset, length. */
export const putStride = 4;
/** Numbers a row: tree, expected version, new version, offset, length. */
export const headStride = 5;
/** Numbers a row: tree, expected version. */
export const dropStride = 2;

export interface PackedChange {
  readonly arena: ArrayBuffer;
  readonly puts: Float64Array<ArrayBuffer>;
  readonly heads: Float64Array<ArrayBuffer>;
  /** Places. */
  readonly deletes: Float64Array<ArrayBuffer>;
  readonly drops: Float64Array<ArrayBuffer>;
}

const arenaBytesMin = 1 << 16;

/** The row of a page: exact in 53 bits. */
export function placeOf(tree: number, id: number): number {
  assert(tree >= 0 && tree < treesMax && id >= 0 && id < pageIdsMax, 'trees and pages have small numbers');
  return tree * pageIdsMax + id;
}

/** Copies the bodies into `spare` where it is long enough, else into new memory. */
export function packChange(change: StoreChange, spare: ArrayBuffer | undefined): PackedChange {
  let total = 0;
  for (const { body } of change.puts) total += body.length;
  for (const { body } of change.heads) total += body.length;
  const arena = spare !== undefined && spare.byteLength >= total ? spare : newArena(total);
  const bytes = new Uint8Array(arena);
  const puts = new Float64Array(change.puts.length * putStride);
  const heads = new Float64Array(change.heads.length * headStride);
  let at = 0;
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
  const deletes = Float64Array.from(change.deletes, ({ tree, id }) => placeOf(tree, id));
  const drops = Float64Array.from(change.drops.flatMap(({ tree, expected }) => [tree, expected]));
  return { arena, puts, heads, deletes, drops };
}

function newArena(bytes: number): ArrayBuffer {
  let size = arenaBytesMin;
  while (size < bytes) size *= 2;
  return new ArrayBuffer(size);
}

/** What is handed over rather than copied. */
export function transferred({ arena, puts, heads, deletes, drops }: PackedChange): ArrayBuffer[] {
  return [arena, puts.buffer, heads.buffer, deletes.buffer, drops.buffer];
}
