/** JSON values read as the types of a model, each refused in AWS's words where its JSON type does not fit. */
import { Refusal } from '../base/errors.ts';
import { bytesOfBase64 } from './base64.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** How the service names its own classes in a refusal. */
export const classPrefixes = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810.',
  streams: 'com.amazonaws.dynamodb.v20120810.',
  kms: 'com.amazonaws.kms.',
  cloudtrail: 'com.amazonaws.cloudtrail.v20131101.',
  iam: 'com.amazonaws.iam.',
  sts: 'com.amazonaws.sts.',
} as const;

export function serializationFault(message: string): Refusal {
  return new Refusal('Serialization', { message });
}

function collectionFault(json: object, type: string): Refusal {
  return serializationFault(
    Array.isArray(json)
      ? `Unrecognized collection type class ${type}`
      : 'Start of structure or map found where not expected',
  );
}

function conversionFault(json: unknown, type: string): Refusal {
  return serializationFault(`${tokenOf(json)} cannot be converted to ${type}`);
}

function tokenOf(json: unknown): string {
  if (typeof json === 'string') return 'STRING_VALUE';
  if (typeof json === 'boolean') return json ? 'TRUE_VALUE' : 'FALSE_VALUE';
  // A number beyond all doubles arrives as Infinity.
  return Number.isInteger(json) || !Number.isFinite(json) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}

export function stringOf(json: unknown): string {
  if (typeof json === 'string') return json;
  if (typeof json === 'object' && json !== null) throw collectionFault(json, 'java.lang.String');
  throw conversionFault(json, 'String');
}

/** Fractions of whole numbers are cut off, as AWS does. Bounds of the type are the caller's to check. */
export function numberOf(json: unknown, type: 'Integer' | 'Long' | 'Double' | 'Date'): number {
  if (typeof json === 'object' && json !== null) throw collectionFault(json, `java.lang.${type}`);
  if (typeof json !== 'number') throw conversionFault(json, type);
  if (type === 'Integer' || type === 'Long') return Math.floor(json);
  if (!Number.isFinite(json)) throw conversionFault(json, type);
  return json;
}

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ['TRUE', true],
  ['YES', true],
  ['1', true],
  ['FALSE', false],
  ['NO', false],
  ['0', false],
]);

/** Words are taken too, as AWS takes them. */
export function booleanOf(json: unknown): boolean {
  if (typeof json === 'boolean') return json;
  if (typeof json === 'object' && json !== null) throw collectionFault(json, 'java.lang.Boolean');
  if (typeof json !== 'string') throw conversionFault(json, 'Boolean');
  const value = json.length > 5 ? undefined : booleanWords.get(json.toUpperCase());
  if (value === undefined) throw serializationFault('Unexpected token received from parser');
  return value;
}

export function blobOf(json: unknown): Uint8Array {
  if (typeof json === 'string') return bytesOfBase64(json);
  if (typeof json === 'object' && json !== null) throw collectionFault(json, 'java.nio.ByteBuffer');
  throw serializationFault('only base-64-encoded strings are convertible to bytes');
}

export function listOf(json: unknown): readonly unknown[] {
  if (Array.isArray(json)) return json;
  if (typeof json === 'object')
    throw serializationFault('Start of structure or map found where not expected');
  throw serializationFault('Unexpected field type');
}

/** `valueClass`: the Java name of what the map holds. */
export function mapOf(json: unknown, valueClass: string): JsonObject {
  if (Array.isArray(json)) {
    throw serializationFault(`Unrecognized collection type java.util.Map<java.lang.String, ${valueClass}>`);
  }
  if (!isObject(json)) throw serializationFault('Unexpected field type');
  return json;
}

/** `nested`: an element of a list or a value of a map, not a member of a structure. */
export function structureOf(json: unknown, className: string, nested: boolean): JsonObject {
  if (Array.isArray(json)) throw serializationFault(`Unrecognized collection type class ${className}`);
  if (!isObject(json)) {
    throw serializationFault(nested ? 'Unexpected value type in payload' : 'Unexpected field type');
  }
  return json;
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
