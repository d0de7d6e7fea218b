import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isAbout,
  isAlone,
  isPresent,
  memberOf,
  mergedMembers,
  ownEntry,
  saysSame,
  withMember,
} from '../../src/lifecycle/replica-members.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import type { ReplicaMember } from '../../src/tables/replication/replication-state.ts';

const base = { encryption: 'owned' } as const;
const member = (
  region: string,
  state: ReplicaMember['state'],
  ms: number,
  tableId?: string,
): ReplicaMember => ({
  ...base,
  region,
  state,
  stamp: { ms, count: 0, region: 'r' },
  ...(tableId !== undefined && { tableId }),
});

describe('an entry of a list of members', () => {
  test('takes the place of the older one of its region, with a stamp behind it', () => {
    const writer = { nowMs: 5, region: 'b' };
    const first = withMember([member('b', 'ACTIVE', 1)], { ...base, region: 'a', state: 'CREATING' }, writer);
    expect(first.map(({ region, stamp }) => [region, stamp])).toEqual([
      ['a', { ms: 5, count: 0, region: 'b' }],
      ['b', { ms: 1, count: 0, region: 'r' }],
    ]);
    // The clock was set back, or the other's is ahead.
    const later = withMember(first, { ...base, region: 'a', state: 'ACTIVE' }, { nowMs: 3, region: 'a' });
    expect(memberOf(later, 'a')).toEqual({
      ...base,
      region: 'a',
      state: 'ACTIVE',
      stamp: { ms: 5, count: 1, region: 'a' },
    });
    expect(mergedMembers(first, later)).toEqual(later);
    expect(mergedMembers(later, first)).toBe(later);
  });

  test('is of the group until it has left, or where it could not be made', () => {
    const states = ['CREATING', 'ACTIVE', 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'DELETING'] as const;
    for (const state of states) expect(isPresent(member('a', state, 1))).toBe(true);
    for (const state of ['CREATION_FAILED', 'LEFT'] as const)
      expect(isPresent(member('a', state, 1))).toBe(false);
  });

  test('leaves a region alone once all others have left; one that failed stays until it is taken away', () => {
    expect(isAlone([member('a', 'ACTIVE', 1), member('b', 'LEFT', 1)], 'a')).toBe(true);
    expect(isAlone([member('a', 'ACTIVE', 1), member('b', 'CREATION_FAILED', 1)], 'a')).toBe(false);
    expect(isAlone([member('a', 'ACTIVE', 1), member('b', 'DELETING', 1)], 'a')).toBe(false);
  });

  test('is about a table whose id it names, or where it names none', () => {
    expect(isAbout(member('a', 'LEFT', 1, 'x'), 'x')).toBe(true);
    expect(isAbout(member('a', 'LEFT', 1, 'x'), 'y')).toBe(false);
    expect(isAbout(member('a', 'LEFT', 1), 'y')).toBe(true);
  });
});

describe('two lists become one', () => {
  test('by the younger entry of each region', () => {
    const merged = mergedMembers(
      [member('a', 'ACTIVE', 1), member('b', 'ACTIVE', 9)],
      [member('b', 'CREATING', 3), member('c', 'CREATING', 2)],
    );
    expect(merged.map(({ region, state }) => `${region} ${state}`)).toEqual([
      'a ACTIVE',
      'b ACTIVE',
      'c CREATING',
    ]);
  });

  test('but of one and the same replica, what is final holds against any later word', () => {
    for (const [last, before] of [
      ['LEFT', 'ACTIVE'],
      ['DELETING', 'ACTIVE'],
      ['LEFT', 'DELETING'],
      ['DELETING', 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'],
    ] as const) {
      const final = [member('a', last, 1, 'x')];
      const late = [member('a', before, 9, 'x')];
      expect(mergedMembers(final, late)).toBe(final);
      expect(mergedMembers(late, final)).toEqual(final);
    }
    // Another replica in the same region is another matter.
    const anew = [member('a', 'CREATING', 9)];
    expect(mergedMembers([member('a', 'LEFT', 1, 'x')], anew)).toEqual(anew);
  });

  test('whichever is first, and as often as one likes', () => {
    const states = ['ACTIVE', 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'DELETING', 'LEFT'] as const;
    const any = fc.record({
      region: fc.constantFrom('a', 'b', 'c'),
      state: fc.constantFrom(...states),
      stamp: fc.record({ ms: fc.nat(3), count: fc.nat(1), region: fc.constantFrom('a', 'b') }),
      encryption: fc.constant('owned' as const),
      tableId: fc.constant('x'),
    });
    // What one writer writes at one moment is one entry.
    const distinct = (all: readonly ReplicaMember[]) =>
      new Set(all.map(({ region, stamp }) => JSON.stringify([region, stamp]))).size === all.length;
    const once = (all: readonly ReplicaMember[]) =>
      mergedMembers([], [...new Map(all.map((m) => [m.region, m])).values()]);
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }).filter(distinct), (all) => {
        const [one, two, three] = [0, 4, 8].map((from) => once(all.slice(from, from + 4))) as [
          readonly ReplicaMember[],
          readonly ReplicaMember[],
          readonly ReplicaMember[],
        ];
        expect(mergedMembers(one, two)).toEqual(mergedMembers(two, one));
        expect(mergedMembers(mergedMembers(one, two), three)).toEqual(
          mergedMembers(one, mergedMembers(two, three)),
        );
        expect(mergedMembers(one, one)).toBe(one);
      }),
    );
  });
});

describe('what a replica says of itself', () => {
  const record = (more: Partial<TableRecord> = {}) =>
    ({
      region: 'a',
      id: 'x',
      encryption: 'customer',
      keys: { keyArn: 'arn' },
      status: 'ACTIVE',
      replication: { groupId: 'g', members: [] },
      ...more,
    }) as unknown as TableRecord;

  test('follows its status, its key and whether it is whole', () => {
    const entry = { region: 'a', encryption: 'customer', keyArn: 'arn', tableId: 'x' };
    expect(ownEntry(record())).toEqual({ ...entry, state: 'ACTIVE' });
    const lost = record({ status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', inaccessibleSinceMs: 7 });
    expect(ownEntry(lost)).toEqual({ ...entry, state: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS', sinceMs: 7 });
    const copying = record({ replication: { groupId: 'g', members: [], isCopying: true } });
    expect(ownEntry(copying).state).toBe('CREATING');
    expect(ownEntry(record({ encryption: 'owned' }))).not.toHaveProperty('keyArn');
  });

  test('is news where anything of it has changed', () => {
    const entry = ownEntry(record());
    const said = { ...entry, stamp: { ms: 1, count: 0, region: 'a' } };
    expect(saysSame(said, entry)).toBe(true);
    expect(saysSame(said, { ...entry, keyArn: 'other' })).toBe(false);
    expect(saysSame(said, { ...entry, state: 'CREATING' })).toBe(false);
  });
});
