import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Catalogue, Key, P, put, TableName, testRows, val, values, x } from './bad-inputs.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await Catalogue.open();
});
afterAll(() => catalogue.end());

describe('expressions', () => {
  const condition = (ConditionExpression: string, more: object = values({ N: '1' })) =>
    put({}, { ConditionExpression, ...more });
  const update = (UpdateExpression: string, more: object = {}) => ({
    TableName,
    Key,
    UpdateExpression,
    ...more,
  });
  const invalid = (sentence: string, name = 'ConditionExpression') => val(`Invalid ${name}: ${sentence}`);
  const many = (count: number, each: string, by: string) =>
    Array.from({ length: count }, () => each).join(by);
  const undefinedName =
    'An expression attribute name used in the document path is not defined; attribute name:';
  const clash = (kind: string, one: string, two: string) =>
    invalid(
      `Two document paths ${kind} with each other; must remove or rewrite one of these paths; path one: ${one}, path two: ${two}`,
      'UpdateExpression',
    );
  testRows(
    () => catalogue,
    [
      [
        'D11 4,097 bytes',
        'PutItem',
        condition(`a = :v${' '.repeat(4091)}`),
        invalid('Expression size has exceeded the maximum allowed size; expression size: 4097'),
      ],
      ['D11 4,096 bytes', 'UpdateItem', update(`SET a = :v${' '.repeat(4086)}`, values({ N: '1' })), '200'],
      [
        'D11 301 operators',
        'PutItem',
        condition(many(151, 'a=:v', ' OR ')),
        invalid('The expression contains too many operators; operator count: 301'),
      ],
      [
        'D11 101 operands',
        'PutItem',
        condition(`a IN (${many(101, ':v', ',')})`),
        invalid('The IN operator is provided with too many operands; number of operands: 101'),
      ],
      [
        'D11 4 KB of parentheses',
        'PutItem',
        condition('('.repeat(4096)),
        invalid('The expression has redundant parentheses;'),
      ],
      [
        'D11 unbalanced',
        'PutItem',
        condition('(a = :v'),
        invalid('Syntax error; token: "<EOF>", near: ":v"'),
      ],
      [
        'D11 redundant',
        'PutItem',
        condition('((a = :v))'),
        invalid('The expression has redundant parentheses;'),
      ],
      ['D11 empty', 'PutItem', condition('', {}), invalid('The expression can not be empty;')],
      ['D12 an undefined name', 'PutItem', condition('#n = :v'), invalid(`${undefinedName} #n`)],
      [
        'D12 an undefined value',
        'PutItem',
        condition('a = :w'),
        invalid('An expression attribute value used in expression is not defined; attribute value: :w'),
      ],
      [
        'D12 an unused value',
        'PutItem',
        condition('attribute_exists(a)'),
        val('Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}'),
      ],
      [
        'D12 an unused name',
        'PutItem',
        condition('attribute_exists(a)', { ExpressionAttributeNames: { '#u': 'u' } }),
        val('Value provided in ExpressionAttributeNames unused in expressions: keys: {#u}'),
      ],
      ['D12 a sign alone', 'PutItem', condition('# = :v'), invalid('Syntax error; token: "#", near: "# ="')],
      [
        'D12 a bad name',
        'PutItem',
        condition('a = :v', { ExpressionAttributeNames: { '#': 'u' } }),
        val('ExpressionAttributeNames contains invalid key: Syntax error; key: "#"'),
      ],
      [
        'D12 a bad value',
        'PutItem',
        condition('a = :v', values({ N: '1' }, 'v')),
        val('ExpressionAttributeValues contains invalid key: Syntax error; key: "v"'),
      ],
      [
        'D12 a reserved word',
        'PutItem',
        condition('size = :v'),
        invalid('Attribute name is a reserved keyword; reserved keyword: size'),
      ],
      [
        'D12 a reserved word inside',
        'UpdateItem',
        update('REMOVE a.Status'),
        invalid('Attribute name is a reserved keyword; reserved keyword: Status', 'UpdateExpression'),
      ],
      [
        'D12 256 bytes',
        'PutItem',
        condition('a = :v', values({ N: '1' }, `:${x(255)}`)),
        val(`ExpressionAttributeValues contains invalid key: Syntax error; key: ":${x(255)}"`),
      ],
      [
        'D12 names without an expression',
        'PutItem',
        put({}, { ExpressionAttributeNames: {} }),
        val('ExpressionAttributeNames can only be specified when using expressions'),
      ],
      [
        'D12 values without an expression',
        'UpdateItem',
        { TableName, Key, ...values({}) },
        val(
          'ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and ConditionExpression are null',
        ),
      ],
      [
        'D12 an empty map',
        'PutItem',
        condition('a = :v', { ExpressionAttributeValues: {} }),
        val('ExpressionAttributeValues must not be empty'),
      ],
      ['D13 one path twice', 'UpdateItem', update('REMOVE a, a'), clash('overlap', '[a]', '[a]')],
      ['D13 a path and its parent', 'UpdateItem', update('REMOVE a, a.b'), clash('overlap', '[a]', '[a, b]')],
      [
        'D13 a map and a list',
        'UpdateItem',
        update('REMOVE a.b, a[1]'),
        clash('conflict', '[a, b]', '[a, [1]]'),
      ],
      [
        'D13 an index too large',
        'UpdateItem',
        update('REMOVE a[1000000000000]'),
        invalid('List index is not within the allowable range; index: [1000000000000]', 'UpdateExpression'),
      ],
      [
        'D13 a path of 33 levels',
        'UpdateItem',
        update(`REMOVE ${many(33, 'a', '.')}`),
        invalid('The document path has too many nesting levels; nesting levels: 33', 'UpdateExpression'),
      ],
      [
        'D13 a key',
        'UpdateItem',
        update('SET city = :v', values({ S: 'x' })),
        val(`${P}Cannot update attribute city. This attribute is part of the key`),
      ],
      [
        'D13 one section twice',
        'UpdateItem',
        update('REMOVE a REMOVE b'),
        invalid('The "REMOVE" section can only be used once in an update expression;', 'UpdateExpression'),
      ],
    ],
  );

  test('D14: a sum of more than 38 digits is refused, and the item unchanged', async () => {
    const Item = { ...Key, n: { N: '1E38' } };
    await catalogue.call('PutItem', { TableName, Item });
    const before = await catalogue.everything();
    for (const text of ['ADD n :v', 'SET n = n + :v', 'SET n = n - :v']) {
      expect(await catalogue.said('UpdateItem', update(text, values({ N: '0.1' })))).toBe(
        val('Number overflow. Attempting to store a number with magnitude larger than supported range'),
      );
    }
    expect(await catalogue.everything()).toEqual(before);
    await catalogue.clear();
  });

  test('D14: a difference that is too small to store is refused, and the item unchanged', async () => {
    await catalogue.call('PutItem', put({ n: { N: '1.1E-130' } }));
    const before = await catalogue.everything();
    expect(await catalogue.said('UpdateItem', update('SET n = n - :v', values({ N: '1E-130' })))).toBe(
      val('Number underflow. Attempting to store a number with magnitude smaller than supported range'),
    );
    expect(await catalogue.everything()).toEqual(before);
    await catalogue.clear();
  });

  test('D14: a list that grows beyond 400 KB is refused, and the item unchanged', async () => {
    await catalogue.call('PutItem', put({ l: { L: [{ S: x(300_000) }] } }));
    const before = await catalogue.everything();
    expect(await catalogue.said('UpdateItem', update('SET l = list_append(l, l)'))).toBe(
      val('Item size to update has exceeded the maximum allowed size'),
    );
    expect(await catalogue.everything()).toEqual(before);
    await catalogue.clear();
  });
});
