/** Equality and order of attribute values as DynamoDB compares them (spec 1.5). */
import { compareBytes, equalBytes } from '../base/bytes.ts';
import type { AttributeValue, ItemMap } from './attribute.ts';
import { compareNumbers } from './number.ts';

/** Deep: sets and maps in any order, lists in theirs; different types are never equal. */
export function equalValues(left: AttributeValue, right: AttributeValue): boolean {
  if (left === right) return true;
  if ('S' in left) return 'S' in right && left.S === right.S;
  if ('N' in left) return 'N' in right && left.N === right.N;
  if ('B' in left) return 'B' in right && equalBytes(left.B, right.B);
  if ('BOOL' in left) return 'BOOL' in right && left.BOOL === right.BOOL;
  if ('NULL' in left) return 'NULL' in right;
  if ('SS' in left) return 'SS' in right && equalSets(left.SS, right.SS);
  if ('NS' in left) return 'NS' in right && equalSets(left.NS, right.NS);
  if ('BS' in left) return 'BS' in right && equalSets(left.BS.map(byteText), right.BS.map(byteText));
  if ('L' in left) return 'L' in right && equalLists(left.L, right.L);
  return 'M' in right && equalMaps(left.M, right.M);
}

/** Bytes as a string that is equal exactly for equal bytes: for sets of binaries. */
export function byteText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function equalSets(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  const members = new Set(left);
  return right.every((member) => members.has(member));
}

function equalLists(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  if (left.length !== right.length) return false;
  return left.every((element, index) => {
    const other = right[index];
    return other !== undefined && equalValues(element, other);
  });
}

function equalMaps(left: ItemMap, right: ItemMap): boolean {
  if (left.size !== right.size) return false;
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other === undefined || !equalValues(value, other)) return false;
  }
  return true;
}

/** The order of two strings, numbers or binaries; undefined for anything else or two types. */
export function orderOf(left: AttributeValue, right: AttributeValue): number | undefined {
  if ('S' in left) return 'S' in right ? compareTexts(left.S, right.S) : undefined;
  if ('N' in left) return 'N' in right ? compareNumbers(left.N, right.N) : undefined;
  if ('B' in left) return 'B' in right ? compareBytes(left.B, right.B) : undefined;
  return undefined;
}

/** UTF-8 order without encoding: UTF-16 order but for surrogates, which come after all else. */
function compareTexts(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
