import { expect, test } from 'vitest';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { recovered } from '../../src/tables/key-recovery.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const active = recordOf(definitionOf('T'));
const lost: TableRecord = {
  ...active,
  status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
  inaccessibleSinceMs: 5,
  keyLoss: { cause: 'disabled', isArchiveAnnounced: true },
};

test('a table whose key is back is as before, and its owner is owed a notice', () => {
  const { notices, ...rest } = recovered(lost, 9);
  expect(rest).toEqual(active);
  expect(notices).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: 'keyBack',
      atMs: 9,
      keyArn: active.keys.keyArn,
      sinceMs: 5,
      sent: [],
      tries: 0,
      nextTryMs: 9,
    },
  ]);
});

for (const status of ['ACTIVE', 'ARCHIVING', 'ARCHIVED'] as const) {
  test(`a table that is ${status} stays as it is`, () => {
    const record = { ...lost, status };
    expect(recovered(record, 9)).toBe(record);
  });
}
