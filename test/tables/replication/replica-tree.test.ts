import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../../src/base/bytes.ts';
import { IntegrityFault } from '../../../src/base/errors.ts';
import type { Position } from '../../../src/tables/replication/replica-change.ts';
import {
  decodeLogEntry,
  decodePosition,
  decodeTrimmed,
  decodeVersion,
  encodeLogEntry,
  encodePosition,
  encodeTrimmed,
  encodeVersion,
  keyOfVersion,
  logBehind,
  logKey,
  logRange,
  positionKey,
  sequenceOfLog,
  trimmedKey,
  versionKey,
  versionRange,
} from '../../../src/tables/replication/replica-tree.ts';

const stamp = { ms: 1_700_000_000_123, count: 4, region: 'eu-west-1' };
const key = Uint8Array.of(0, 255, 3);
const far = Number.MAX_SAFE_INTEGER;

describe('the tree of a replica', () => {
  const versions = [
    { stamp, isDeleted: false, sequence: 0 },
    { stamp, isDeleted: true, sequence: far, from: 'us-east-1/0b9b8c7e' },
  ];
  const positions: readonly Position[] = [
    { kind: 'copy', behind: new Uint8Array(), sequence: 0 },
    { kind: 'copy', behind: key, sequence: far },
    { kind: 'follow', sequence: far },
  ];

  test('gives back what was put into it', () => {
    for (const version of versions) expect(decodeVersion(encodeVersion(version))).toEqual(version);
    for (const position of positions) expect(decodePosition(encodePosition(position))).toEqual(position);
    expect(decodeLogEntry(encodeLogEntry({ key, high: stamp }))).toEqual({ key, high: stamp });
    expect(decodeTrimmed(encodeTrimmed(far))).toBe(far);
    expect(decodeTrimmed(undefined)).toBe(0);
    expect(keyOfVersion(versionKey(key))).toEqual(key);
    expect(sequenceOfLog(logKey(far))).toBe(far);
  });

  test('gives back nothing of what is cut or of another format', () => {
    const readers = [
      [encodeVersion({ stamp, isDeleted: false, sequence: 1 }), decodeVersion],
      [encodeLogEntry({ key: new Uint8Array(), high: stamp }), decodeLogEntry],
      [encodePosition({ kind: 'follow', sequence: 1 }), decodePosition],
      [encodeTrimmed(1), decodeTrimmed],
    ] as const;
    for (const [bytes, decode] of readers) {
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decode(bytes.subarray(0, length)), decode.name).toThrow(IntegrityFault);
      }
      expect(() => decode(Uint8Array.of(9, ...bytes.subarray(1))), decode.name).toThrow(IntegrityFault);
    }
    expect(() => sequenceOfLog(logKey(1).subarray(0, 8))).toThrow(IntegrityFault);
  });

  test('keeps the log in its order, and each kind apart', () => {
    const sequences = [0, 1, 255, 256, 2 ** 32, far];
    const keys = sequences.map(logKey);
    expect(keys.toSorted(compareBytes)).toEqual(keys);
    for (const [at, sequence] of sequences.entries()) {
      const { from, to } = logBehind(sequence);
      const behind = keys.filter((each) => compareBytes(each, from) >= 0 && compareBytes(each, to) < 0);
      expect(behind).toEqual(keys.slice(at + 1));
    }
    const inside = (range: { from: Uint8Array; to: Uint8Array }, each: Uint8Array) =>
      compareBytes(each, range.from) >= 0 && compareBytes(each, range.to) < 0;
    expect(inside(versionRange, versionKey(key))).toBe(true);
    for (const other of [...keys, positionKey('x'), trimmedKey])
      expect(inside(versionRange, other)).toBe(false);
    for (const each of keys) expect(inside(logRange, each)).toBe(true);
    for (const other of [versionKey(key), positionKey('x'), trimmedKey])
      expect(inside(logRange, other)).toBe(false);
  });
});
