/** The primary key of a table and its place in the tree. */
import { utf8, utf8Bytes } from '../base/bytes.ts';
import { assert, refuse } from '../base/errors.ts';
import { type AttributeValue, attributeType, type Item, type KeyAttributeType } from './attribute.ts';
import { numberKey } from './number-key.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyAttributeType;
}

/** A key attribute as requests and answers name it. */
export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
}

/** The key of a secondary index: several items can share one, and a global one can have four attributes of each kind. */
export interface IndexKeySchema {
  readonly hash: readonly KeyAttribute[];
  readonly range: readonly KeyAttribute[];
}

/** A key attribute of one of the secondary indexes of a table. */
export interface IndexKey extends KeyAttribute {
  readonly index: string;
}

export const hashKeyBytesMax = 2048;
export const rangeKeyBytesMax = 1024;
export const keyMismatch = 'The provided key element does not match the schema';

/** The attributes of the schema, hash first. */
export function keyAttributes(schema: KeySchema): readonly KeyAttribute[] {
  return schema.range === undefined ? [schema.hash] : [schema.hash, schema.range];
}

/** Refuses an empty or too long key value; its type is known to fit. */
export function checkKeyValue(schema: KeySchema, attribute: KeyAttribute, value: AttributeValue): void {
  checkKeyPart(attribute, value, attribute.name === schema.hash.name ? 'hash' : 'range');
}

/** As `checkKeyValue`, for an attribute of this kind in any key. */
export function checkKeyPart({ name }: KeyAttribute, value: AttributeValue, kind: 'hash' | 'range'): void {
  const size = keyPartSize(value);
  if (size === 0) {
    refuse(`One or more parameter values are not valid. ${emptyKeyValue(value)}. Key: ${name}`);
  }
  checkKeySize(kind, size);
}

/** The sentence for an empty key value, without its end. */
export function emptyKeyValue(value: AttributeValue): string {
  const kind = 'B' in value ? 'binary' : 'string';
  return `The AttributeValue for a key attribute cannot contain an empty ${kind} value`;
}

/** Refuses too many bytes in all attributes of this kind together. */
export function checkKeySize(kind: 'hash' | 'range', size: number): void {
  if (kind === 'hash' && size > hashKeyBytesMax) {
    refuse(
      'One or more parameter values were invalid: ' +
        `Size of hashkey has exceeded the maximum size limit of${hashKeyBytesMax} bytes`,
    );
  }
  if (kind === 'range' && size > rangeKeyBytesMax) {
    refuse(
      'One or more parameter values were invalid: ' +
        `Aggregated size of all range keys has exceeded the size limit of ${rangeKeyBytesMax} bytes`,
    );
  }
}

/** A number is far from either limit: that it has a length is enough. */
export function keyPartSize(value: AttributeValue): number {
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

/**
 * An item to be put: has its key attributes, of the right types, neither empty nor too long. `inBatch`: what is not there
 * or of another type is told as of a `Key` parameter.
 */
export function checkItemKey(schema: KeySchema, item: Item, { inBatch = false } = {}): void {
  for (const attribute of keyAttributes(schema)) {
    const { name, type } = attribute;
    const value = item.get(name);
    if (inBatch && (value === undefined || attributeType(value) !== type)) refuse(keyMismatch);
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
