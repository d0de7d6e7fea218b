/** The primary key of a table and its place in the tree. */
import { utf8, utf8Bytes } from '../base/bytes.ts';
import { assert, Refusal } from '../base/errors.ts';
import { type AttributeValue, attributeType, type Item, type KeyAttributeType } from './attribute.ts';
import { numberKey } from './number-key.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyAttributeType;
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
}

export const hashKeyBytesMax = 2048;
const rangeKeyBytesMax = 1024;
export const keyMismatch = 'The provided key element does not match the schema';

function refuse(message: string): never {
  throw new Refusal('Validation', { message });
}

/** The attributes of the schema, hash first. */
export function keyAttributes(schema: KeySchema): readonly KeyAttribute[] {
  return schema.range === undefined ? [schema.hash] : [schema.hash, schema.range];
}

/** Refuses an empty or too long key value; its type is known to fit. */
export function checkKeyValue(schema: KeySchema, { name, type }: KeyAttribute, value: AttributeValue): void {
  const size = keyPartSize(value);
  if (size === 0) {
    const kind = type === 'B' ? 'binary' : 'string';
    refuse(
      'One or more parameter values are not valid. ' +
        `The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  }
  if (name === schema.hash.name && size > hashKeyBytesMax) {
    refuse(
      'One or more parameter values were invalid: ' +
        `Size of hashkey has exceeded the maximum size limit of${hashKeyBytesMax} bytes`,
    );
  }
  if (name !== schema.hash.name && size > rangeKeyBytesMax) {
    refuse(
      'One or more parameter values were invalid: ' +
        `Aggregated size of all range keys has exceeded the size limit of ${rangeKeyBytesMax} bytes`,
    );
  }
}

/** A number is far from either limit: that it has a length is enough. */
function keyPartSize(value: AttributeValue): number {
  if ('S' in value) return utf8Bytes(value.S);
  return 'B' in value ? value.B.length : 1;
}

/** A `Key` parameter: exactly the key attributes, of the right types, neither empty nor too long. */
export function checkKey(schema: KeySchema, key: Item): void {
  const attributes = keyAttributes(schema);
  if (key.size !== attributes.length) refuse(keyMismatch);
  for (const attribute of attributes) {
    const value = key.get(attribute.name);
    if (value === undefined || attributeType(value) !== attribute.type) refuse(keyMismatch);
    checkKeyValue(schema, attribute, value);
  }
}

/** An item to be put: has its key attributes, of the right types, neither empty nor too long. */
export function checkItemKey(schema: KeySchema, item: Item): void {
  for (const attribute of keyAttributes(schema)) {
    const { name, type } = attribute;
    const value = item.get(name);
    if (value === undefined) {
      refuse(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    }
    const actual = attributeType(value);
    if (actual !== type) {
      refuse(
        'One or more parameter values were invalid: ' +
          `Type mismatch for key ${name} expected: ${type} actual: ${actual}`,
      );
    }
    checkKeyValue(schema, attribute, value);
  }
}

/** A key attribute of a stored or checked item. */
export function keyValue(item: Item, { name }: KeyAttribute): AttributeValue {
  const value = item.get(name);
  assert(value !== undefined, 'a stored item has its key attributes');
  return value;
}

/** The key attributes of an item that has them. */
export function keyOf(schema: KeySchema, item: Item): Item {
  return new Map(
    keyAttributes(schema).map((attribute) => [attribute.name, keyValue(item, attribute)] as const),
  );
}

/** The bytes that stand for a key value in tree keys: UTF-8, themselves, or sortable. */
export function keyPartBytes(value: AttributeValue): Uint8Array {
  if ('S' in value) return utf8(value.S);
  if ('N' in value) return numberKey(value.N);
  assert('B' in value, 'a key attribute is S, N or B');
  return value.B;
}
