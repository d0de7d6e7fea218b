/** Items that callers in this process hand over: their JavaScript types checked, their bytes copied. */
import { Refusal } from './base/errors.ts';
import type { AttributeValue, Item } from './tables/attribute.ts';
import {
  nestingLevelsMax,
  nestingTooDeep,
  type RawAttributeValue,
  type RawItem,
} from './tables/attribute-check.ts';

/** A Map, which answers are too, or a plain object. */
export type ItemInput = Item | Readonly<Record<string, AttributeValue>>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Throws a TypeError for what is of no attribute's JavaScript type; what makes a value legal is
 * tables/attribute-check.ts's to say. Nothing that the caller changes later changes what this returns.
 */
export function embeddedItem(given: ItemInput): RawItem {
  return mapOf(given, nestingLevelsMax);
}

function mapOf(given: unknown, levelsLeft: number): RawItem {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw typeFault('an item', given);
  const item = new Map<string, RawAttributeValue>();
  if (given instanceof Map) {
    for (const [name, value] of given) item.set(stringOf(name), attributeOf(value, levelsLeft));
    return item;
  }
  for (const [name, value] of Object.entries(given)) item.set(name, attributeOf(value, levelsLeft));
  return item;
}

function attributeOf(given: unknown, levelsLeft: number): RawAttributeValue {
  if (typeof given !== 'object' || given === null) throw typeFault('an attribute value', given);
  const raw: Writable<RawAttributeValue> = {};
  for (const [type, value] of Object.entries(given)) {
    if (value !== undefined) readMember(raw, { type, value, levelsLeft });
  }
  return raw;
}

function readMember(
  raw: Writable<RawAttributeValue>,
  { type, value, levelsLeft }: { type: string; value: unknown; levelsLeft: number },
): void {
  switch (type) {
    case 'S':
    case 'N':
      raw[type] = stringOf(value);
      break;
    case 'B':
      raw.B = bytesOf(value);
      break;
    case 'BOOL':
    case 'NULL':
      raw[type] = booleanOf(value);
      break;
    case 'SS':
    case 'NS':
      raw[type] = listOf(value).map(stringOf);
      break;
    case 'BS':
      raw.BS = listOf(value).map(bytesOf);
      break;
    case 'L':
      raw.L = listOf(value).map((element) => attributeOf(element, deeper(levelsLeft)));
      break;
    case 'M':
      raw.M = mapOf(value, deeper(levelsLeft));
      break;
    default:
      throw new TypeError(`an attribute value has no type ${type}`);
  }
}

/** A value that holds itself must not hold us up. */
function deeper(levelsLeft: number): number {
  if (levelsLeft === 0) throw new Refusal('Validation', { message: nestingTooDeep });
  return levelsLeft - 1;
}

function stringOf(value: unknown): string {
  if (typeof value !== 'string') throw typeFault('a string', value);
  return value;
}

function booleanOf(value: unknown): boolean {
  if (typeof value !== 'boolean') throw typeFault('a boolean', value);
  return value;
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw typeFault('a Uint8Array', value);
  // Not slice, by which a Buffer shares its memory.
  return new Uint8Array(value);
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw typeFault('an array', value);
  return value;
}

function typeFault(wanted: string, given: unknown): TypeError {
  return new TypeError(`${wanted} was expected, and not ${given === null ? 'null' : `a ${typeof given}`}`);
}
