/** An item inside the engine: attribute values exactly as DynamoDB types them. */

export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: Uint8Array }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly Uint8Array[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: ItemMap };

/** Attribute names to values. A Map, since `__proto__` is a legal attribute name (R-JS-1). */
export type ItemMap = ReadonlyMap<string, AttributeValue>;
export type Item = ItemMap;

export type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M';
export type KeyAttributeType = 'S' | 'N' | 'B';

/** The type name of a value: its only member. */
export function attributeType(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  throw new TypeError('an attribute value has exactly one member');
}
