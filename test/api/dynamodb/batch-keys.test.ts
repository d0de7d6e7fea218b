import { describe, expect, test } from 'vitest';
import { BatchKeys, type BatchOperation, checkBatchCount } from '../../../src/api/dynamodb/batch-keys.ts';
import { refusalOf } from '../../support/refusal.ts';

describe('a batch names so many items and no more', () => {
  const cases: [BatchOperation, number, string][] = [
    ['BatchGetItem', 100, 'answered'],
    ['BatchGetItem', 101, 'Validation: Too many items requested for the BatchGetItem call'],
    ['BatchWriteItem', 25, 'answered'],
    ['BatchWriteItem', 26, 'Validation: Too many items requested for the BatchWriteItem call'],
  ];
  for (const [name, count, said] of cases) {
    test(`${name} of ${count}: ${said}`, async () => {
      expect(await refusalOf(() => checkBatchCount(name, count))).toBe(said);
    });
  }
});

describe('a batch names no item twice', () => {
  const twice = 'Validation: Provided list of item keys contains duplicates';
  const cases: [string, Uint8Array, string][] = [
    ['t', Uint8Array.of(1, 0xff), twice],
    ['t', Uint8Array.of(1, 0xfe), 'answered'],
    ['t', Uint8Array.of(1), 'answered'],
    ['t', Uint8Array.of(), 'answered'],
    ['u', Uint8Array.of(1, 0xff), 'answered'],
  ];
  for (const [table, key, said] of cases) {
    test(`${table} [${key}] behind t [1,255]: ${said}`, async () => {
      const keys = new BatchKeys();
      keys.add('t', Uint8Array.of(1, 0xff));
      expect(await refusalOf(() => keys.add(table, key))).toBe(said);
    });
  }
});
