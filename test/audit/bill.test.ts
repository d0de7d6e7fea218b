import { describe, expect, test } from 'vitest';
import { type BilledKey, type BillParts, billOf } from '../../src/audit/bill.ts';
import { listPrices } from '../../src/audit/price.ts';
import { account, keyArn, region } from './support.ts';

const hourMs = 3_600_000;
const row = (operation: string, calls: number, saved = 0) => ({ operation, account, region, calls, saved });
const key = (changes: Partial<BilledKey>): BilledKey => ({
  arn: keyArn,
  manager: 'CUSTOMER',
  state: 'Enabled',
  createdMs: 0,
  rotations: 0,
  ...changes,
});
const bill = (changes: Partial<BillParts>) =>
  billOf({ rows: [], keys: [], prices: listPrices, fromMs: 0, toMs: 730 * hourMs, ...changes });

describe('requests', () => {
  test('cost 0.03 for 10,000, the first 20,000 of a month nothing', () => {
    const found = bill({ rows: [row('Decrypt', 30_000, 10_000), row('GenerateDataKey', 10_000)] });
    expect(found.requests).toEqual([
      { operation: 'Decrypt', calls: 30_000, saved: 10_000, price: expect.closeTo(0.09) },
      { operation: 'GenerateDataKey', calls: 10_000, saved: 0, price: expect.closeTo(0.03) },
    ]);
    expect(found.freeRequests).toEqual({ calls: 20_000, price: expect.closeTo(0.06) });
    expect(found.total).toBeCloseTo(0.06);
    expect(found.savable).toEqual({ calls: 10_000, price: expect.closeTo(0.03) });
  });

  test('at other prices are not among the free ones', () => {
    const found = bill({ rows: [row('Decrypt', 5), row('GenerateDataKeyPair', 10_000)] });
    expect(found.freeRequests.calls).toBe(5);
    expect(found.total).toBeCloseTo(12);
  });
});

describe('a key', () => {
  test.each<[string, Partial<BilledKey>, number]>([
    ['costs one a month', {}, 1],
    ['costs by the hour since it was made', { createdMs: 365 * hourMs }, 0.5],
    ['costs nothing before it was made', { createdMs: 800 * hourMs }, 0],
    ['costs one more for its first rotation', { rotations: 1 }, 2],
    ['costs one more for its second, and no more after', { rotations: 9 }, 3],
    ['of the service costs nothing', { manager: 'AWS' }, 0],
    ['that waits for its deletion costs nothing', { state: 'PendingDeletion' }, 0],
    ['that is disabled costs the same', { state: 'Disabled' }, 1],
  ])('%s', (_, changes, price) => {
    expect(bill({ keys: [key(changes)] }).total).toBeCloseTo(price);
  });

  test('costs no more than a month in a month of 31 days', () => {
    expect(bill({ keys: [key({})], toMs: 744 * hourMs }).total).toBeCloseTo(1);
  });
});
