import { expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { exportFolder, exportRecordOf } from '../../src/lifecycle/export-record.ts';

test('the objects of an export lie below its prefix, in a folder of its own', () => {
  expect(exportFolder({ id: '1-a' })).toBe('AWSDynamoDB/1-a');
  expect(exportFolder({ id: '1-a', prefix: '' })).toBe('AWSDynamoDB/1-a');
  for (const prefix of ['a/b', 'a/b/'])
    expect(exportFolder({ id: '1-a', prefix })).toBe('a/b/AWSDynamoDB/1-a');
});

test('a record of another version is refused', () => {
  const value = { format: 1, id: 'x', arn: 'y' };
  expect(exportRecordOf({ id: 'x', value })).toEqual({ id: 'x', arn: 'y' });
  for (const other of [{ ...value, format: 2 }, null, 'text']) {
    expect(() => exportRecordOf({ id: 'x', value: other })).toThrow(IntegrityFault);
  }
});
