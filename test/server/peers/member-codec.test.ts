import { describe, expect, test } from 'vitest';
import { readMembers, readPosition, readStamp } from '../../../src/server/peers/member-codec.ts';
import { MemberReader } from '../../../src/server/peers/member-reader.ts';
import { decodeFramed, encodeFramed } from '../../../src/server/peers/peer-message.ts';
import { WireFault } from '../../../src/server/peers/wire-fault.ts';
import { member, newcomer } from './support.ts';

const sent = (value: object) => new MemberReader(decodeFramed(encodeFramed(value)).head);

test('members come back with all that is known of them', () => {
  const members = [member, newcomer];
  expect(readMembers(sent({ members }))).toEqual(members);
  expect(readMembers(sent({ members: [] }))).toEqual([]);
});

test('positions come back, of a copy and of what follows it', () => {
  const copy = { kind: 'copy', behind: Uint8Array.of(1, 255), sequence: 3 };
  expect(readPosition(sent({ x: copy }), 'x')).toEqual(copy);
  expect(readPosition(sent({ x: { ...copy, behind: new Uint8Array(0) } }), 'x')).toMatchObject({
    sequence: 3,
  });
  expect(readPosition(sent({ x: { kind: 'follow', sequence: 2 ** 50 } }), 'x')).toEqual({
    kind: 'follow',
    sequence: 2 ** 50,
  });
});

describe('refused is a member', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['of a region that is none', { region: '../x' }],
    ['in a state that is none', { state: 'GONE' }],
    ['under a key of no kind', { encryption: 'none' }],
    ['without a stamp', { stamp: undefined }],
    ['with a stamp of before 1970', { stamp: { ...member.stamp, ms: -1 } }],
    ['with a stamp of a fraction', { stamp: { ...member.stamp, count: 0.5 } }],
    ['with more than this version knows', { colour: 'red' }],
    ['with a table of no id', { tableId: 'a b' }],
  ];
  for (const [title, change] of cases) {
    test(title, () => {
      expect(() => readMembers(sent({ members: [{ ...member, ...change }] }))).toThrow(WireFault);
    });
  }

  test('too many', () => {
    expect(() => readMembers(sent({ members: new Array(257).fill(member) }))).toThrow(WireFault);
  });
});

test('a stamp has its three parts and no more', () => {
  expect(readStamp(sent({ x: member.stamp }), 'x')).toEqual(member.stamp);
  expect(() => readStamp(sent({ x: { ...member.stamp, more: 1 } }), 'x')).toThrow(WireFault);
});

test('a position has its parts and no more', () => {
  for (const x of [
    { kind: 'follow', sequence: 1, behind: '' },
    { kind: 'copy', sequence: 1 },
    { kind: 'other', sequence: 1 },
  ]) {
    expect(() => readPosition(sent({ x }), 'x')).toThrow(WireFault);
  }
});
