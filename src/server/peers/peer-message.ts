/** A message between peers: where it goes, how long it may be, and its body: a head in JSON, and bytes beside it. */
import { encodeBody, parseJsonBody } from '../../api/json.ts';
import type { JsonObject } from '../../api/json-type.ts';
import { concatBytes } from '../../base/bytes.ts';
import { Refusal } from '../../base/errors.ts';
import { WireFault } from './wire-fault.ts';

/*
 *  body    length of the head, 4 bytes, big end first │ head, JSON in UTF-8 │ bytes
 */
const prefixBytes = 4;

/** Says which version of all this a message is of: another one is not read. */
export const peerContentType = 'application/x-cryptable-peer-1';

export const peerPaths = { join: '/join', pull: '/pull' } as const;
export type PeerQuestion = keyof typeof peerPaths;

/** A table with all its indexes and tags, or the members of a group. */
export const questionBytesMax = 1024 * 1024;
/** A page of changes ends with the one that reaches a megabyte: an item of 400 KB, and the members beside it. */
export const answerBytesMax = 4 * 1024 * 1024;

export const peerStatus = {
  done: 200,
  unreadable: 400,
  notYours: 403,
  refused: 422,
  unavailable: 503,
} as const;

export interface Framed {
  readonly head: JsonObject;
  readonly bytes: Uint8Array;
}

export function encodeFramed(head: object, bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = encodeBody(head);
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(text.length);
  return concatBytes(prefix, text, bytes);
}

/** Throws a WireFault. */
export function decodeFramed(body: Uint8Array): Framed {
  if (body.length < prefixBytes) throw new WireFault('');
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0);
  if (length > body.length - prefixBytes) throw new WireFault('');
  const end = prefixBytes + length;
  try {
    return { head: parseJsonBody(body.subarray(prefixBytes, end)), bytes: body.subarray(end) };
  } catch (fault) {
    if (fault instanceof Refusal) throw new WireFault('');
    throw fault;
  }
}
