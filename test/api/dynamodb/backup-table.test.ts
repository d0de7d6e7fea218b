import { expect, test } from 'vitest';
import { requireTable } from '../../../src/api/dynamodb/backup-table.ts';
import { Outage, Refusal } from '../../../src/base/errors.ts';
import { refusalOf } from '../../support/refusal.ts';

test('a table that is not there is told in the words of backups, by its name alone', async () => {
  const missing = Promise.reject(new Refusal('TableNotFound', { table: 'notes' }));
  expect(await refusalOf(() => requireTable(missing, 'an ARN'))).toBe(
    'ContinuousTableNotFound: Table not found: notes',
  );
  const nameless = Promise.reject(new Refusal('TableNotFound', {}));
  expect(await refusalOf(() => requireTable(nameless, 'notes'))).toBe(
    'ContinuousTableNotFound: Table not found: notes',
  );
});

test('a table that is there is no fault, and other faults are their own', async () => {
  expect(await refusalOf(() => requireTable(Promise.resolve({}), 'notes'))).toBe('answered');
  const closed = new Outage('Closed');
  await expect(requireTable(Promise.reject(closed), 'notes')).rejects.toBe(closed);
});
