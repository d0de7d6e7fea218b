/** Attribute values as JSON has them, read by type alone; what makes one legal is tables/attribute-check.ts's to say. */
import type { RawAttributeValue, RawItem } from '../tables/attribute-check.ts';
import {
  blobOf,
  booleanOf,
  classPrefixes,
  listOf,
  mapOf,
  serializationFault,
  stringOf,
  structureOf,
} from './json-type.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const className = `${classPrefixes.dynamodb}AttributeValue`;

/** Refuses JSON of the wrong type. Its recursion is bounded by the depth that api/json.ts lets in. */
export function rawAttribute(json: unknown): RawAttributeValue {
  const members = structureOf(json, className, true);
  const raw: Writable<RawAttributeValue> = {};
  for (const type of Object.keys(members)) {
    const value = members[type];
    if (value !== null) readMember(raw, type, value);
  }
  return raw;
}

/** A member that is null is absent. */
export function rawItem(json: unknown): RawItem {
  const members = mapOf(json, className);
  const item = new Map<string, RawAttributeValue>();
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value !== null) item.set(name, rawAttribute(value));
  }
  return item;
}

function readMember(raw: Writable<RawAttributeValue>, type: string, value: unknown): void {
  switch (type) {
    case 'S':
      raw.S = stringOf(value);
      break;
    case 'N':
      raw.N = stringOf(value);
      break;
    case 'B':
      raw.B = blobOf(value);
      break;
    case 'BOOL':
      raw.BOOL = booleanOf(value);
      break;
    case 'NULL':
      raw.NULL = booleanOf(value);
      break;
    case 'SS':
      raw.SS = listOf(value).map((element) => stringOf(present(element)));
      break;
    case 'NS':
      raw.NS = listOf(value).map((element) => stringOf(present(element)));
      break;
    case 'BS':
      raw.BS = listOf(value).map((element) => blobOf(present(element)));
      break;
    case 'L':
      // A null element has no type: attribute-check refuses it as an empty value.
      raw.L = listOf(value).map((element) => (element === null ? {} : rawAttribute(element)));
      break;
    case 'M':
      raw.M = rawItem(value);
      break;
  }
}

function present(json: unknown): unknown {
  if (json === null) throw serializationFault('Unexpected field type');
  return json;
}
