/** Tells a request from every other, whatever the order in which its maps came. */
import { createHash } from 'node:crypto';
import { encodeBody } from '../json.ts';

/** A SHA-256 of parameters as the model reads them. `operation`: two that take the same are two requests. */
export function requestHash(operation: string, parameters: readonly object[]): Uint8Array {
  const body = encodeBody({ operation, parameters: sorted(parameters) });
  return createHash('sha256').update(body).digest();
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return new Map(members.map(([name, member]) => [name, sorted(member)]));
}
