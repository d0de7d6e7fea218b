import { expect, test } from 'vitest';
import { KmsMeter } from '../../../src/kms/embedded/meter.ts';

test('calls add up by operation and key, and over all keys', () => {
  const meter = new KmsMeter();
  for (const key of ['a', 'b', 'a']) meter.count('Decrypt', key);
  meter.count('ListKeys');
  expect(meter.calls()).toEqual([
    { operation: 'Decrypt', keyArn: 'a', calls: 2 },
    { operation: 'Decrypt', keyArn: 'b', calls: 1 },
    { operation: 'ListKeys', calls: 1 },
  ]);
  expect(meter.totals()).toEqual({ Decrypt: 3, ListKeys: 1 });
});

test('what was read does not change later', () => {
  const meter = new KmsMeter();
  meter.count('Decrypt');
  const before = meter.calls();
  meter.count('Decrypt');
  expect(before).toEqual([{ operation: 'Decrypt', calls: 1 }]);
});
