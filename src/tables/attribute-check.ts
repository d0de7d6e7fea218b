/** The door for attribute values: what the wire delivered becomes an item, or is refused in DynamoDB's words. */
import { refuse } from '../base/errors.ts';
import type { AttributeType, AttributeValue, Item } from './attribute.ts';
import { canonicalNumber } from './number.ts';

/** An attribute value after JSON's own checks; members not known here are ignored. */
export interface RawAttributeValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly B?: Uint8Array | undefined;
  readonly BOOL?: boolean | undefined;
  readonly NULL?: boolean | undefined;
  readonly SS?: readonly string[] | undefined;
  readonly NS?: readonly string[] | undefined;
  readonly BS?: readonly Uint8Array[] | undefined;
  readonly L?: readonly RawAttributeValue[] | undefined;
  readonly M?: RawItem | undefined;
}
export type RawItem = ReadonlyMap<string, RawAttributeValue>;

/** Lists and maps inside one another, counted from the attribute down. */
export const nestingLevelsMax = 32;
const attributeNameBytesMax = 65_535;

const invalidParameter = 'One or more parameter values were invalid: ';
export const nestingTooDeep = 'Nesting Levels have exceeded supported limits';

/** Opens the texts of every empty set, which is reported without the name of a placeholder. */
export const emptySets = {
  SS: `${invalidParameter}An string set  may not be empty`,
  NS: `${invalidParameter}An number set  may not be empty`,
  BS: `${invalidParameter}Binary sets should not be empty`,
} as const;

const types: readonly AttributeType[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'];

/** Exactly one type, a storable number, a set without doubles: see aws-behaviour §5.9 for each refusal. */
export function checkedAttribute(raw: RawAttributeValue): AttributeValue {
  return checked(raw, nestingLevelsMax);
}

/** Every value of an `Item` or `Key` checked; that keys fit the table is key-schema.ts's part. */
export function checkedItem(raw: RawItem): Item {
  return checkedMap(raw, nestingLevelsMax);
}

function checked(raw: RawAttributeValue, levelsLeft: number): AttributeValue {
  const sole = soleMember(raw);
  if (sole !== undefined) return checkedAs(sole, raw, levelsLeft);
  let value: AttributeValue | undefined;
  let several = false;
  for (const type of types) {
    if (raw[type] === undefined) continue;
    several = value !== undefined;
    value = checkedAs(type, raw, levelsLeft);
    if (several) break;
  }
  if (value === undefined) {
    refuse('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (several) {
    refuse(
      'Supplied AttributeValue has more than one datatypes set, ' +
        'must contain exactly one of the supported datatypes',
    );
  }
  return value;
}

/** Most values have one member: to find that out costs less than to ask for each of the ten. */
function soleMember(raw: RawAttributeValue): AttributeType | undefined {
  let sole: string | undefined;
  for (const member in raw) {
    if (sole !== undefined) return undefined;
    sole = member;
  }
  const type = sole as AttributeType | undefined;
  return type !== undefined && types.includes(type) && raw[type] !== undefined ? type : undefined;
}

function checkedAs(type: AttributeType, raw: RawAttributeValue, levelsLeft: number): AttributeValue {
  switch (type) {
    case 'S':
      return { S: raw.S ?? '' };
    case 'N':
      return { N: canonicalNumber(raw.N ?? '') };
    case 'B':
      return { B: raw.B ?? new Uint8Array() };
    case 'BOOL':
      return { BOOL: raw.BOOL === true };
    case 'NULL':
      if (raw.NULL === false) {
        refuse(`${invalidParameter}Null attribute value types must have the value of true`);
      }
      return { NULL: true };
    case 'SS':
      return { SS: checkedStrings(raw.SS ?? []) };
    case 'NS':
      return { NS: checkedNumbers(raw.NS ?? []) };
    case 'BS':
      return { BS: checkedBinaries(raw.BS ?? []) };
    case 'L':
      return { L: checkedList(raw.L ?? [], levelsLeft) };
    case 'M':
      if (levelsLeft === 0) refuse(nestingTooDeep);
      return { M: checkedMap(raw.M ?? new Map(), levelsLeft - 1) };
  }
}

function checkedList(raw: readonly RawAttributeValue[], levelsLeft: number): readonly AttributeValue[] {
  if (levelsLeft === 0) refuse(nestingTooDeep);
  return raw.map((element) => checked(element, levelsLeft - 1));
}

function checkedMap(raw: RawItem, levelsLeft: number): Item {
  const item = new Map<string, AttributeValue>();
  for (const [name, value] of raw) {
    checkAttributeName(name);
    item.set(name, checked(value, levelsLeft));
  }
  return item;
}

/** Refuses an empty and a too long name. */
export function checkAttributeName(name: string): void {
  if (name === '') refuse(`${invalidParameter}An attribute name must not be empty`);
  // A UTF-16 unit takes three bytes at most: short names need no measuring.
  if (name.length * 3 > attributeNameBytesMax && Buffer.byteLength(name) > attributeNameBytesMax) {
    refuse(`${invalidParameter}Attribute name is too large, must be less than 65536 bytes`);
  }
}

function checkedStrings(raw: readonly string[]): readonly string[] {
  if (raw.length === 0) refuse(emptySets.SS);
  if (new Set(raw).size !== raw.length) {
    refuse(`${invalidParameter}Input collection [${raw.join(', ')}] contains duplicates.`);
  }
  return raw;
}

function checkedNumbers(raw: readonly string[]): readonly string[] {
  if (raw.length === 0) refuse(emptySets.NS);
  const numbers = raw.map(canonicalNumber);
  if (new Set(numbers).size !== numbers.length) refuse('Input collection contains duplicates');
  return numbers;
}

function checkedBinaries(raw: readonly Uint8Array[]): readonly Uint8Array[] {
  if (raw.length === 0) refuse(emptySets.BS);
  const texts = raw.map((bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
  );
  if (new Set(texts).size !== texts.length) {
    refuse(`${invalidParameter}Input collection [${texts.join(', ')}]of type BS contains duplicates.`);
  }
  return raw;
}
