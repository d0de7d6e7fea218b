import { describe, expect, test } from 'vitest';
import { requireCondition, requireOldValuesOnly } from '../../../src/api/dynamodb/conditional-write.ts';
import { isRefusal } from '../../../src/base/errors.ts';
import { refusalOf } from '../../support/refusal.ts';

const old = { item: new Map([['pk', { S: 'a' }]]), itemBytes: 3 };
const condition = (answer: boolean) => ({ paths: [], holds: () => answer });

describe('a condition', () => {
  test('that holds, or is not there, refuses nothing', () => {
    requireCondition(condition(true), old, { TableName: 't' });
    requireCondition(undefined, old, { TableName: 't' });
  });

  test('sees the item as it was, or that there is none', () => {
    const seen: unknown[] = [];
    const looking = { paths: [], holds: (item: unknown) => seen.push(item) > 0 };
    requireCondition(looking, old, { TableName: 't' });
    requireCondition(looking, undefined, { TableName: 't' });
    expect(seen).toEqual([old.item, undefined]);
  });

  const cases = [
    { shows: 'nothing', input: {}, item: undefined },
    { shows: 'nothing', input: { ReturnValuesOnConditionCheckFailure: 'NONE' }, item: undefined },
    { shows: 'the item', input: { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }, item: old.item },
  ] as const;
  for (const { shows, input, item } of cases) {
    test(`that fails shows ${shows} for ${JSON.stringify(input)}`, () => {
      try {
        requireCondition(condition(false), old, { TableName: 't', ...input });
      } catch (fault) {
        expect(isRefusal(fault, 'ConditionalCheckFailed') && fault.details.item).toBe(item);
        return;
      }
      expect.unreachable('the condition failed');
    });
  }

  test('that fails on an absent item has none to show', async () => {
    const input = { TableName: 't', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    expect(await refusalOf(() => requireCondition(condition(false), undefined, input))).toBe(
      'ConditionalCheckFailed: The conditional request failed',
    );
  });
});

describe('puts and deletes give back the old item or nothing', () => {
  const cases = [
    [undefined, 'answered'],
    ['NONE', 'answered'],
    ['ALL_OLD', 'answered'],
    ['ALL_NEW', 'Validation: ReturnValues can only be ALL_OLD or NONE'],
    ['UPDATED_OLD', 'Validation: ReturnValues can only be ALL_OLD or NONE'],
    ['UPDATED_NEW', 'Validation: ReturnValues can only be ALL_OLD or NONE'],
  ] as const;
  for (const [ReturnValues, said] of cases) {
    test(`${ReturnValues}: ${said}`, async () => {
      const input = { TableName: 't', ...(ReturnValues && { ReturnValues }) };
      expect(await refusalOf(() => requireOldValuesOnly(input))).toBe(said);
    });
  }
});
