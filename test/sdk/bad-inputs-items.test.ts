import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Catalogue,
  failing,
  Key,
  noType,
  overflow,
  P,
  put,
  ser,
  TableName,
  testRows,
  val,
  x,
} from './bad-inputs.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await Catalogue.open();
});
afterAll(() => catalogue.end());

describe('names, keys and items', () => {
  const item = (bytes: number) => {
    // The key attributes and their names weigh 4 + 4 + 4 + 2 bytes, the name `a` one.
    return put({ a: { S: x(bytes - 15) } });
  };
  const hash = (size: number, more: object = {}) => ({
    TableName,
    Key: { ...Key, city: { S: x(size) } },
    ...more,
  });
  const mismatch = val('The provided key element does not match the schema');
  const empty = (kind: string, name: string) =>
    val(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  const number = (text: string) => put({ a: { N: text } });
  const noNumber = (text: string) =>
    val(`The parameter cannot be converted to a numeric value${text === '' ? '' : `: ${text}`}`);
  const underflow = val(
    'Number underflow. Attempting to store a number with magnitude smaller than supported range',
  );
  const several = val(
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
  const pattern = 'satisfy regular expression pattern: [a-zA-Z0-9_.-]+';
  testRows(
    () => catalogue,
    [
      [
        'D1 a short name',
        'GetItem',
        { TableName: 'ab', Key },
        failing(" 'ab'", 'tableName', 'have length greater than or equal to 3'),
      ],
      [
        'D1 a long name',
        'GetItem',
        { TableName: x(256), Key },
        failing(` '${x(256)}'`, 'tableName', 'have length less than or equal to 255'),
      ],
      ...['a b b', '../x', 'a\0b', '😀😀'].map(
        (name) =>
          ['D1', 'GetItem', { TableName: name, Key }, failing(` '${name}'`, 'tableName', pattern)] as const,
      ),
      ['D3 409,600 bytes', 'PutItem', item(409_600), '200'],
      ['D3 409,601 bytes', 'PutItem', item(409_601), val('Item size has exceeded the maximum allowed size')],
      ['D4 a hash key of 2,048 bytes', 'GetItem', hash(2048), '200'],
      [
        'D4 a hash key of 2,049 bytes',
        'GetItem',
        hash(2049),
        val(`${P}Size of hashkey has exceeded the maximum size limit of2048 bytes`),
      ],
      ['D5 an empty key', 'PutItem', put({ city: { S: '' } }), empty('string', 'city')],
      ['D5 an empty key', 'GetItem', hash(0), empty('string', 'city')],
      ['D5 an empty attribute', 'PutItem', put({ a: { S: '' }, b: { B: '' } }), '200'],
      ['D6 no sort key', 'GetItem', { TableName, Key: { city: Key.city } }, mismatch],
      ['D6 no key', 'DeleteItem', { TableName, Key: {} }, mismatch],
      ['D6 an attribute too many', 'GetItem', { TableName, Key: { ...Key, a: { S: 'x' } } }, mismatch],
      ['D6 a key of another type', 'UpdateItem', { TableName, Key: { ...Key, year: { S: '1' } } }, mismatch],
      [
        'D6 a put without its key',
        'PutItem',
        { TableName, Item: { city: Key.city } },
        val(`${P}Missing the key year in the item`),
      ],
      [
        'D6 a put with a key of another type',
        'PutItem',
        put({ year: { S: '1' } }),
        val(`${P}Type mismatch for key year expected: N actual: S`),
      ],
      ...['', 'abc', '1_0', '0x1', 'NaN', 'Infinity', '１', ' 1', '1 ', '1.2.3', '-', '.', '1e'].map(
        (text) => [`D7 ${JSON.stringify(text)}`, 'PutItem', number(text), noNumber(text)] as const,
      ),
      [
        'D7 39 digits',
        'PutItem',
        number('1'.repeat(39)),
        val('Attempting to store more than 38 significant digits in a Number'),
      ],
      ['D7 1E126', 'PutItem', number('1E126'), overflow],
      ['D7 -1E126', 'PutItem', number('-1E126'), overflow],
      ['D7 1E-131', 'PutItem', number('1E-131'), underflow],
      ['D9 two types', 'PutItem', put({ a: { S: 'a', N: '1' } }), several],
      ['D9 no type', 'PutItem', put({ a: {} }), noType],
      ['D9 an unknown type', 'PutItem', put({ a: { X: 1 } }), noType],
      [
        'D9 a null that is none',
        'PutItem',
        put({ a: { NULL: false } }),
        val(`${P}Null attribute value types must have the value of true`),
      ],
      ['D10 an empty set', 'PutItem', put({ a: { SS: [] } }), val(`${P}An string set  may not be empty`)],
      ['D10 an empty set', 'PutItem', put({ a: { NS: [] } }), val(`${P}An number set  may not be empty`)],
      ['D10 an empty set', 'PutItem', put({ a: { BS: [] } }), val(`${P}Binary sets should not be empty`)],
      [
        'D10 a double',
        'PutItem',
        put({ a: { SS: ['a', 'a'] } }),
        val(`${P}Input collection [a, a] contains duplicates.`),
      ],
      [
        'D10 a double',
        'PutItem',
        put({ a: { NS: ['1', '1.0'] } }),
        val('Input collection contains duplicates'),
      ],
      [
        'D10 a double',
        'PutItem',
        put({ a: { BS: ['Yg==', 'Yg=='] } }),
        val(`${P}Input collection [Yg==, Yg==]of type BS contains duplicates.`),
      ],
      [
        'D10 a set of two types',
        'PutItem',
        put({ a: { SS: ['a', 1] } }),
        ser('NUMBER_VALUE cannot be converted to String'),
      ],
    ],
  );

  const canonical: [string, string][] = [
    ['+1', '1'],
    ['00042', '42'],
    ['-0', '0'],
    ['1.0', '1'],
    ['3.1400', '3.14'],
    ['1.5E2', '150'],
    ['9'.repeat(38), '9'.repeat(38)],
    [`9.${'9'.repeat(37)}E125`, `${'9'.repeat(38)}${'0'.repeat(88)}`],
    ['1E-130', `0.${'0'.repeat(129)}1`],
    ['.5', '0.5'],
    ['5.', '5'],
  ];
  for (const [text, stored] of canonical) {
    test(`D8: the number ${text} is stored as ${stored}`, async () => {
      expect(await catalogue.said('PutItem', number(text))).toBe('200');
      expect((await catalogue.call('GetItem', { TableName, Key })).body.Item.a).toEqual({ N: stored });
      await catalogue.clear();
    });
  }

  for (const [size, expected] of [
    [1024, '200'],
    [1025, val(`${P}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`)],
    [0, empty('string', 'sk')],
  ] as const) {
    test(`D4, D5: a sort key of ${size} bytes is answered ${expected}`, async () => {
      const definition = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
      await catalogue.call('CreateTable', {
        TableName: 'sorted',
        AttributeDefinitions: [definition('pk'), definition('sk')],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      });
      const Item = { pk: { S: 'a' }, sk: { S: x(size) } };
      expect(await catalogue.said('PutItem', { TableName: 'sorted', Item })).toBe(expected);
      const { body } = await catalogue.call('Scan', { TableName: 'sorted', Select: 'COUNT' });
      expect(body.Count).toBe(expected === '200' ? 1 : 0);
      await catalogue.call('DeleteTable', { TableName: 'sorted' });
    });
  }

  for (const [arn, expected] of [
    [
      'arn:aws:dynamodb:eu-west-1:123456789012:table/weather',
      /^(ResourceNotFoundException|AccessDeniedException|ValidationException)/,
    ],
    [
      'arn:aws:dynamodb:us-east-1:999999999999:table/weather',
      /^(ResourceNotFoundException|AccessDeniedException)/,
    ],
    [
      `arn:aws:dynamodb:us-east-1:123456789012:table/${x(1025)}`,
      /^ValidationException: 1 validation error detected/,
    ],
  ] as const) {
    test(`D1, D2: ${arn.slice(0, 60)} opens no table`, async () => {
      expect(await catalogue.said('GetItem', { TableName: arn, Key })).toMatch(expected);
    });
  }
});
