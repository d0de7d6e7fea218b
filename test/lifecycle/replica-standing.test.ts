import { describe, expect, test } from 'vitest';
import { standingOf } from '../../src/lifecycle/replica-standing.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import type { ReplicaMember } from '../../src/tables/replication/replication-state.ts';

const stamp = { ms: 1, count: 0, region: 'a' };
const own = (state: ReplicaMember['state'], tableId = 'x'): ReplicaMember => ({
  region: 'a',
  state,
  stamp,
  encryption: 'owned',
  tableId,
});
const other = (state: ReplicaMember['state']): ReplicaMember => ({ ...own(state, 'y'), region: 'b' });

function standing(
  members: readonly ReplicaMember[],
  { isCopying = false, deletionProtection = false, status = 'ACTIVE' as TableRecord['status'] } = {},
) {
  const replication = { groupId: 'g', members, ...(isCopying && { isCopying: true as const }) };
  const record = {
    region: 'a',
    id: 'x',
    encryption: 'owned',
    status,
    definition: { deletionProtection },
    replication,
  } as unknown as TableRecord;
  return standingOf({ record, replication });
}

describe('a replica in its group', () => {
  test('is settled where its entry is true', () => {
    expect(standing([own('ACTIVE'), other('ACTIVE')])).toBe('settled');
    expect(standing([own('CREATING'), other('ACTIVE')], { isCopying: true })).toBe('settled');
  });

  test('says what has become of it', () => {
    const lost = standing([own('ACTIVE'), other('ACTIVE')], {
      status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
    });
    expect(lost).toMatchObject({ mark: { state: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' } });
    expect(standing([own('CREATING'), other('ACTIVE')])).toMatchObject({ mark: { state: 'ACTIVE' } });
    expect(standing([other('ACTIVE')])).toMatchObject({ mark: { region: 'a', tableId: 'x' } });
  });

  test('ends where it was told that it has left, and where it is alone', () => {
    expect(standing([own('LEFT'), other('ACTIVE')])).toBe('end');
    expect(standing([own('ACTIVE'), other('LEFT')])).toBe('end');
    expect(standing([own('ACTIVE'), other('CREATION_FAILED')])).toBe('settled');
  });

  test('goes where it is to be deleted, unless it is protected', () => {
    expect(standing([own('DELETING'), other('ACTIVE')])).toBe('remove');
    expect(standing([own('DELETING'), other('ACTIVE')], { deletionProtection: true })).toBe('settled');
  });

  test('goes where it can never become whole', () => {
    expect(standing([own('LEFT'), other('ACTIVE')], { isCopying: true })).toBe('remove');
    expect(standing([own('CREATING'), other('LEFT')], { isCopying: true })).toBe('remove');
  });

  test('heeds no word on another one that was in its region before', () => {
    for (const state of ['LEFT', 'DELETING', 'ACTIVE'] as const) {
      expect(standing([own(state, 'before'), other('ACTIVE')])).toMatchObject({ mark: { tableId: 'x' } });
    }
  });
});
