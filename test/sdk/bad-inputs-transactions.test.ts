import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Catalogue, failing, Key, TableName, testRows, val, x } from './bad-inputs.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await Catalogue.open();
});
afterAll(() => catalogue.end());

describe('transactions', () => {
  const puts = (count: number, attributes: object = {}) =>
    Array.from({ length: count }, (_, index) => ({
      Put: { TableName, Item: { ...Key, year: { N: `${index}` }, ...attributes } },
    }));
  const gets = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      Get: { TableName, Key: { ...Key, year: { N: `${index}` } } },
    }));
  const empty = failing(" '[]'", 'transactItems', 'have length greater than or equal to 1');
  const twice = val('Transaction request cannot include multiple operations on one item');
  const tooLarge = val('The items of a transaction must not have more than 4 MB together');
  const [put] = puts(1);
  const remove = { Delete: { TableName, Key: { ...Key, year: { N: '0' } } } };
  testRows(
    () => catalogue,
    [
      ['D16 empty', 'TransactWriteItems', { TransactItems: [] }, empty],
      ['D16 empty', 'TransactGetItems', { TransactItems: [] }, empty],
      ['D16 the same item twice', 'TransactWriteItems', { TransactItems: [put, put] }, twice],
      ['D16 the same item twice', 'TransactWriteItems', { TransactItems: [put, remove] }, twice],
      ['D16 the same item twice', 'TransactGetItems', { TransactItems: [...gets(1), ...gets(1)] }, twice],
      [
        'D16 4 MB and more',
        'TransactWriteItems',
        { TransactItems: puts(11, { t: { S: x(400_000) } }) },
        tooLarge,
      ],
      [
        'D17 a token of 37 characters',
        'TransactWriteItems',
        { TransactItems: [put], ClientRequestToken: x(37) },
        failing(` '${x(37)}'`, 'clientRequestToken', 'have length less than or equal to 36'),
      ],
      [
        'D17 an empty token',
        'TransactWriteItems',
        { TransactItems: [put], ClientRequestToken: '' },
        failing(" ''", 'clientRequestToken', 'have length greater than or equal to 1'),
      ],
    ],
  );

  for (const [operation, TransactItems] of [
    ['TransactWriteItems', puts(101)],
    ['TransactGetItems', gets(101)],
  ] as const) {
    test(`D16 101 items: ${operation} is refused`, async () => {
      const before = await catalogue.everything();
      expect(await catalogue.said(operation, { TransactItems })).toMatch(
        /^ValidationException: .+'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100$/,
      );
      expect(await catalogue.everything()).toEqual(before);
    });
  }

  test('D17 the same token with another body is refused, and changes nothing', async () => {
    const ClientRequestToken = 'the same';
    expect(await catalogue.said('TransactWriteItems', { TransactItems: [put], ClientRequestToken })).toBe(
      '200',
    );
    const before = await catalogue.everything();
    const other = { TransactItems: [remove], ClientRequestToken };
    expect(await catalogue.said('TransactWriteItems', other)).toMatch(
      /^IdempotentParameterMismatchException: /,
    );
    expect(await catalogue.everything()).toEqual(before);
  });
});
