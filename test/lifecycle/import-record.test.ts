import { expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { importRecordOf, nothingImported } from '../../src/lifecycle/import-record.ts';

test('an import begins with nothing', () => {
  expect(Object.values(nothingImported)).toEqual([0, 0, 0, 0]);
});

test('a record of another version is refused', () => {
  const value = { format: 1, id: 'x', arn: 'y' };
  expect(importRecordOf({ id: 'x', value })).toEqual({ id: 'x', arn: 'y' });
  for (const other of [{ ...value, format: 2 }, null, 'text']) {
    expect(() => importRecordOf({ id: 'x', value: other })).toThrow(IntegrityFault);
  }
});
