import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbModel } from '../../src/api/model/dynamodb.generated.ts';
import type { Shape } from '../../src/api/model/service-model.ts';
import { Catalogue, Key, P, put, ser, TableName, testRows, val, x } from './bad-inputs.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await Catalogue.open();
});
afterAll(() => catalogue.end());

const nested = (levels: number): object => (levels === 0 ? { S: 'x' } : { L: [nested(levels - 1)] });
const maps = (levels: number): object => (levels === 0 ? { S: 'x' } : { M: { m: maps(levels - 1) } });

describe('JSON and encoding', () => {
  const raw = (text: string) =>
    Buffer.from(`{"TableName":"weather","Item":{"city":{"S":"Bern"},"year":{"N":"1"},"a":${text}}}`);
  const bytes = (...list: number[]) => {
    const [before = '', after = ''] = raw('{"S":"|"}').toString().split('|');
    return Buffer.concat([Buffer.from(before), Buffer.from(list), Buffer.from(after)]);
  };
  testRows(
    () => catalogue,
    [
      ...['hi', '{', '{"a":1,}', "{'a':1}", '{}x', '{/* */}', '{"a":1}//'].map(
        (body) => ['C1', 'PutItem', body, ser()] as const,
      ),
      ...['[]', '"x"', '1', 'null', 'true'].map((body) => ['C2', 'PutItem', body, ser()] as const),
      ['C3 a byte order mark', 'PutItem', `\ufeff${raw('{"S":"x"}')}`, ser()],
      ['C4 no UTF-8', 'PutItem', bytes(0xff, 0xfe), ser()],
      ['C4 an overlong form', 'PutItem', bytes(0xc0, 0xaf), ser()],
      ['C4 a form cut short', 'PutItem', bytes(0xe2, 0x82), ser()],
      ['C4 half a surrogate pair as bytes', 'PutItem', bytes(0xed, 0xa0, 0x80), ser()],
      ['C5 UTF-16', 'PutItem', Buffer.from(raw('{"S":"x"}').toString(), 'utf16le'), ser()],
      ['C6 half a surrogate pair as an escape', 'PutItem', raw('{"S":"\\ud800"}'), ser()],
      ['C7 a zero character', 'PutItem', raw('{"S":"a\\u0000b"}'), '200'],
      ['C8 one name twice', 'PutItem', '{"TableName":"weather","TableName":"weather","Key":{}}', ser()],
      ['C8 one name twice, inside', 'PutItem', raw('{"S":"x","S":"x"}'), ser()],
      ['C9 brackets without end', 'PutItem', '['.repeat(1_000_000), ser()],
      ['C10 objects without end', 'PutItem', '{"a":'.repeat(300_000), ser()],
      [
        'C11 many names',
        'PutItem',
        `{${Array.from({ length: 300_000 }, (_, i) => `"n${i}":1`).join(',')}}`,
        ser(),
      ],
      ['C12 many elements', 'PutItem', `{"a":[${'1,'.repeat(4_100_000)}1]}`, ser()],
      ['C13 32 lists', 'PutItem', put({ a: nested(32) }), '200'],
      [
        'C13 33 lists',
        'PutItem',
        put({ a: nested(33) }),
        val('Nesting Levels have exceeded supported limits'),
      ],
      ['C13 32 maps', 'PutItem', put({ a: maps(32) }), '200'],
      ['C13 33 maps', 'PutItem', put({ a: maps(33) }), val('Nesting Levels have exceeded supported limits')],
      ...['1e999', '-0', '1E+400', '9'.repeat(100_000)].map(
        (number) =>
          [
            'C14',
            'GetItem',
            `{"TableName":${number}}`,
            ser('NUMBER_VALUE cannot be converted to String'),
          ] as const,
      ),
      ['C14 in a value', 'PutItem', raw('{"N":5}'), ser('NUMBER_VALUE cannot be converted to String')],
      ['C16 unknown members', 'PutItem', put({ a: { S: 'x' } }, { Nobody: { knows: 1 } }), '200'],
      [
        'C17 a prototype',
        'GetItem',
        '{"__proto__":{"TableName":"weather"},"constructor":{"prototype":{"TableName":"weather"}}}',
        `${val("2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; ")}Value null at 'key' failed to satisfy constraint: Member must not be null`,
      ],
      [
        'C18 a name of no bytes',
        'PutItem',
        put({ '': { S: 'x' } }),
        val(`${P}An attribute name must not be empty`),
      ],
      ['C18 a name of 65,535 bytes', 'PutItem', put({ [x(65_535)]: { S: 'x' } }), '200'],
      [
        'C18 a name of 65,536 bytes',
        'PutItem',
        put({ [x(65_536)]: { S: 'x' } }),
        val(`${P}Attribute name is too large, must be less than 65536 bytes`),
      ],
      [
        'C19 a flood of blanks',
        'GetItem',
        `${' '.repeat(2_000_000)}${JSON.stringify({ Key, TableName })}`,
        '200',
      ],
      ['C20 a bad alphabet', 'PutItem', raw('{"B":"a$=="}'), ser('Illegal base64 character')],
      ['C20 the alphabet for addresses', 'PutItem', raw('{"B":"_-8="}'), ser('Illegal base64 character')],
      [
        'C20 no padding',
        'PutItem',
        raw('{"B":"YQ"}'),
        ser('Base64 encoded length is expected a multiple of 4 bytes but found: 2'),
      ],
      ['C20 blanks', 'PutItem', raw('{"B":"Y Q="}'), ser('Illegal base64 character')],
    ],
  );

  test('C18: names that JavaScript gives meaning to are stored and come back', async () => {
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', '$ne'];
    const item = names.map((name) => `${JSON.stringify(name)}:{"S":${JSON.stringify(name)}}`).join(',');
    const keyed = `"city":{"S":"Bern"},"year":{"N":"1"}`;
    expect(await catalogue.said('PutItem', `{"TableName":"weather","Item":{${keyed},${item}}}`)).toBe('200');
    const { body } = await catalogue.call('GetItem', { TableName, Key });
    for (const name of names) {
      expect(Object.getOwnPropertyDescriptor(body.Item, name)?.value, name).toEqual({ S: name });
    }
    await catalogue.clear();
  });
});

