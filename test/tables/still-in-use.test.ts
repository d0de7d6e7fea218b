import { expect, test } from 'vitest';
import {
  beingUpdated,
  refuseProtected,
  refuseRestoring,
  refuseWithdrawn,
  stillInUse,
} from '../../src/tables/still-in-use.ts';
import { definitionOf } from '../support/open-tables.ts';
import { recordOf } from './support.ts';

const inUse = 'Attempt to change a resource which is still in use: ';

test('a table that is in use says by what', () => {
  expect(stillInUse('Why.')).toMatchObject({ code: 'TableInUse', message: `${inUse}Why.` });
  const message = `${inUse}Table: T is in the process of being updated.`;
  expect(beingUpdated(recordOf(definitionOf('T')))).toMatchObject({ code: 'TableInUse', message });
});

test('a table on its way into the archive is in use, and one that is there is not found', () => {
  const record = recordOf(definitionOf('T'));
  for (const status of ['ACTIVE', 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'] as const) {
    expect(() => refuseWithdrawn({ ...record, status })).not.toThrow();
  }
  expect(() => refuseWithdrawn({ ...record, status: 'ARCHIVING' })).toThrow(
    `${inUse}Table is being archived: T`,
  );
  expect(() => refuseWithdrawn({ ...record, status: 'ARCHIVED' })).toThrow(
    'Requested resource not found: Table: T not found',
  );
});

test('a table that is being restored is in use until it is whole', () => {
  const record = recordOf(definitionOf('T'));
  expect(() => refuseRestoring(record)).not.toThrow();
  expect(() => refuseRestoring({ ...record, restore: { atMs: 1, sourceTableArn: 'arn' } })).toThrow(
    `${inUse}Table is being created: T`,
  );
});

test('a protected table is not deleted, unless nothing is left in it', () => {
  const record = recordOf(definitionOf('T', { kind: 'owned' }, { deletionProtection: true }));
  expect(() => refuseProtected(record)).toThrow('Resource cannot be deleted as it is currently protected');
  expect(() => refuseProtected({ ...record, archival: { atMs: 1, backupArn: 'arn' } })).not.toThrow();
  expect(() => refuseProtected(recordOf(definitionOf('T')))).not.toThrow();
});
