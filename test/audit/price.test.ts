import { expect, test } from 'vitest';
import { listPrices, priceTable } from '../../src/audit/price.ts';

test('what a table leaves out is as AWS lists it', () => {
  expect(priceTable({})).toEqual(listPrices);
  expect(priceTable({ requests: 1, operations: { Sign: 2 }, currency: 'EUR' })).toEqual({
    ...listPrices,
    requests: 1,
    operations: { ...listPrices.operations, Sign: 2 },
    currency: 'EUR',
  });
});

test.each<[unknown, string]>([
  [undefined, 'a price table is a JSON object'],
  [[], 'a price table is a JSON object'],
  [{ request: 1 }, 'a price table has no member request'],
  [{ requests: '1' }, 'requests is a number from 0 on'],
  [{ keyMonth: -1 }, 'keyMonth is a number from 0 on'],
  [{ freeRequests: Number.NaN }, 'freeRequests is a number from 0 on'],
  [{ operations: [] }, 'operations is an object of prices'],
  [{ operations: { Sign: null } }, 'operations.Sign is a number from 0 on'],
  [{ rotationMonths: 1 }, 'rotationMonths is a list of prices'],
  [{ rotationMonths: [1, 'x'] }, 'rotationMonths is a number from 0 on'],
  [{ currency: 1 }, 'currency is a text'],
])('%j is no table: %s', (json, sentence) => {
  expect(() => priceTable(json)).toThrow(new TypeError(sentence));
});