describe('C15: a member of the wrong JSON type is no member', () => {
  const operations = [
    'PutItem',
    'GetItem',
    'UpdateItem',
    'DeleteItem',
    'Query',
    'Scan',
    'BatchGetItem',
    'BatchWriteItem',
  ];
  /** What stands for each type, and what of it converts to a boolean or a number even so. */
  const samples = { string: 'zzz', number: 1.5, boolean: true, list: [], map: {} } as const;
  const right: Readonly<Record<Shape['type'], readonly (keyof typeof samples)[]>> = {
    string: ['string'],
    blob: ['string'],
    boolean: ['boolean'],
    integer: ['number'],
    long: ['number'],
    double: ['number'],
    timestamp: ['number'],
    list: ['list'],
    map: ['map'],
    structure: ['map'],
  };
  const sentences =
    /^SerializationException: ((STRING|NUMBER|DECIMAL|TRUE)_VALUE cannot be converted to (String|Integer|Boolean)|Start of structure or map found where not expected|Unrecognized collection type .+|Unexpected field type|Unexpected value type in payload|Unexpected token received from parser)$/;
  for (const operation of operations) {
    test(operation, async () => {
      const input = dynamodbModel.shapes[dynamodbModel.operations[operation] ?? ''];
      if (input?.type !== 'structure') throw new TypeError('an input is a structure');
      for (const [member, shapeName] of Object.entries(input.members)) {
        const type = dynamodbModel.shapes[shapeName]?.type ?? 'structure';
        for (const [kind, sample] of Object.entries(samples)) {
          if (right[type].some((each) => each === kind)) continue;
          expect(await catalogue.said(operation, { [member]: sample }), `${member} ${kind}`).toMatch(
            sentences,
          );
        }
      }
    });
  }
});
