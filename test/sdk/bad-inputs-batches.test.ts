import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Catalogue, failing, Key, TableName, testRows, val, values } from './bad-inputs.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await Catalogue.open();
});
afterAll(() => catalogue.end());

describe('batches and pages', () => {
  const puts = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      PutRequest: { Item: { ...Key, year: { N: `${index}` } } },
    }));
  const keys = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...Key, year: { N: `${index}` } }));
  const doubles = val('Provided list of item keys contains duplicates');
  const query = (more: object) => ({
    TableName,
    KeyConditionExpression: 'city = :v',
    ...values({ S: 'Basel' }),
    ...more,
  });
  const invalid = 'The provided starting key is invalid';
  const schema = `${invalid}: The provided key element does not match the schema`;
  const limit = (count: number, path: string, demand: string) =>
    failing(` '${count}'`, path, `have value ${demand}`);
  const least = 'greater than or equal to 1';
  const foreign = { city: { S: 'Chur' }, year: { N: '1' } };
  testRows(
    () => catalogue,
    [
      [
        'D15 101 gets',
        'BatchGetItem',
        { RequestItems: { [TableName]: { Keys: keys(101) } } },
        val(
          "1 validation error detected: Value at 'RequestItems.weather.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100",
        ),
      ],
      ['D15 one get twice', 'BatchGetItem', { RequestItems: { [TableName]: { Keys: [Key, Key] } } }, doubles],
      [
        'D15 one put twice',
        'BatchWriteItem',
        { RequestItems: { [TableName]: [...puts(1), ...puts(1)] } },
        doubles,
      ],
      [
        'D15 a put and a delete of one item',
        'BatchWriteItem',
        { RequestItems: { [TableName]: [...puts(1), { DeleteRequest: { Key: keys(1)[0] } }] } },
        doubles,
      ],
      [
        'D15 no tables',
        'BatchGetItem',
        { RequestItems: {} },
        failing(" '{}'", 'requestItems', 'have length greater than or equal to 1'),
      ],
      [
        'D15 no tables',
        'BatchWriteItem',
        { RequestItems: {} },
        failing(" '{}'", 'requestItems', 'have length greater than or equal to 1'),
      ],
      ['D15 nothing', 'BatchGetItem', {}, val('The requestItems parameter is required for BatchGetItem')],
      ['D15 nothing', 'BatchWriteItem', {}, val('The requestItems parameter is required for BatchWriteItem')],
      [
        'D15 a write that is none',
        'BatchWriteItem',
        { RequestItems: { [TableName]: [{}] } },
        val(
          'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
        ),
      ],
      ['D18 a limit of 0', 'Scan', { TableName, Limit: 0 }, limit(0, 'limit', least)],
      ['D18 a limit below 0', 'Query', query({ Limit: -1 }), failing('', 'Limit', `have value ${least}`)],
      [
        'D18 a segment too many',
        'Scan',
        { TableName, Segment: 5, TotalSegments: 5 },
        val(
          'The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less than TotalSegments: 5',
        ),
      ],
      [
        'D18 a segment alone',
        'Scan',
        { TableName, Segment: 0 },
        val(
          'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
        ),
      ],
      [
        'D18 segments alone',
        'Scan',
        { TableName, TotalSegments: 2 },
        val(
          'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
        ),
      ],
      [
        'D18 1,000,001 segments',
        'Scan',
        { TableName, Segment: 0, TotalSegments: 1_000_001 },
        limit(1_000_001, 'totalSegments', 'less than or equal to 1000000'),
      ],
      ['D18 1,000,000 segments', 'Scan', { TableName, Segment: 999_999, TotalSegments: 1_000_000 }, '200'],
      [
        'D19 a start in another table',
        'Query',
        query({ ExclusiveStartKey: { pk: { S: 'x' } } }),
        val(invalid),
      ],
      [
        'D19 a start in another table',
        'Scan',
        { TableName, ExclusiveStartKey: { pk: { S: 'x' } } },
        val(schema),
      ],
      [
        'D19 a start of another type',
        'Scan',
        { TableName, ExclusiveStartKey: { ...foreign, year: { S: '1' } } },
        val(schema),
      ],
      [
        'D19 a start in another partition',
        'Query',
        query({ ExclusiveStartKey: foreign }),
        val('The provided starting key is outside query boundaries based on provided conditions'),
      ],
      [
        'D19 a start that is no value',
        'Query',
        query({ ExclusiveStartKey: { ...foreign, year: {} } }),
        val(
          `${invalid}: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes`,
        ),
      ],
      [
        'D19 a start that is no number',
        'Scan',
        { TableName, ExclusiveStartKey: { ...foreign, year: { N: 'x' } } },
        val('The parameter cannot be converted to a numeric value: x'),
      ],
      [
        'a key in a filter',
        'Query',
        query({
          FilterExpression: 'year > :y',
          ExpressionAttributeValues: { ':v': { S: 'Basel' }, ':y': { N: '1' } },
          ExpressionAttributeNames: undefined,
        }),
        val('Invalid FilterExpression: Attribute name is a reserved keyword; reserved keyword: year'),
      ],
      [
        'no condition',
        'Query',
        { TableName },
        val('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.'),
      ],
      [
        'no hash key',
        'Query',
        { TableName, KeyConditionExpression: 'snow = :v', ...values({ N: '1' }) },
        val('Query condition missed key schema element: city'),
      ],
    ],
  );

  test.each([
    ['D15 26 writes', 'BatchWriteItem', { RequestItems: { [TableName]: puts(26) } }],
    [
      'D15 26 tables',
      'BatchWriteItem',
      {
        RequestItems: Object.fromEntries(
          Array.from({ length: 26 }, (_, index) => [`table${index}`, puts(1)]),
        ),
      },
    ],
    ['D18 a limit of 2^31', 'Scan', { TableName, Limit: 2 ** 31 }],
  ])('%s is refused by the model', async (_, operation, body) => {
    const before = await catalogue.everything();
    expect(await catalogue.said(operation, body)).toMatch(
      /^ValidationException: 1 validation error detected: Value /,
    );
    expect(await catalogue.everything()).toEqual(before);
  });
});
