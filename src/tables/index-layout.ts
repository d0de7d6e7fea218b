/** What a secondary index holds of an item: whether it has an entry, under which key, and with which attributes. */
import { assert } from '../base/errors.ts';
import { type AttributeValue, attributeType, type Item } from './attribute.ts';
import type { IndexDefinition, IndexKind } from './index-definition.ts';
import {
  hashKeyBytesMax,
  type IndexKeySchema,
  type KeyAttribute,
  type KeySchema,
  keyAttributes,
  keyPartSize,
  rangeKeyBytesMax,
} from './key-schema.ts';
import type { AttributeDefinition } from './table-record.ts';
import { equalValues } from './value-order.ts';

export interface IndexLayout {
  readonly name: string;
  readonly kind: IndexKind;
  readonly keySchema: IndexKeySchema;
  /** Hash attributes first. */
  readonly keys: readonly KeyAttribute[];
  /** Undefined for all attributes. */
  readonly projected: ReadonlySet<string> | undefined;
}

export function indexLayout(
  { name, kind, keySchema, projection }: IndexDefinition,
  attributeDefinitions: readonly AttributeDefinition[],
  tableSchema: KeySchema,
): IndexLayout {
  const attributes = (keyType: 'HASH' | 'RANGE') =>
    keySchema
      .filter(({ KeyType }) => KeyType === keyType)
      .map(({ AttributeName }) => typed(AttributeName, attributeDefinitions));
  const schema = { hash: attributes('HASH'), range: attributes('RANGE') };
  const keys = [...schema.hash, ...schema.range];
  const names = [...keys, ...keyAttributes(tableSchema)].map((attribute) => attribute.name);
  const { ProjectionType, NonKeyAttributes = [] } = projection;
  const projected = ProjectionType === 'ALL' ? undefined : new Set([...names, ...NonKeyAttributes]);
  return { name, kind, keySchema: schema, keys, projected };
}

function typed(name: string, definitions: readonly AttributeDefinition[]): KeyAttribute {
  const type = definitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  assert(type !== undefined, 'a key attribute of an index has a type');
  return { name, type };
}

/**
 * Whether the item has an entry: it has all keys of the index, and they are fit to be. What was there before the index
 * may have others: it has none.
 */
export function hasEntry({ keySchema, keys }: IndexLayout, item: Item): boolean {
  for (const { name, type } of keys) {
    const value = item.get(name);
    if (value === undefined || attributeType(value) !== type || keyPartSize(value) === 0) return false;
  }
  return (
    keySize(keySchema.hash, item) <= hashKeyBytesMax && keySize(keySchema.range, item) <= rangeKeyBytesMax
  );
}

/** The bytes of these attributes of an item that has them, as their limits count them. */
export function keySize(attributes: readonly KeyAttribute[], item: Item): number {
  let size = 0;
  for (const { name } of attributes) {
    const value = item.get(name);
    if (value !== undefined) size += keyPartSize(value);
  }
  return size;
}

/** What the index takes over from the item. */
export function projectedItem({ projected }: IndexLayout, item: Item): Item {
  if (projected === undefined) return item;
  const kept = new Map<string, AttributeValue>();
  for (const [name, value] of item) if (projected.has(name)) kept.set(name, value);
  return kept;
}

/** Whether two items look the same in the index. */
export function areSameEntries({ projected }: IndexLayout, one: Item, other: Item): boolean {
  if (projected === undefined) return equalValues({ M: one }, { M: other });
  for (const name of projected) {
    const [left, right] = [one.get(name), other.get(name)];
    if (left === right) continue;
    if (left === undefined || right === undefined || !equalValues(left, right)) return false;
  }
  return true;
}
