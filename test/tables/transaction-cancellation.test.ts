import { describe, expect, test } from 'vitest';
import { isRefusal, Outage, Refusal } from '../../src/base/errors.ts';
import { attempt, requireAll } from '../../src/tables/transaction-cancellation.ts';

const failing = (fault: unknown) => () => {
  throw fault;
};

describe('attempt', () => {
  test('gives back what its act returns', () => {
    expect(attempt(() => 7)).toBe(7);
  });

  test('gives back a refusal of one part', () => {
    for (const refusal of [
      new Refusal('Validation', { message: 'a sentence' }),
      new Refusal('ConditionalCheckFailed', {}),
      new Refusal('DuplicateItem', {}),
    ]) {
      expect(attempt(failing(refusal))).toBe(refusal);
    }
  });

  test('throws what is no matter of one part', () => {
    for (const fault of [
      new Refusal('TableNotFound', {}),
      new Refusal('TableKeyRefused', { message: 'disabled', denied: false }),
      new Outage('StoreUnavailable'),
      new TypeError('a bug'),
    ]) {
      expect(() => attempt(failing(fault))).toThrow(fault);
    }
  });
});

describe('requireAll', () => {
  const part = { part: 1 };

  test('gives back the parts where none is a refusal', () => {
    expect(requireAll([part, part])).toEqual([part, part]);
    expect(requireAll([])).toEqual([]);
  });

  test('refuses with a reason for each part, in their order', () => {
    const item = new Map([['pk', { S: 'a' }]]);
    const parts = [
      part,
      new Refusal('ConditionalCheckFailed', { item }),
      new Refusal('Validation', { message: 'a sentence' }),
      new Refusal('DuplicateItem', {}),
      new Refusal('ConditionalCheckFailed', {}),
    ];
    const failed = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };
    let fault: unknown;
    try {
      requireAll(parts);
    } catch (thrown) {
      fault = thrown;
    }
    if (!isRefusal(fault, 'TransactionCancelled')) throw new TypeError('it was not cancelled');
    expect(fault.details.reasons).toEqual([
      { Code: 'None' },
      { ...failed, Item: item },
      { Code: 'ValidationError', Message: 'a sentence' },
      { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' },
      failed,
    ]);
    expect(fault.message).toMatch(
      / \[None, ConditionalCheckFailed, ValidationError, DuplicateItem, ConditionalCheckFailed\]$/,
    );
  });
});
