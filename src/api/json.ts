/** JSON from outside, parsed strictly; and answers written as AWS clients read them. */
import { isUtf8 } from 'node:buffer';
import { assert, Refusal } from '../base/errors.ts';
import { base64Of } from './base64.ts';
import { scannedMemberCount } from './json-scan.ts';
import type { JsonObject } from './json-type.ts';
import { noOutput } from './operation.ts';

/**
 * The object that the bytes spell. Refuses Serialization, and as AWS does without a word why: what is not UTF-8, not JSON or no
 * object; two members of one name; half characters; and what passes the limits of json-scan.ts.
 */
export function parseJsonBody(bytes: Uint8Array): JsonObject {
  const memberCount = isUtf8(bytes) ? scannedMemberCount(bytes) : undefined;
  if (memberCount === undefined) throw malformed();
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw malformed();
  }
  if (!isJsonObject(parsed)) throw malformed();
  // The parser keeps the last of two members of one name; another, which checked the request, may have kept the first.
  if (countMembers(parsed) !== memberCount) throw malformed();
  return parsed;
}

function isJsonObject(parsed: unknown): parsed is JsonObject {
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
}

function malformed(): Refusal {
  return new Refusal('Serialization', {});
}

function countMembers(parsed: object): number {
  if (Array.isArray(parsed)) {
    let count = 0;
    for (const element of parsed) {
      if (typeof element === 'object' && element !== null) count += countMembers(element);
    }
    return count;
  }
  const values = Object.values(parsed);
  let count = values.length;
  for (const value of values) {
    if (typeof value === 'object' && value !== null) count += countMembers(value);
  }
  return count;
}

/** The text of an answer: a Map as an object, bytes as base64, what is undefined left out; no text for noOutput. */
export function encodeBody(output: object): Uint8Array {
  if (output === noOutput) return new Uint8Array(0);
  return Buffer.from(encoded(output));
}

function encoded(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      assert(Number.isFinite(value), 'an answer holds finite numbers only');
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : encodedObject(value);
    default:
      assert(false, `an answer holds no ${typeof value}`);
  }
}

function encodedObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(encoded).join(',')}]`;
  if (value instanceof Uint8Array) return `"${base64Of(value)}"`;
  if (value instanceof Map) return encodedMembers(value);
  return encodedMembers(Object.entries(value));
}

function encodedMembers(members: Iterable<readonly [string, unknown]>): string {
  let text = '';
  for (const [name, value] of members) {
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${encoded(value)}`;
  }
  return `{${text}}`;
}
