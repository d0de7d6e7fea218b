import { expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { exportedObjects, exportFolder, exportRecordOf } from '../../src/lifecycle/export-record.ts';

test('the objects of an export lie below its prefix, in a folder of its own', () => {
  expect(exportFolder({ id: '1-a' })).toBe('AWSDynamoDB/1-a');
  expect(exportFolder({ id: '1-a', prefix: '' })).toBe('AWSDynamoDB/1-a');
  for (const prefix of ['a/b', 'a/b/'])
    expect(exportFolder({ id: '1-a', prefix })).toBe('a/b/AWSDynamoDB/1-a');
});

test('items lie in its folder, and changes in one for all exports, under names of its own', () => {
  const changes = { fromMs: 0, toMs: 1, view: 'NEW_IMAGE' } as const;
  expect(exportedObjects({ id: '1-a', prefix: 'p' })).toBe('p/AWSDynamoDB/1-a/data/');
  expect(exportedObjects({ id: '1-a', prefix: 'p', changes })).toBe('p/AWSDynamoDB/data/1-a-');
});

test('a record of another version is refused', () => {
  const value = { format: 1, id: 'x', arn: 'y' };
  expect(exportRecordOf({ id: 'x', value })).toEqual({ id: 'x', arn: 'y' });
  for (const other of [{ ...value, format: 2 }, null, 'text']) {
    expect(() => exportRecordOf({ id: 'x', value: other })).toThrow(IntegrityFault);
  }
});
